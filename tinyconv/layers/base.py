"""What every layer is: parameters, a window, and the contract of `forward` and `backward`."""

import inspect
from typing import Any

import numpy as np

from tinyconv.geometry import Window
from tinyconv.metadata import attach
from tinyconv.shapes import Array, DTypeError, ShapeError, same_shape
from tinyconv.trace import SILENT, Note

Gradients = dict[str, Array]


class Layer:
    """A layer: its parameters are its only state.

    A subclass computes (`_forward`, `_backward`) and states one fact about space: its `window`, or, where it
    mixes places, why places end there. The metadata is carried here, in one place for all layers.
    """

    window: Window | None = None  # None: every place stays where it is
    mixes_places: str = ""  # why a cell behind this layer has no place on the image
    parameter_names: tuple[str, ...] = ()

    def __call__(self, x: Array, metadata: Any = None) -> tuple[Array, Any]:
        """Return y and the metadata that belong to it."""
        y, metadata, _ = self.forward(x, metadata)
        return y, metadata

    def forward(self, x: Array, metadata: Any = None, *, note: Note = SILENT) -> tuple[Array, Any, Any]:
        """Return y, its metadata, and the cache that `backward` needs.

        Args:
            x: (N, C, H, W), or (N, D) for a dense layer.
            metadata: None, one dict (for one image), a list of N dicts, or what another layer returned.
            note: is told every intermediate array.

        Raises:
            ShapeError, DTypeError: x does not fit the layer, or the metadata does not fit x.
        """
        metadata = attach(metadata, np.shape(x), type(self).__name__)
        y, cache = self._forward(x, note)
        return y, self.carry(metadata, note.path, y.shape), cache

    def backward(self, dy: Array, cache: Any, *, note: Note = SILENT) -> tuple[Array, Gradients]:
        """Return dx, and the gradients of the parameters under their names, given `dy` like y."""
        return self._backward(dy, cache, note)

    def _forward(self, x: Array, note: Note) -> tuple[Array, Any]:
        raise NotImplementedError(f"{type(self).__name__} must compute _forward")

    def _backward(self, dy: Array, cache: Any, note: Note) -> tuple[Array, Gradients]:
        raise NotImplementedError(f"{type(self).__name__} must compute _backward")

    def carry(self, metadata: Any, path: str, shape: tuple[int, ...]) -> Any:
        """Return attached metadata as they are behind this layer at `path`, whose y has `shape`."""
        if metadata is None:
            return None
        name = path or type(self).__name__
        if self.mixes_places:
            return metadata.ended(name, self.mixes_places)
        if self.window is None:
            return metadata.through(name)
        return metadata.through(name, self.window, *shape[2:])

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of y for one image of `shape`, both without N."""
        return shape

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the factors whose product is the number of multiply-adds for one image."""
        return (0,)

    def parameters(self) -> dict[str, Array]:
        """Return the arrays that training changes, under their names: the arrays themselves, not copies."""
        named = {name: getattr(self, name) for name in self.parameter_names}
        return {name: array for name, array in named.items() if array is not None}

    def all_parameters(self) -> dict[str, Array]:
        """Return the same; where layers are nested, a shared array stands under each of its names."""
        return self.parameters()

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all parameters under PyTorch's names."""
        return {name: array.copy() for name, array in self.all_parameters().items()}

    def load_state_dict(self, state: Any) -> None:
        """Copy the arrays (or tensors) of `state` into the parameters.

        Raises:
            ShapeError: a name is missing or unknown, or a shape differs; then nothing is changed.
            DTypeError: an entry is not an array of floats.
        """
        _load_parameters(self.all_parameters(), state)

    def __repr__(self) -> str:
        """Return the call that makes such a layer, without what is default."""
        shown = []
        for name, argument in inspect.signature(type(self)).parameters.items():
            value = getattr(self, name, argument.default)
            if name in self.parameter_names:
                value = value is not None
            if argument.default is inspect.Parameter.empty:
                shown.append(repr(value))
            elif value != argument.default and argument.kind is not argument.KEYWORD_ONLY:
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _load_parameters(parameters: dict[str, Array], state: Any) -> None:
    """Check that `state` has the names and shapes of `parameters`, then copy it into them."""
    missing, unknown = parameters.keys() - state.keys(), state.keys() - parameters.keys()
    if missing or unknown:
        raise ShapeError(
            f"load_state_dict: state must have the keys {sorted(parameters)}; "
            f"missing {sorted(missing)}, unknown {sorted(unknown)}"
        )
    arrays = {name: _as_array(name, state[name]) for name in parameters}
    for name, array in arrays.items():
        same_shape("load_state_dict", name, array, parameters[name].shape, "the parameter's shape")
    for name, array in arrays.items():
        parameters[name][...] = array


def _as_array(name: str, value: Any) -> Array:
    """Return an array for an array or a tensor (which may require a gradient), without importing torch."""
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    if not np.issubdtype(array.dtype, np.floating):
        raise DTypeError(f"load_state_dict: {name} (dtype={array.dtype}) must be an array of floats")
    return array


def uniform(rng: Any, shape: tuple[int, ...], fan_in: int, dtype: Any) -> Array:
    """Return PyTorch's default initialisation: uniform between ±1/√fan_in.

    That is Kaiming's uniform initialisation with a = √5, for weights and biases alike.
    """
    bound = 1 / np.sqrt(max(fan_in, 1))
    return np.random.default_rng(rng).uniform(-bound, bound, shape).astype(dtype)
