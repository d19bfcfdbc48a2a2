"""Who is compared: what each of them runs for a layer, and who cannot run here.

Every peer runs as a plain user of it would: with its own defaults, float32, and the threads set for all. What
a work returns is y, or y and the gradients of x, weight and bias: they are compared before anything is timed.
"""

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

import numpy as np
from layers import BLOCK, BOTH_WAYS, CONV, Layer
from measure import Work, version

import tinyconv
from tinyconv import functional
from tinyconv.functional.block import block_backward, block_forward
from tinyconv.geometry import Window

ALL = TINYCONV, TORCH, COMPILED, ONNX, NUMPY = (
    "tinyconv",
    "torch eager",
    "torch.compile",
    "ONNX Runtime",
    "NumPy im2col",
)
POOL = Window.of("max_pool2d", 2, 2)


def tinyconv_works(layer: Layer, threads: int) -> dict[str, Work]:
    """Return what the compiled engine does; `Sequential` runs a block the same way."""
    *data, dy = layer.arrays()
    options = layer.stride, layer.padding, 1, 1

    def both_ways() -> Any:
        y, cache = block_forward(*data, *options, POOL)
        return y, *block_backward(dy, cache)

    return {
        CONV: lambda: functional.conv2d_forward(*data, *options)[:1],
        BLOCK: lambda: block_forward(*data, *options, POOL)[:1],
        BOTH_WAYS: both_ways,
    }


def numpy_works(layer: Layer, threads: int) -> dict[str, Work]:
    """Return the NumPy im2col rung: the baseline that a good course hands out."""
    *data, dy = layer.arrays()

    def both_ways() -> Any:
        with tinyconv.set_engine("numpy"):
            y, conv = functional.conv2d_forward(*data, layer.stride, layer.padding)
            y, relu = functional.relu_forward(y)
            y, pool = functional.max_pool2d_forward(y, 2)
            back = functional.relu_backward(functional.max_pool2d_backward(dy, pool), relu)
            return y, *functional.conv2d_backward(back, conv)

    return {BOTH_WAYS: both_ways}


def torch_works(layer: Layer, threads: int) -> dict[str, Work]:
    """Return what PyTorch's eager mode does."""
    torch = import_module("torch")
    x, weight, bias, dy = map(torch.from_numpy, layer.arrays())
    learnt = [array.clone().requires_grad_() for array in (x, weight, bias)]

    def conv() -> Any:
        return (torch.conv2d(x, weight, bias, layer.stride, layer.padding),)

    def block() -> Any:
        return (torch.max_pool2d(torch.relu(*conv()), 2),)

    def both_ways() -> Any:
        y = torch.max_pool2d(torch.relu(torch.conv2d(*learnt, layer.stride, layer.padding)), 2)
        return y.detach(), *torch.autograd.grad(y, learnt, dy)

    return {CONV: conv, BLOCK: block, BOTH_WAYS: both_ways}


def compiled_works(layer: Layer, threads: int) -> dict[str, Work]:
    """Return what `torch.compile` makes of the block; it needs a C++ compiler, and seconds for each layer."""
    torch = import_module("torch")
    import_module("torch._dynamo").reset()
    *data, dy = map(torch.from_numpy, layer.arrays())
    learnt = [array.requires_grad_() for array in data]

    @torch.compile(dynamic=False)
    def block(x: Any, weight: Any, bias: Any) -> Any:
        return torch.max_pool2d(torch.relu(torch.conv2d(x, weight, bias, layer.stride, layer.padding)), 2)

    def both_ways() -> Any:
        y = block(*learnt)
        return y.detach(), *torch.autograd.grad(y, learnt, dy)

    return {BOTH_WAYS: both_ways}


def onnx_works(layer: Layer, threads: int) -> dict[str, Work]:
    """Return ONNX Runtime's block."""
    onnx, runtime = import_module("onnx"), import_module("onnxruntime")
    x, weight, bias, dy = layer.arrays()
    make, floats = onnx.helper, onnx.TensorProto.FLOAT
    graph = make.make_graph(
        [
            make.make_node("Conv", "xwb", "c", strides=[layer.stride] * 2, pads=[layer.padding] * 4),
            make.make_node("Relu", "c", "r"),
            make.make_node("MaxPool", "r", "y", kernel_shape=[2, 2], strides=[2, 2]),
        ],
        "block",
        [make.make_tensor_value_info("x", floats, x.shape)],
        [make.make_tensor_value_info("y", floats, dy.shape)],
        [onnx.numpy_helper.from_array(weight, "w"), onnx.numpy_helper.from_array(bias, "b")],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=9)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return {BLOCK: lambda: session.run(None, {"x": x})}


PEERS: dict[str, tuple[Callable[[Layer, int], dict[str, Work]], tuple[str, ...]]] = {
    TINYCONV: (tinyconv_works, ()),
    TORCH: (torch_works, ("torch",)),
    COMPILED: (compiled_works, ("torch",)),
    ONNX: (onnx_works, ("onnx", "onnxruntime")),
    NUMPY: (numpy_works, ()),
}


def who_can_run(
    only: Collection[str] = ALL, without: Collection[str] = ()
) -> tuple[dict[str, Callable[[Layer, int], dict[str, Work]]], dict[str, str]]:
    """Return those of `only` who can run here, and why each of the others is left out."""
    left_out = dict.fromkeys(without, "not with --quick")
    for name in only:
        missing = [package for package in PEERS[name][1] if not version(package)]
        if missing:
            left_out[name] = f"{' and '.join(missing)} not installed"
    if COMPILED in only and COMPILED not in left_out and (reason := why_not_compiled()):
        left_out[COMPILED] = reason
    return {name: PEERS[name][0] for name in only if name not in left_out}, left_out


def why_not_compiled() -> str:
    """Return why `torch.compile` does not work here; nothing where it does."""
    try:
        compiled_works(Layer(1, 1, 1, 4), 1)[BOTH_WAYS]()
    except Exception as error:  # a missing compiler shows in many ways
        return f"does not work here: {type(error).__name__}"
    return ""


def differences(ours: Any, theirs: Any) -> list[float]:
    """Return ‖ours − theirs‖ / ‖ours‖ for each pair of arrays."""
    pairs = zip(map(np.asarray, ours), map(np.asarray, theirs), strict=True)
    return [float(np.linalg.norm(one - other) / np.linalg.norm(one)) for one, other in pairs]
