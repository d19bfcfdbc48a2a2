"""How tests reach a tile: it is called from compiled code, and rounds a little otherwise than its twin."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np


def callable_from_python(tile: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a tile in compiled code."""

    @numba.njit
    def call(*arguments):  # type: ignore[no-untyped-def]
        return tile(*arguments)

    return call


def close(ours: Any, twins: Any, dtype: Any) -> None:
    """Assert that two results differ by roundings only."""
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(ours, twins, rtol=tolerance, atol=tolerance)
