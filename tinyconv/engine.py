"""Three rungs, one contract: plain loops, NumPy im2col, compiled Numba kernels; `set_engine` chooses.

The choice belongs to the calling thread: one thread may step through the loops with a debugger while another
trains on the kernels. A new thread starts with ``"numba"``.
"""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import numpy as np

from tinyconv.shapes import ShapeError

Rung = TypeVar("Rung", bound=Callable[..., Any])

ENGINES = ("loops", "numpy", "numba")


class _Choice(threading.local):
    engine = "numba"


_choice = _Choice()


def get_engine() -> str:
    """Return the calling thread's engine: ``"loops"``, ``"numpy"`` or ``"numba"``.

    >>> get_engine()
    'numba'
    """
    return _choice.engine


class set_engine:
    """Choose the calling thread's engine from now on, or for one ``with`` block.

    - ``"loops"``: plain Python loops, slow and obvious; step through them with a debugger.
    - ``"numpy"``: im2col with NumPy, vectorised.
    - ``"numba"``: the compiled kernels (the default).

    Raises:
        ShapeError: for any other name.

    >>> with set_engine("loops"):
    ...     get_engine()
    'loops'
    >>> get_engine()
    'numba'
    """

    def __init__(self, name: str) -> None:
        if name not in ENGINES:
            listing = ", ".join(f'"{engine}"' for engine in ENGINES)
            raise ShapeError(f"set_engine: name (={name!r}) must be one of {listing}")
        self._before = _choice.engine
        _choice.engine = name

    def __enter__(self) -> None:
        """Keep the choice until the block ends."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Return to the engine chosen before."""
        _choice.engine = self._before


def choose(*, loops: Rung, numpy: Rung, numba: Rung) -> Rung:
    """Return the one of three equal functions that stands on the calling thread's rung."""
    engine = _choice.engine
    return numba if engine == "numba" else numpy if engine == "numpy" else loops


# A decorator: NaN and infinities travel without a warning, on every rung, as in PyTorch.
quietly = np.errstate(invalid="ignore", over="ignore", divide="ignore")
