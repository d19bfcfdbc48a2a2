"""PyTorch as the judge: run the same case there, forward and every gradient, and compare."""

import numpy as np
import torch
from strategies import ConvCase, PoolCase
from torch.nn import functional as F

from tinyconv.shapes import Array


def tensor(array: Array) -> torch.Tensor:
    """Return a leaf tensor that owns its memory and collects a gradient."""
    return torch.from_numpy(np.array(array, order="C")).requires_grad_()


def assert_same(ours: Array, theirs: torch.Tensor | Array, what: str, rounding: float = 1.0) -> None:
    """Compare values (NaN equals NaN), shape and dtype; `rounding` scales the tolerance."""
    expected = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    assert ours.shape == expected.shape, f"{what}: shape {ours.shape}, PyTorch {expected.shape}"
    assert ours.dtype == expected.dtype, f"{what}: dtype {ours.dtype}, PyTorch {expected.dtype}"
    tolerance = rounding * (1e-5 if ours.dtype == np.float32 else 1e-12)
    np.testing.assert_allclose(ours, expected, rtol=10 * tolerance, atol=tolerance, err_msg=what)


def upstream(y: Array, seed: int) -> Array:
    """Return a random gradient by y."""
    return np.random.default_rng(seed).standard_normal(y.shape).astype(y.dtype)


def conv2d(case: ConvCase, dy: Array) -> dict[str, torch.Tensor | None]:
    """Return PyTorch's y, dx, dweight and dbias."""
    x, weight = tensor(case.x), tensor(case.weight)
    bias = None if case.bias is None else tensor(case.bias)
    padded, padding = x, case.padding
    if isinstance(padding, tuple) and isinstance(padding[0], tuple):
        (top, bottom), (left, right) = padding
        padded, padding = F.pad(x, (left, right, top, bottom)), 0
    y = F.conv2d(padded, weight, bias, case.stride, padding, case.dilation, case.groups)
    y.backward(torch.from_numpy(dy))
    return {"y": y, "dx": x.grad, "dweight": weight.grad, "dbias": None if bias is None else bias.grad}


def max_pool2d(case: PoolCase, dy: Array) -> dict[str, torch.Tensor]:
    """Return PyTorch's y, indices and dx."""
    x = tensor(case.x)
    y, indices = F.max_pool2d(x, *case[1:5], ceil_mode=case.ceil_mode, return_indices=True)
    y.backward(torch.from_numpy(dy))
    return {"y": y, "indices": indices, "dx": x.grad}
