"""Sequential, a chain of layers that is a layer itself; and `trace`, its run with every step kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tinyconv.engine import get_engine
from tinyconv.fusion import steps
from tinyconv.layers import Gradients, Layer
from tinyconv.shapes import Array, DTypeError, ShapeError
from tinyconv.summary import Size, Table, summarize
from tinyconv.trace import SILENT, Note, Recorder


class Sequential(Layer):
    """Layers one behind the other: numbered, ``Sequential(Conv2d(…), ReLU())``, or named.

    Its parameters have PyTorch's names (``"0.weight"``, ``"conv1.weight"``): the `state_dict` of a
    `torch.nn.Sequential` of the same shape loads straight in. A `Sequential` is a layer itself and may stand
    in another one.

    Raises:
        DTypeError: something that is not a layer.
        ShapeError: no layer at all, or numbered and named layers mixed.

    >>> import numpy as np
    >>> from tinyconv.layers import Conv2d, MaxPool2d, ReLU
    >>> network = Sequential(conv1=Conv2d(1, 4, 3, padding=1, rng=0), relu1=ReLU(), pool1=MaxPool2d(2))
    >>> network
    name   layer                       output shape          parameters  multiply-adds  sees
    ────────────────────────────────────────────────────────────────────────────────────────
    conv1  Conv2d(1, 4, 3, padding=1)  (N, 4, H, W)                  40         36·H·W   3×3
    relu1  ReLU()                      (N, 4, H, W)                   0              0   3×3
    pool1  MaxPool2d(2)                (N, 4, ⌊H/2⌋, ⌊W/2⌋)           0              0   4×4
    ────────────────────────────────────────────────────────────────────────────────────────
    total                                                            40
    >>> y, metadata = network(np.zeros((1, 1, 8, 8), np.float32), {"bbox": [2, 2, 6, 6], "class": "cat"})
    >>> y.shape, np.asarray(metadata["bbox"])
    ((1, 4, 4, 4), array([1., 1., 3., 3.]))
    """

    def __init__(self, *layers: Layer, **named: Layer) -> None:
        if bool(layers) == bool(named):
            raise ShapeError("Sequential: layers must be all numbered or all named, and at least one")
        self.layers = named or {str(number): layer for number, layer in enumerate(layers)}
        for name, layer in self.layers.items():
            if not isinstance(layer, Layer):
                raise DTypeError(f"Sequential: {name} (={layer!r}) must be a layer")

    def __getitem__(self, key: str | int) -> Layer:
        """Return a layer by its name or its number.

        Raises:
            ShapeError: there is none.
        """
        if isinstance(key, str) and key in self.layers:
            return self.layers[key]
        if isinstance(key, int) and -len(self.layers) <= key < len(self.layers):
            return list(self.layers.values())[key]
        raise ShapeError(
            f"Sequential: key (={key!r}) must be one of {list(self.layers)}, or a number below "
            f"{len(self.layers)}"
        )

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def forward(
        self, x: Array, metadata: Any = None, *, training: bool = True, note: Note = SILENT
    ) -> tuple[Array, Any, tuple[Any, ...]]:
        """Return y, its metadata, and the layers' caches; arguments and errors are `Layer.forward`'s."""
        passed = []
        fuse = not note.watches and get_engine() == "numba"
        for step in steps(self.layers, fuse):
            x, metadata, cache = step.forward(x, metadata, training, note)
            passed.append((step, cache))
        return x, metadata, tuple(passed)

    def backward(self, dy: Array, cache: tuple[Any, ...], *, note: Note = SILENT) -> tuple[Array, Gradients]:
        """Return dx and the gradients of all `parameters()`; an array that is used twice gets their sum."""
        dx, gradients = _back(dy, cache, note)
        return dx, self._summed(gradients)

    def parameter_gradients(self, dy: Array, cache: tuple[Any, ...]) -> Gradients:
        """Return the gradients alone: the first layer has no dx to make."""
        (first, first_cache), *others = cache
        dy, gradients = _back(dy, others, SILENT)
        return self._summed([*gradients, *first.parameter_gradients(dy, first_cache).items()])

    def parts(self) -> dict[str, Layer]:
        """Return the layers under their names."""
        return self.layers

    def leaves(self, name: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield every layer that is not a `Sequential` itself, with its full name, behind `name`."""
        for inner, layer in self.layers.items():
            yield from layer.leaves(f"{name}.{inner}" if name else inner)

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of y for one image of `shape`, both without N."""
        for layer in self.layers.values():
            shape = layer.output_shape(shape)
        return shape

    def summary(self, input_shape: tuple[int, int, int] | None = None) -> Table:
        """Return the table of layers for one image of `input_shape` (C, H, W), or with H and W as letters.

        >>> from tinyconv.layers import Conv2d
        >>> network = Sequential(Conv2d(3, 32, 3), Conv2d(32, 32, 3, stride=2))
        >>> [row.output_shape for row in network.summary((3, 224, 224))]
        [(32, 222, 222), (32, 110, 110)]
        """
        return summarize(dict(self.leaves()), input_shape or (Size("C"), Size("H"), Size("W")))

    def call(self) -> str:
        """Return the call that makes such a network, on one line."""
        numbered = list(self.layers) == [str(number) for number in range(len(self))]
        named = ((name, layer.call()) for name, layer in self.layers.items())
        return f"Sequential({', '.join(call if numbered else f'{name}={call}' for name, call in named)})"

    def __repr__(self) -> str:
        """Return the table of layers."""
        return repr(self.summary())


def _back(dy: Array, passed: Sequence[Any], note: Note) -> tuple[Array, list[tuple[str, Array]]]:
    """Go back through steps with their caches; return dx, and the gradients as they come."""
    gradients: list[tuple[str, Array]] = []
    for step, own_cache in reversed(passed):
        dy, own = step.backward(dy, own_cache, note)
        gradients.extend(own.items())
    return dy, gradients


class Trace(Mapping[str, Array]):
    """Every named array of one real run, in the order in which the run made them.

    `output`, `metadata` and, where an upstream gradient was given, `gradients` are what the run returned.
    """

    def __init__(self, arrays: dict[str, Array], output: Array, metadata: Any, gradients: Gradients) -> None:
        self._arrays = arrays
        self.output, self.metadata, self.gradients = output, metadata, gradients

    def __getitem__(self, name: str) -> Array:
        """Return a read-only array, like ``trace["conv1/columns"]``."""
        if name not in self._arrays:
            raise ShapeError(f"trace: name (={name!r}) must be one of {list(self._arrays)}")
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        """Return whether the run made an array of that name."""
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in the run's order."""
        return iter(self._arrays)

    def __len__(self) -> int:
        """Return the number of arrays."""
        return len(self._arrays)

    def __repr__(self) -> str:
        """Return one line per array."""
        return "\n".join(f"{name}  {array.dtype}{array.shape}" for name, array in self.items())


