"""What a page must show of a cell, computed with NumPy from the trace: an oracle that knows no page."""

import numpy as np

from tinyconv import (
    AvgPool2d,
    BatchNorm2d,
    ConcatMaps,
    ConcatMetadata,
    ConditionalBatchNorm2d,
    Conv2d,
    FiLM,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    ScaleBias,
)


class Oracle:
    """Checks what is shown of one cell; every number that it has checked is counted."""

    def __init__(self, case, shown):
        self.case, self.shown, self.checked = case, shown, 0
        self.outputs = [case.seen["input"][0]] + [case.seen[stop.output][0] for stop in case.way]
        self.gradients = [self.gradient_by(name) for name in ["input", *[stop.output for stop in case.way]]]
        self.stop = case.way[shown["node"] - 1] if shown["node"] else None

    def gradient_by(self, name):
        """The gradient by a node's output, from whoever takes it; a shortcut has the sum."""
        takers = [stop for stop in self.case.way if name in stop.sources]
        around = [stop for stop in takers if isinstance(stop.layer, Residual) and stop.sources[0] == name]
        if around:
            return self.case.seen[around[0].dx][0]
        if takers and isinstance(takers[0].layer, Residual):
            return self.gradient_by(takers[0].output)
        return self.case.seen[takers[0].dx][0] if takers else self.case.dy[0]

    def number(self, role, nth=0):
        """The nth loose number of a role."""
        found = [shown for shown in self.shown["loose"] if shown["role"] == role]
        self.checked += 1
        return float(found[nth]["value"])

    def tables(self, role):
        return {table["channel"]: table["rows"] for table in self.shown["tables"] if table["role"] == role}

    def grid(self, rows):
        """The numbers of a table; None where none stands."""
        self.checked += sum(cell["value"] is not None for row in rows for cell in row)
        return [[None if cell["value"] is None else float(cell["value"]) for cell in row] for row in rows]

    def verify(self):
        """Check every number of the calculation, and that there is none besides."""
        self.sentence()
        for shown in self.every_addressed():
            self.addressed(shown)
        if self.shown["backward"]:
            self.backward()
        else:
            self.forward()
        assert self.checked == self.shown["count"], f"{self.shown['count'] - self.checked} numbers unchecked"

    def sentence(self):
        shown = self.shown
        array = (self.gradients if shown["backward"] else self.outputs)[shown["node"]]
        np.testing.assert_equal(float(shown["value"]), float(array.flat[shown["index"]]))

    def every_addressed(self):
        cells = [cell for table in self.shown["tables"] for row in table["rows"] for cell in row]
        for shown in [*self.shown["loose"], *[{**cell, "role": "grid"} for cell in cells]]:
            if shown["cell"]:
                yield shown

    def addressed(self, shown):
        """A number that says which cell it is must be that cell's."""
        node, channel, row, col = map(int, shown["cell"].split(","))
        gradients = self.shown["backward"] and shown["role"] in ("grid", "behind")
        array = (self.gradients if gradients else self.outputs)[node]
        value = array[channel, row, col] if array.ndim == 3 else array[row * wide(len(array)) + col]
        np.testing.assert_equal(float(shown["value"]), float(value))

    def onwards(self):
        self.checked += sum(shown["role"] == "onwards" for shown in self.shown["loose"])  # all are addressed

    def forward(self):
        self.onwards()
        shown, value = self.shown, float(self.outputs[self.shown["node"]].flat[self.shown["index"]])
        np.testing.assert_equal(self.number("total"), value)
        if self.stop is None:
            return
        x = self.outputs[self.node_of(self.stop.sources[0])]
        FORWARD.get(type(self.stop.layer), pointwise)(self, self.stop.layer, x, shown, value)

    def node_of(self, name):
        return 0 if name == "input" else 1 + [stop.output for stop in self.case.way].index(name)

    def backward(self):
        shown = self.shown
        np.testing.assert_equal(self.number("value"), float(self.outputs[shown["node"]].flat[shown["index"]]))
        np.testing.assert_equal(
            self.number("gradient"), float(self.gradients[shown["node"]].flat[shown["index"]])
        )
        name = "input" if self.stop is None else self.stop.output
        for taker in self.case.way:
            if name in taker.sources:
                BACKWARD.get(type(taker.layer), passed)(self, taker)


