"""What goes wrong in the size of an output."""

from functools import partial

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.places import Sizing, output_size

known = partial(mistake, "output_size")


@known(
    "The number of places is rounded up where it must be rounded down.",
    "Does the last window still lie on the image when the stride doesn't divide evenly?",
)
def rounded_up(case: Sizing) -> int:
    room = case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1) - 1
    return -(-room // case.stride) + 1


@known(
    "The steps are counted; places are one more.",
    "How often does a window of 3 fit onto 3 pixels?",
)
def plus_one_forgotten(case: Sizing) -> int:
    return output_size(case) - 1


@known(
    "The padding is counted once; it lies at both ends.",
    "How long is a line of 4 pixels with padding 1?",
)
def padding_at_one_end(case: Sizing) -> int:
    return output_size(case._replace(size=case.size - case.padding))


@known(
    "The padding is left out.",
    "How long is a line of 4 pixels with padding 1?",
)
def padding_forgotten(case: Sizing) -> int:
    return output_size(case._replace(padding=0))


@known(
    "The stride is left out.",
    "How often does a window of 2 fit onto 4 pixels with stride 2?",
)
def stride_forgotten(case: Sizing) -> int:
    return output_size(case._replace(stride=1))


@known(
    "The extent of the kernel is taken for its number of taps, whatever the dilation.",
    "How many pixels lie between the first and the last tap of a kernel of 3 with dilation 2?",
)
def dilation_ignored(case: Sizing) -> int:
    return output_size(case._replace(dilation=1))


@known(
    "The extent of the kernel is taken for dilation times kernel_size.",
    "How many pixels lie between the first and the last tap of a kernel of 3 with dilation 2?",
)
def dilation_times_kernel(case: Sizing) -> int:
    return output_size(case._replace(kernel_size=case.dilation * case.kernel_size, dilation=1))


@known(
    "The division leaves a fraction; places are counted in whole numbers.",
    "Which of Python's two divisions do you use?",
)
def division_left_real(case: Sizing) -> float:
    room = case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1) - 1
    return room / case.stride + 1


@known(
    "1 is added before the division by the stride.",
    "How often does a window of 1 fit onto 3 pixels with stride 3?",
)
def one_added_before_the_division(case: Sizing) -> int:
    return (case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1)) // case.stride


@known(
    "A last window that hangs over the edge is dropped although it was asked for.",
    "What does ceil_mode change when the stride doesn't divide evenly?",
)
def ceil_mode_ignored(case: Sizing) -> int:
    return output_size(case._replace(ceil_mode=False))