def trace(
    network: Layer, x: Array, metadata: Any = None, *, dy: Array | None = None, training: bool = False
) -> Trace:
    """Run a network, or a layer, and keep every array that it makes.

    It is the run itself that tells: the arrays have the bits of an untraced run.

    Args:
        network: a `Sequential` or a layer.
        x: images (N, C, H, W).
        metadata: None, one dict (for one image), or a list of N dicts.
        dy: the gradient by the output; where given, the way back is traced too.
        training: whether to run as in training, which moves running statistics on, or only to look.

    Raises:
        ShapeError, DTypeError: what the network itself would raise.

    >>> import numpy as np
    >>> from tinyconv.layers import Conv2d, ReLU
    >>> network = Sequential(conv1=Conv2d(1, 2, 3, rng=0, dtype=np.float64), relu1=ReLU())
    >>> trace(network, np.ones((1, 1, 4, 4)), dy=np.ones((1, 2, 2, 2)))
    input  float64(1, 1, 4, 4)
    conv1/padded  float64(1, 1, 4, 4)
    conv1/columns  float64(1, 1, 9, 4)
    conv1/output  float64(1, 2, 2, 2)
    relu1/output  float64(1, 2, 2, 2)
    relu1/dx  float64(1, 2, 2, 2)
    conv1/dx  float64(1, 1, 4, 4)
    conv1/dweight  float64(2, 1, 3, 3)
    conv1/dbias  float64(2,)
    """
    note = Recorder()
    output, metadata, cache = network.forward(note("input", x), metadata, training=training, note=note)
    gradients = {} if dy is None else network.backward(dy, cache, note=note)[1]
    return Trace(note.arrays, output, metadata, gradients)