def wide(D):
    return min(D, 5) if D <= 25 else 2 ** int(np.ceil(np.log2(np.sqrt(D))))


def close(a, b, like):
    tolerance = 2e-5 if like.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def taps(window, row, col, H, W):
    """[kh][kw] → (h, w), or None off the map."""
    (KH, KW), (SH, SW), (DH, DW) = window.kernel_size, window.stride, window.dilation
    (top, _), (left, _) = window.padding
    places = [[(row * SH - top + kh * DH, col * SW - left + kw * DW) for kw in range(KW)] for kh in range(KH)]
    return [[place if 0 <= place[0] < H and 0 <= place[1] < W else None for place in line] for line in places]


def convolution(oracle, layer, x, shown, value):
    size = len(x) // layer.groups
    first = shown["channel"] // (layer.out_channels // layer.groups) * size
    places = taps(layer.window, shown["row"], shown["col"], *x.shape[1:])
    patches, kernels, products = (oracle.tables(role) for role in ("patch", "kernel", "products"))
    assert list(patches) == list(range(first, first + size))
    sums = []
    for channel, rows in patches.items():
        patch = np.array(
            [[0 if at is None else x[(channel, *at)] for at in line] for line in places], x.dtype
        )
        kernel = layer.weight[shown["channel"], channel - first]
        np.testing.assert_array_equal(oracle.grid(rows), patch)
        np.testing.assert_array_equal(oracle.grid(kernels[channel]), kernel)
        np.testing.assert_array_equal(oracle.grid(products[channel]), patch * kernel)
        assert [[cell["mark"] == "padding" for cell in row] for row in rows] == [
            [at is None for at in line] for line in places
        ]
        sums.append(oracle.number("sum", channel - first))
        close(sums[-1], (patch * kernel).sum(), x)
    bias = 0 if layer.bias is None else oracle.number("bias")
    close(oracle.number("sums"), sum(sums), x)
    close(sum(sums) + bias, value, x)
    if layer.bias is not None:
        assert bias == layer.bias[shown["channel"]]


def max_pool(oracle, layer, x, shown, value):
    [rows] = oracle.tables("window").values()
    places = taps(layer.window, shown["row"], shown["col"], *x.shape[1:])
    expected = [[None if at is None else float(x[(shown["channel"], *at)]) for at in line] for line in places]
    assert oracle.grid(rows) == expected
    indices = oracle.case.seen[f"{oracle.stop.path}/indices"][0]
    won = divmod(int(indices[shown["channel"], shown["row"], shown["col"]]), x.shape[2])
    marks = [
        at
        for line, cells in zip(places, rows, strict=True)
        for at, cell in zip(line, cells, strict=True)
        if "winner" in cell["mark"]
    ]
    assert marks == [won]
    assert oracle.number("winner") == value


def average_pool(oracle, layer, x, shown, value):
    [rows] = oracle.tables("window").values()
    places = taps(layer.window, shown["row"], shown["col"], *x.shape[1:])
    expected = [[None if at is None else float(x[(shown["channel"], *at)]) for at in line] for line in places]
    assert oracle.grid(rows) == expected
    total = sum(number for line in expected for number in line if number is not None)
    close(oracle.number("sums"), total, x)
    close(total / oracle.number("divisor"), value, x)


def global_average(oracle, layer, x, shown, value):
    close(oracle.number("sums"), x[shown["index"]].sum(), x)
    assert oracle.number("divisor") == x[0].size


def linear(oracle, layer, x, shown, value):
    weight = layer.weight[shown["index"]]
    products = x * weight
    assert [one[0] for one in oracle.shown["contributions"]][:1] == [int(np.abs(products).argmax())]
    for index, *numbers in oracle.shown["contributions"]:
        assert [float(number) for number in numbers] == [x[index], weight[index], products[index]]
        oracle.checked += 3
    chosen = [one[0] for one in oracle.shown["contributions"]]
    assert len(chosen) == len(set(chosen)) == min(12, len(x))
    if len(x) > 12:
        close(oracle.number("rest"), np.delete(products, chosen).sum(), x)
    close(oracle.number("sums"), products.sum(), x)
    assert oracle.number("bias") == layer.bias[shown["index"]]


