"""A marker that says what is wrong: checks somebody else's function and gives its mistake a name.

>>> from tinyconv import check
>>> def relu_backward(dy, x):
...     return dy * (x >= 0)
>>> report = check.relu_backward(relu_backward)
>>> report.passed, report.diagnosis
(False, 'gradient_at_zero')
>>> print(report)
✗ relu_backward: gradient at zero
  Where x is exactly 0 the gradient passes; by convention the slope there is 0.
  Hint: Try an x that holds a 0.
  ... of 64 cases fail.
<BLANKLINE>
  The smallest case that shows it:
    dy   x
      1    0
<BLANKLINE>
    expected: dx   yours: dx
      0              ▶1

Each part has one function here: `check.conv2d_forward(function)` and so on. A function is called in its own
style, which its parameters tell (see `tinyconv.check.asking.Ask`): like the pairs of `tinyconv.functional`,
`conv2d_forward(x, weight, bias, stride, padding)`, or the way courses do, `conv_forward(x, w, b, conv_param)`.
It is asked about optional arguments (dilation, groups, …) only if it has them, about pairs (rows, columns)
unless a parameter is annotated `int`, and about a missing bias only if its `bias` may be None. A backward
function takes the arguments themselves, `conv2d_backward(dy, x, weight, bias, stride, padding)`, or a cache:
the one that `forward=` makes, or else a named tuple of the forward function's arguments (a course's tuple).
"""

from tinyconv.check.checks import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    carry_boxes,
    col2im,
    conv2d_backward,
    conv2d_forward,
    film_backward,
    film_forward,
    im2col,
    linear_backward,
    linear_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    output_size,
    relu_backward,
    relu_forward,
)
from tinyconv.check.mistakes import CATALOGUE, Mistake
from tinyconv.check.parts import PARTS
from tinyconv.check.report import CheckFailed, Report

__all__ = [
    "CATALOGUE",
    "PARTS",
    "CheckFailed",
    "Mistake",
    "Report",
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "carry_boxes",
    "col2im",
    "conv2d_backward",
    "conv2d_forward",
    "film_backward",
    "film_forward",
    "im2col",
    "linear_backward",
    "linear_forward",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "output_size",
    "relu_backward",
    "relu_forward",
]
