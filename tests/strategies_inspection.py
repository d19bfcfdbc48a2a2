"""Small networks of every kind of layer, nested as they come, and their twins in PyTorch."""

from collections import OrderedDict

import numpy as np
import torch
from hypothesis import strategies as st
from strategies import both, int_or_pair, seeds
from torch import nn

from tinyconv import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    FiLM,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Numeric,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Tanh,
)

METADATA = {"t": 0.7}
KEEPING = ("batch", "film", "dropout", "relu", "tanh", "sigmoid", "residual")  # layers that keep the shape


@st.composite
def convolutions(draw, C, size):
    """Draw a convolution with any geometry that fits C channels of a size."""
    groups = draw(st.sampled_from([g for g in (1, 2, 3) if C % g == 0]))
    kernel, dilation = draw(int_or_pair(1, 3)), draw(int_or_pair(1, 2))
    extents = [d * (k - 1) + 1 for k, d in zip(both(kernel), both(dilation), strict=True)]
    lacks = [max(0, extent - cells) for extent, cells in zip(extents, size, strict=True)]
    padding = tuple((lack + draw(st.integers(0, 2)), draw(st.integers(0, 2))) for lack in lacks)
    rng = np.random.default_rng(draw(seeds))
    return Conv2d(
        C,
        groups * draw(st.integers(1, 2)),
        kernel,
        draw(int_or_pair(1, 2)),
        padding,
        dilation,
        groups,
        draw(st.booleans()),
        rng=rng,
        dtype=np.float64,
    )


def batch_norm(C, rng):
    layer = BatchNorm2d(C, dtype=np.float64)
    for array in (layer.weight, layer.bias, layer.running_mean):
        array[:] = rng.standard_normal(C)
    layer.running_var[:] = rng.uniform(0.5, 2, C)
    return layer


def film(C, rng):
    layer = FiLM(C, Numeric("t"), rng=rng, dtype=np.float64)
    layer.project.linear.weight[:] = rng.standard_normal((2 * C, 1))
    return layer


@st.composite
def layers(draw, C, size, kinds):
    """Draw one layer of some kinds."""
    kind, rng = draw(st.sampled_from(kinds)), np.random.default_rng(draw(seeds))
    if kind == "conv":
        return draw(convolutions(C, size))
    if kind == "residual":
        body = [Conv2d(C, C, 3, padding="same", rng=rng, dtype=np.float64), ReLU()]
        return Residual(draw(st.sampled_from([body[0], Sequential(*body), Sequential(a=body[1], b=body[0])])))
    pool = (min(2, size[0]), min(3, size[1]))
    makers = {
        "max": lambda: MaxPool2d(pool, draw(st.integers(1, 2)), ceil_mode=draw(st.booleans())),
        "avg": lambda: AvgPool2d(pool, draw(st.integers(1, 2))),
        "batch": lambda: batch_norm(C, rng),
        "film": lambda: film(C, rng),
        "dropout": lambda: Dropout(0.5),
        "relu": ReLU,
        "tanh": Tanh,
        "sigmoid": Sigmoid,
    }
    return makers[kind]()


@st.composite
def networks(draw, kinds=("conv", "conv", "conv", "relu", "relu", "max", "avg", *KEEPING), dense=True):
    """Draw a network with layers in it of some kinds, nested or not, and an image (C, H, W) for it."""
    C, *size = shape = draw(st.integers(1, 3)), draw(st.integers(2, 7)), draw(st.integers(2, 7))
    chain = []
    for _ in range(draw(st.integers(1, 7))):
        layer = draw(layers(C, size, kinds))
        chain.append(layer)
        C, *size = layer.output_shape((C, *size))
    first = draw(st.integers(0, len(chain) - 1))
    stem = Sequential(*chain[:first]) if first else Dropout(0.5)
    named = {"stem": stem, **{f"layer{row}": layer for row, layer in enumerate(chain[first:])}}
    if dense and draw(st.booleans()):
        rng = np.random.default_rng(draw(seeds))
        flat = draw(st.sampled_from([Flatten(), GlobalAvgPool2d()]))
        D = C * size[0] * size[1] if isinstance(flat, Flatten) else C
        named |= {"flat": flat, "fc": Linear(D, 3, rng=rng, dtype=np.float64), "last": ReLU()}
    x = np.random.default_rng(draw(seeds)).standard_normal(shape)
    return Sequential(**named), x


class TwinResidual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


class TwinFiLM(nn.Module):
    """Reads gamma and beta off the layer: it is affine."""

    def __init__(self, layer):
        super().__init__()
        zeros, ones = (np.full((1, layer.num_channels, 1, 1), value, np.float64) for value in (0, 1))
        self.beta = torch.from_numpy(layer(zeros, METADATA)[0])
        self.gamma = torch.from_numpy(layer(ones, METADATA)[0]) - self.beta

    def forward(self, x):
        return self.gamma * x + self.beta


def twin(layer):
    """Return PyTorch's module for a layer, with the same names inside."""
    if isinstance(layer, Sequential):
        return nn.Sequential(OrderedDict((name, twin(inner)) for name, inner in layer.layers.items()))
    if isinstance(layer, Residual):
        return TwinResidual(twin(layer.body))
    if isinstance(layer, Conv2d):
        (top, bottom), (left, right) = layer.window.padding
        C, F, options = layer.in_channels, layer.out_channels, layer.window
        conv = nn.Conv2d(
            C,
            F,
            options.kernel_size,
            options.stride,
            0,
            options.dilation,
            layer.groups,
            layer.bias is not None,
        )
        return nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), _filled(conv, layer))
    makers = {
        MaxPool2d: lambda: nn.MaxPool2d(layer.kernel_size, layer.stride, ceil_mode=layer.ceil_mode),
        AvgPool2d: lambda: nn.AvgPool2d(layer.kernel_size, layer.stride),
        BatchNorm2d: lambda: _filled(nn.BatchNorm2d(layer.num_features), layer).eval(),
        FiLM: lambda: TwinFiLM(layer),
        Dropout: nn.Identity,
        ReLU: lambda: nn.Sequential(nn.ReLU()),  # wrapped: whoever listens to it hears its own hook too
        Tanh: nn.Tanh,
        Sigmoid: nn.Sigmoid,
        Flatten: nn.Flatten,
        GlobalAvgPool2d: lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        Linear: lambda: _filled(nn.Linear(layer.in_features, layer.out_features), layer),
    }
    return makers[type(layer)]()


def _filled(module, layer):
    module.double().load_state_dict({name: torch.tensor(array) for name, array in layer.state_dict().items()})
    return module