def pointwise(oracle, layer, x, shown, value):
    assert oracle.number("input") == x.flat[shown["index"]]


def residual(oracle, layer, x, shown, value):
    body = oracle.outputs[oracle.node_of(oracle.stop.sources[1])].flat[shown["index"]]
    assert (oracle.number("input", 0), oracle.number("input", 1)) == (x.flat[shown["index"]], body)
    assert value == x.flat[shown["index"]] + body


def statistics(oracle, mean, var, eps, channel):
    assert (oracle.number("mean"), oracle.number("var"), oracle.number("eps")) == (
        mean[channel],
        var[channel],
        eps,
    )


def normalization(oracle, layer, x, shown, value):
    channel = shown["channel"]
    pointwise(oracle, layer, x, shown, value)
    statistics(oracle, layer.running_mean, layer.running_var, layer.eps, channel)
    assert (oracle.number("weight"), oracle.number("bias")) == (layer.weight[channel], layer.bias[channel])
    close(oracle.number("scale") * x.flat[shown["index"]] + oracle.number("shift"), value, x)


def modulation(oracle, layer, x, shown, value):
    channel, seen, path = shown["channel"], oracle.case.seen, oracle.stop.path
    pointwise(oracle, layer, x, shown, value)
    gamma, beta = oracle.number("gamma"), oracle.number("beta")
    assert (gamma, beta) == (seen[f"{path}/gamma"][0, channel], seen[f"{path}/beta"][0, channel])
    close(gamma * x.flat[shown["index"]] + beta, value, x)


def conditional(oracle, layer, x, shown, value):
    channel, seen, path = shown["channel"], oracle.case.seen, oracle.stop.path
    pointwise(oracle, layer, x, shown, value)
    statistics(oracle, layer.running_mean, layer.running_var, layer.eps, channel)
    normalized = seen[f"{path}.norm/output"][0].flat[shown["index"]]
    assert oracle.number("normalized", 0) == oracle.number("normalized", 1) == normalized
    gamma, beta = oracle.number("gamma"), oracle.number("beta")
    assert (gamma, beta) == (seen[f"{path}.film/gamma"][0, channel], seen[f"{path}.film/beta"][0, channel])
    close(gamma * normalized + beta, value, x)


def concatenation(oracle, layer, x, shown, value):
    if shown["index"] < x.size:
        pointwise(oracle, layer, x, shown, value)
        assert value == x.flat[shown["index"]]


FORWARD = {
    Conv2d: convolution,
    MaxPool2d: max_pool,
    AvgPool2d: average_pool,
    GlobalAvgPool2d: global_average,
    Linear: linear,
    Residual: residual,
    BatchNorm2d: normalization,
    FiLM: modulation,
    ScaleBias: modulation,
    ConditionalBatchNorm2d: conditional,
    ConcatMaps: concatenation,
    ConcatMetadata: concatenation,
}


def behind(oracle, taker, index, nth=0):
    """The gradient by a taker's output at an index, as shown."""
    gradient = oracle.gradients[oracle.node_of(taker.output)].flat[index]
    np.testing.assert_equal(oracle.number("behind", nth), float(gradient))
    return gradient


def mine(oracle):
    return oracle.gradients[oracle.shown["node"]].flat[oracle.shown["index"]]


def passed(oracle, taker):
    """Pointwise layers: what is behind, and for ReLU that it passes or not."""
    gradient = behind(oracle, taker, oracle.shown["index"])
    if type(taker.layer) is ReLU:
        value = oracle.outputs[oracle.node_of(taker.output)].flat[oracle.shown["index"]]
        assert mine(oracle) == (gradient if value > 0 else 0)
    if any(shown["role"] == "behind-value" for shown in oracle.shown["loose"]):
        oracle.checked += 1  # it is addressed


def same(oracle, taker):
    gradient = behind(oracle, taker, oracle.shown["index"])
    if not isinstance(taker.layer, Residual):
        assert mine(oracle) == gradient


