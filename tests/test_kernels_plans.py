"""tinyconv.kernels.plans: each product of each output, and of each gradient, is found where it lies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.kernels.plans import backward_plan, forward_plan

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
befores = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.integers(1, 3), st.integers(1, 3), pairs, pairs, pairs, befores, pairs)
def test_every_gradient_is_planned_once_and_inside_of_the_planes(
    F, C, kernel, stride, dilation, before, size
):
    planes, phases = backward_plan((F, C, *kernel), stride, dilation, before, size)
    planned, found = np.zeros(size, int), []
    for taps, (shifts, line, volume, origin, first, step) in phases:
        planned[first[0] :: step[0], first[1] :: step[1]] += 1
        found += taps.tolist()
        rows, cols = (-(-(s - f) // d) for s, f, d in zip(size, first, step, strict=True))
        assert volume == F * planes.size
        assert len(shifts) == F * len(taps)
        assert origin + shifts.min() >= 0
        assert origin + shifts.max() + (rows - 1) * line + cols - 1 < volume
    assert planned.max() <= 1
    assert len(found) == len(set(found))


def test_a_plan_is_made_once():
    case = (2, 3, 3, 3), (1, 1), (1, 1), (1, 1), (4, 4)
    assert forward_plan(*case, 4) is forward_plan(*case, 4)
    assert backward_plan(*case) is backward_plan(*case)


def test_padding_is_part_of_the_layout():
    planes, reading = forward_plan((1, 1, 3, 3), (1, 1), (1, 1), (1, 1), (4, 4), width=4)
    assert planes.shape == (1, 1, 6, 5)
    assert planes.rows.offsets.tolist() == [-1]
    assert reading.shifts.tolist() == [0, 1, 2, 5, 6, 7, 10, 11, 12]
