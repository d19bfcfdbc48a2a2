"""What layers and encoders remember: named arrays, their own and those of their parts."""

import inspect
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from tinyconv.shapes import Array, DTypeError, ShapeError, same_shape

Gradients = dict[str, Array]


class Stateful:
    """Named arrays, under PyTorch's names; those of a part stand behind the part's name and a dot.

    A subclass names its parameters, which training changes by their gradients; its buffers, which a forward
    pass in training changes, like running statistics; its private buffers, which PyTorch's `state_dict` does
    not have and only a checkpoint keeps; and its `parts`. An attribute that is None is not there.
    """

    parameter_names: tuple[str, ...] = ()
    buffer_names: tuple[str, ...] = ()
    private_buffer_names: tuple[str, ...] = ()

    def parts(self) -> "Mapping[str, Stateful]":
        """Return what is nested in here, under its names."""
        return {}

    def reads(self) -> set[Hashable]:
        """Return the keys of the metadata that its parts look at; whoever looks itself adds its own."""
        return {key for part in self.parts().values() for key in part.reads()}

    def parameters(self) -> dict[str, Array]:
        """Return the arrays that training changes, each once, under its first name: not copies."""
        return _each_once(self.all_parameters())

    def all_parameters(self) -> dict[str, Array]:
        """Return the same; an array that several parts share stands under each of its names."""
        return self._arrays("parameter_names")

    def buffers(self) -> dict[str, Array]:
        """Return the arrays that a forward pass in training changes, each once: not copies."""
        return _each_once(self.all_buffers())

    def all_buffers(self) -> dict[str, Array]:
        """Return the same; an array that several parts share stands under each of its names."""
        return self._arrays("buffer_names")

    def state_dict(self, *, private: bool = False) -> dict[str, Array]:
        """Return copies of all parameters and buffers under PyTorch's names.

        With `private` also of what PyTorch does not keep, so that an interrupted training can go on with the
        same bits.
        """
        return {name: array.copy() for name, array in self._state(private).items()}

    def load_state_dict(self, state: Mapping[str, Any], *, private: bool = False) -> None:
        """Copy the arrays (or tensors) of `state` into the parameters and buffers.

        Raises:
            ShapeError: a name is missing or unknown, or a shape differs; then nothing is changed.
            DTypeError: an entry is not an array of floats, or of ints where ints are counted.
        """
        _load(self._state(private), state)

    def _state(self, private: bool) -> dict[str, Array]:
        kinds = "parameter_names", "buffer_names"
        return self._arrays(*kinds, "private_buffer_names") if private else self._arrays(*kinds)

    def _arrays(self, *kinds: str) -> dict[str, Array]:
        """Return the arrays of some kinds, the own ones first: the order of PyTorch's `state_dict`."""
        own = {name: getattr(self, name) for kind in kinds for name in getattr(self, kind)}
        arrays = {name: array for name, array in own.items() if array is not None}
        for part, inner in self.parts().items():
            arrays |= {f"{part}.{name}": array for name, array in inner._arrays(*kinds).items()}
        return arrays

    def _summed(self, gradients: Iterable[tuple[str, Array]]) -> Gradients:
        """Return the gradients of `parameters()`; an array that is used several times gets the sum."""
        everything, summed = self.all_parameters(), Gradients()
        first_names = {id(array): name for name, array in reversed(everything.items())}
        for name, gradient in gradients:
            first = first_names[id(everything[name])]
            summed[first] = summed[first] + gradient if first in summed else gradient
        return summed

    def call(self) -> str:
        """Return the call that makes such a thing, without what is default."""
        shown: list[str] = []
        for name, argument in inspect.signature(type(self)).parameters.items():
            value = getattr(self, name, argument.default)
            if name in self.parameter_names:
                value = value is not None
            if argument.kind is argument.VAR_POSITIONAL:
                shown.extend(map(_as_code, value))
            elif argument.default is inspect.Parameter.empty:
                shown.append(_as_code(value))
            elif value != argument.default:
                shown.append(f"{name}={_as_code(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __repr__(self) -> str:
        """Return the same."""
        return self.call()


def _as_code(value: Any) -> str:
    """Return what makes a value, numbers with six digits: it is for reading."""
    if isinstance(value, Stateful):
        return value.call()
    if isinstance(value, list):
        return f"[{', '.join(map(_as_code, value))}]"
    return repr(float(f"{value:.6g}") if isinstance(value, float) else value)


def within(part: str, gradients: Gradients) -> Iterable[tuple[str, Array]]:
    """Yield a part's gradients under the names that they have in the whole.

    >>> list(within("conv1", {"weight": np.ones(1)}))
    [('conv1.weight', array([1.]))]
    """
    return ((f"{part}.{name}", gradient) for name, gradient in gradients.items())


def _each_once(arrays: dict[str, Array]) -> dict[str, Array]:
    first: dict[int, tuple[str, Array]] = {}
    for name, array in arrays.items():
        first.setdefault(id(array), (name, array))
    return dict(first.values())


def _load(arrays: dict[str, Array], state: Mapping[str, Any]) -> None:
    """Check that `state` has the names and shapes of `arrays`, then copy it into them."""
    missing, unknown = arrays.keys() - state.keys(), state.keys() - arrays.keys()
    if missing or unknown:
        raise ShapeError(
            f"load_state_dict: state must have the keys {sorted(arrays)}; "
            f"missing {sorted(missing)}, unknown {sorted(unknown)}"
        )
    values = {name: _as_array(name, state[name], array) for name, array in arrays.items()}
    for name, value in values.items():
        same_shape("load_state_dict", name, value, arrays[name].shape, "the shape of what it replaces")
    for name, value in values.items():
        arrays[name][...] = value


def _as_array(name: str, value: Any, like: Array) -> Array:
    """Return an array for an array or a tensor (which may require a gradient), without importing torch."""
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    kind, word = (np.floating, "floats") if np.issubdtype(like.dtype, np.floating) else (np.integer, "ints")
    if not np.issubdtype(array.dtype, kind):
        raise DTypeError(f"load_state_dict: {name} (dtype={array.dtype}) must be an array of {word}")
    return array