def back_convolution(oracle, taker):
    layer, dy = taker.layer, oracle.gradients[oracle.node_of(taker.output)]
    C, size = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    first = oracle.shown["channel"] // C * size
    gradients, kernels, products = (oracle.tables(role) for role in ("gradients", "kernel", "products"))
    assert list(gradients) == list(range(first, first + size))
    total = 0.0
    for filter, rows in gradients.items():
        kernel = layer.weight[filter, oracle.shown["channel"] % C]
        shown, product = oracle.grid(rows), oracle.grid(products[filter])
        np.testing.assert_array_equal(oracle.grid(kernels[filter]), kernel)
        for kh, kw in np.ndindex(kernel.shape):
            assert (shown[kh][kw] is None) == (product[kh][kw] is None)
            if shown[kh][kw] is not None:
                assert product[kh][kw] == dy.dtype.type(shown[kh][kw]) * kernel[kh, kw]
        own = sum(number for line in product for number in line if number is not None)
        close(oracle.number("sum", filter - first), own, dy)
        total += own
    close(oracle.number("sums"), total, dy)
    if len([stop for stop in oracle.case.way if taker.sources[0] in stop.sources]) == 1:
        close(total, mine(oracle), dy)


def back_pool(oracle, taker):
    """Whatever is shown is addressed; what it comes to is the gradient."""
    found = [shown for shown in oracle.shown["loose"] if shown["role"] == "behind"]
    gradients = [oracle.number("behind", nth) for nth in range(len(found))]
    if isinstance(taker.layer, MaxPool2d):
        indices = oracle.case.seen[f"{taker.path}/indices"][0]
        W = oracle.outputs[oracle.shown["node"]].shape[2]
        cells = [tuple(map(int, shown["cell"].split(",")))[1:] for shown in found]
        won = [indices[cell] == oracle.shown["row"] * W + oracle.shown["col"] for cell in cells]
        total = sum(gradient for gradient, wins in zip(gradients, won, strict=True) if wins)
    else:
        total = sum(gradient / oracle.number("divisor", nth) for nth, gradient in enumerate(gradients))
    close(total, mine(oracle), oracle.outputs[0])


def back_linear(oracle, taker):
    dy = oracle.gradients[oracle.node_of(taker.output)]
    for index, *numbers in oracle.shown["contributions"]:
        weight = taker.layer.weight[index, oracle.shown["index"]]
        assert [float(number) for number in numbers] == [dy[index], weight, dy[index] * weight]
        oracle.checked += 3
    if len(dy) > 12:
        oracle.number("rest")
    close(dy @ taker.layer.weight[:, oracle.shown["index"]], mine(oracle), dy)


def back_normalization(oracle, taker):
    channel, layer = oracle.shown["channel"], taker.layer
    gradient = behind(oracle, taker, oracle.shown["index"])
    role, factor = "weight", getattr(layer, "weight", None)
    factor = oracle.case.seen[f"{taker.path}.film/gamma"][0] if factor is None else factor
    role = "gamma" if isinstance(layer, ConditionalBatchNorm2d) else "weight"
    assert oracle.number(role) == factor[channel]
    var, eps = oracle.number("var"), oracle.number("eps")
    assert (var, eps) == (layer.running_var[channel], layer.eps)
    close(gradient * factor[channel] / np.sqrt(var + eps), mine(oracle), oracle.outputs[0])


def back_modulation(oracle, taker):
    gradient, gamma = behind(oracle, taker, oracle.shown["index"]), oracle.number("gamma")
    assert gamma == oracle.case.seen[f"{taker.path}/gamma"][0, oracle.shown["channel"]]
    close(gradient * gamma, mine(oracle), oracle.outputs[0])


BACKWARD = {
    Conv2d: back_convolution,
    MaxPool2d: back_pool,
    AvgPool2d: back_pool,
    GlobalAvgPool2d: back_pool,
    Linear: back_linear,
    BatchNorm2d: back_normalization,
    ConditionalBatchNorm2d: back_normalization,
    FiLM: back_modulation,
    ScaleBias: back_modulation,
    Flatten: same,
    ConcatMaps: same,
    ConcatMetadata: same,
    Residual: same,
}
