"""im2col and its transpose: `torch.nn.functional.unfold` and `fold`.

The column matrix turns a convolution into one matrix product. The compiled kernels read it in place and never
make it; here it is made, to be looked at.
"""

from typing import Any

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose
from tinyconv.geometry import Window
from tinyconv.shapes import Array, floats, pair, same_shape


def im2col(x: Array, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Array:
    """Return the column matrix: column p holds the patch that output pixel p sees.

    Args:
        x: images (N, C, H, W), float32 or float64.
        kernel_size, stride, padding, dilation: as in `conv2d_forward`.

    Returns:
        (N, C·KH·KW, OH·OW).

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> import numpy as np
    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), kernel_size=2)[0]
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    x = floats("im2col", "x", x, "NCHW")
    window = Window.of("im2col", kernel_size, stride, padding, dilation)
    size = window.output_size("im2col", *x.shape[2:])
    fill = choose(loops=reference.im2col, numpy=vectorised.im2col, numba=kernels.im2col)
    columns = fill(x, window.kernel_size, window.stride, window.padding, window.dilation, size)
    return columns.reshape(len(x), x.shape[1] * window.rows.kernel * window.cols.kernel, size[0] * size[1])


def col2im(
    columns: Array, input_size: Any, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1
) -> Array:
    """Add every entry of the columns onto the pixel that it came from: the transpose of `im2col`.

    Args:
        columns: (N, C·KH·KW, OH·OW), float32 or float64.
        input_size: (H, W) of the images.
        kernel_size, stride, padding, dilation: as in `im2col`.

    Returns:
        (N, C, H, W).

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> import numpy as np
    >>> col2im(np.ones((1, 4, 4)), input_size=(3, 3), kernel_size=2)[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    columns = floats("col2im", "columns", columns, ("N", "C·KH·KW", "OH·OW"))
    H, W = pair("col2im", "input_size", input_size, minimum=1)
    window = Window.of("col2im", kernel_size, stride, padding, dilation)
    (KH, KW), (OH, OW) = window.kernel_size, window.output_size("col2im", H, W)
    N, rows, _ = columns.shape
    same_shape("col2im", "columns", columns, (N, rows // (KH * KW) * KH * KW, OH * OW), "(N, C·KH·KW, OH·OW)")
    add = choose(loops=reference.col2im, numpy=vectorised.col2im, numba=kernels.col2im)
    taps = columns.reshape(N, rows // (KH * KW), KH, KW, OH, OW)
    return add(taps, (H, W), window.stride, window.padding, window.dilation)
