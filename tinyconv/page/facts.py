"""What the page must know of a layer, beside what goes in and comes out, to show how a number came about."""

from collections.abc import Callable
from typing import Any

from tinyconv.geometry import Window
from tinyconv.layers import (
    AvgPool2d,
    BatchNorm2d,
    ConcatMaps,
    ConcatMetadata,
    ConditionalBatchNorm2d,
    Conv2d,
    Dropout,
    FiLM,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    ScaleBias,
    Sigmoid,
    Tanh,
)
from tinyconv.network import Trace
from tinyconv.page.store import Store, small
from tinyconv.shapes import Array

Facts = dict[str, Any]


def facts(layer: Layer, path: str, seen: Trace, store: Store) -> Facts:
    """Return the kind of a layer and its numbers; arrays go to the store.

    A subclass may compute something else, so only the very classes count.

    >>> facts(ReLU(), "relu1", {}, Store())
    {'kind': 'pointwise', 'formula': 'max(0, x)'}
    """
    kind = KINDS.get(type(layer))
    return {"kind": "other"} if kind is None else kind(layer, path, seen, store)


def _window(window: Window) -> Facts:
    return {name: getattr(window, name) for name in ("kernel_size", "stride", "padding", "dilation")}


def _optional(array: Array | None, store: Store) -> int | None:
    return None if array is None else store.put(array)


def _convolution(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    weight, bias = store.put(layer.weight), _optional(layer.bias, store)
    window = _window(layer.window)
    return {"kind": "convolution", "window": window, "groups": layer.groups, "weight": weight, "bias": bias}


def _max_pool(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    indices = store.put(small(seen[f"{path}/indices"]))
    return {"kind": "max_pool", "window": _window(layer.window), "indices": indices}


def _average_pool(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    counts = layer.count_include_pad
    return {"kind": "average_pool", "window": _window(layer.window), "count_include_pad": counts}


def _linear(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    weight, bias = store.put(layer.weight), _optional(layer.bias, store)
    return {"kind": "linear", "weight": weight, "bias": bias}


def _normalization(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    weight, bias = _optional(layer.weight, store), _optional(layer.bias, store)
    return {"kind": "normalization", **_statistics(layer, path, seen, store), "weight": weight, "bias": bias}


def _statistics(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    mean, var = store.put(seen[f"{path}/mean"]), store.put(seen[f"{path}/var"])
    return {"mean": mean, "var": var, "eps": layer.eps}


def _modulation(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    gamma, beta = store.put(seen[f"{path}/gamma"]), store.put(seen[f"{path}/beta"])
    return {"kind": "modulation", "gamma": gamma, "beta": beta}


def _conditional(layer: Any, path: str, seen: Trace, store: Store) -> Facts:
    return {
        **_statistics(layer, f"{path}.norm", seen, store),
        **_modulation(layer, f"{path}.film", seen, store),
        "kind": "conditional",
        "normalized": store.put(seen[f"{path}.norm/output"]),
    }


def _of_kind(kind: str, formula: str = "") -> Callable[..., Facts]:
    """Return a function for layers of which the kind says it all."""
    return lambda layer, path, seen, store: {"kind": kind, **({"formula": formula} if formula else {})}


KINDS: dict[type[Layer], Callable[..., Facts]] = {
    AvgPool2d: _average_pool,
    BatchNorm2d: _normalization,
    ConcatMaps: _of_kind("concatenation"),
    ConcatMetadata: _of_kind("concatenation"),
    ConditionalBatchNorm2d: _conditional,
    Conv2d: _convolution,
    Dropout: _of_kind("pointwise", "x, as dropout drops nothing after training"),
    FiLM: _modulation,
    Flatten: _of_kind("flatten"),
    GlobalAvgPool2d: _of_kind("global_average"),
    Linear: _linear,
    MaxPool2d: _max_pool,
    ReLU: _of_kind("pointwise", "max(0, x)"),
    Residual: _of_kind("residual"),
    ScaleBias: _modulation,
    Sigmoid: _of_kind("pointwise", "1 / (1 + exp(−x))"),
    Tanh: _of_kind("pointwise", "tanh(x)"),
}
