"""tinyconv.kernels.plans: each product of each output, and of each gradient, is found where it lies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.kernels import plans
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.plans import backward_plan, forward_plan

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
befores = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.integers(1, 3), st.integers(1, 3), pairs, pairs, pairs, befores, pairs)
def test_every_gradient_is_planned_once_and_inside_of_the_planes(
    F, C, kernel, stride, dilation, before, size
):
    geometry = Geometry((F, C, *kernel), stride, dilation, before, size, outputs=(1, 1))
    planes, reading, weights = backward_plan(geometry)
    planned, line = np.zeros(size, int), reading.line
    for phase, (origin, first) in enumerate(zip(reading.origins, reading.firsts, strict=True)):
        planned[first[0] :: reading.down, first[1] :: reading.across] += 1
        steps = reading.down, reading.across
        rows, cols = (-(-(s - f) // d) for s, f, d in zip(size, first, steps, strict=True))
        shifts = reading.shifts[slice(*reading.bounds[phase : phase + 2])] + origin[0] * line + origin[1]
        taps = set((weights[phase] % (kernel[0] * kernel[1])).tolist())
        assert len(shifts) == len(weights[phase]) == F * len(taps)
        assert shifts.min() >= 0
        assert shifts.max() + (rows - 1) * line + cols - 1 < reading.size
    assert reading.size == F * planes.size
    assert planned.max() <= 1
    found = [weight for phase in weights for weight in phase.tolist()]
    assert len(found) == len(set(found))


@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3))
def test_a_band_of_the_way_back_is_laid_out_like_the_whole(rows, kernel, stride, dilation, before):
    size = 9 * stride, 4
    geometry = Geometry((2, 1, kernel, 1), (stride, 1), (dilation, 1), (before, 0), size, outputs=(1, 1))
    whole, reading, weights = backward_plan(geometry)
    band, part, same = backward_plan(geometry, rows)
    assert band.shape[0] == whole.shape[0]
    assert whole.rows.length - band.rows.length == 9 * stride // stride - rows + reading.origins[:, 0].max()
    np.testing.assert_array_equal(part.firsts, reading.firsts)
    assert [phase.tolist() for phase in same] == [phase.tolist() for phase in weights]


def test_products_come_tap_by_tap_some_filters_at_a_time(monkeypatch):
    monkeypatch.setattr(plans, "FILTERS", 2)
    geometry = Geometry((3, 4, 1, 2), (1, 1), (1, 1), (0, 0), (5, 5), (5, 4))
    _, _, (weights,) = backward_plan(geometry)
    f, rest = np.divmod(weights, 4 * 2)
    assert list(zip(f.tolist(), rest.tolist(), strict=True)) == [
        (0, 0),
        (1, 0),
        (0, 1),
        (1, 1),
        (2, 0),
        (2, 1),
    ]


def test_a_plan_is_made_once():
    """The gradient of the weights asks for it at every step; those of the bands are kept with the bands."""
    geometry = Geometry((2, 3, 3, 3), (1, 1), (1, 1), (1, 1), (4, 4), (4, 4))
    assert forward_plan(geometry) is forward_plan(geometry._replace())


def test_padding_is_part_of_the_layout():
    planes, reading = forward_plan(Geometry((1, 1, 3, 3), (1, 1), (1, 1), (1, 1), (4, 4), (4, 4)))
    assert planes.shape == (1, 1, 6, 5)
    assert planes.rows.offsets.tolist() == [-1]
    assert reading.shifts.tolist() == [0, 1, 2, 5, 6, 7, 10, 11, 12]
