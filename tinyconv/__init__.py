"""tinyconv: a from-scratch convolution engine that carries boxes, masks and labels through every layer."""

from tinyconv import functional
from tinyconv.engine import get_engine, set_engine
from tinyconv.kernels import get_num_threads, set_num_threads
from tinyconv.shapes import DTypeError, ShapeError
