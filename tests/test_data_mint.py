"""tinyconv.data.mint: a coin is where its disc says, and looks the same at every size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.data.mint import Disc, strike

SEEDS = st.integers(0, 2**32)


@st.composite
def discs(draw, size):
    radius = draw(st.floats(2, size / 2))
    return Disc(*(draw(st.floats(radius, size - radius)) for _ in range(2)), radius)


def struck(seed, canvas, disc):
    return strike(np.random.default_rng(seed), canvas, disc)


@given(disc=discs(32), seed=SEEDS)
def test_a_coin_on_a_black_table_lights_its_disc_and_nothing_else(disc, seed):
    lit = struck(seed, np.zeros((3, 32, 32)), disc).max(axis=0) > 0
    for row, col in np.ndindex(32, 32):
        distance = np.hypot(col + 0.5 - disc.x, row + 0.5 - disc.y)
        if distance < disc.radius:
            assert lit[row, col]
        elif distance > disc.radius + 0.51:
            assert not lit[row, col]


@given(disc=discs(32), seed=SEEDS)
def test_a_coin_throws_a_shadow_and_leaves_the_rest_of_the_table(disc, seed):
    canvas = np.ones((3, 32, 32))
    untouched = canvas.copy()
    image = struck(seed, canvas, disc)
    assert np.array_equal(canvas, untouched)
    assert image.min() >= 0
    assert image.max() <= 1
    r, _ = disc.polar(32)
    far, rest = r > 1.26, image[:, (r > 1 + 0.5 / disc.radius)]
    assert np.all(image[:, far] == 1)
    assert np.all((rest >= 0.4 - 1e-12) & (rest <= 1))


@given(disc=discs(64), blur=st.floats(0.5, 10))
def test_coverage_adds_up_to_the_area(disc, blur):
    """Away from the border, whatever the blur: an edge that is soft loses inside what it wins outside."""
    far = Disc(disc.x + 32, disc.y + 32, disc.radius + 5)
    area = far.coverage(128, blur).sum()
    assert abs(area / (np.pi * (far.radius**2 + blur**2 / 12)) - 1) < 0.02


@given(seed=SEEDS)
def test_a_coin_of_twice_the_size_looks_the_same(seed):
    """Shrunk again, it differs by a fraction of its own contrast."""
    small = struck(seed, np.zeros((3, 64, 64)), Disc(32, 32, 30))
    large = struck(seed, np.zeros((3, 128, 128)), Disc(64, 64, 60))
    shrunk = large.reshape(3, 64, 2, 64, 2).mean(axis=(2, 4))
    face = Disc(32, 32, 28).coverage(64) == 1
    assert np.abs(small - shrunk)[:, face].mean() < 0.25 * small[:, face].std(axis=1).mean()


def test_coins_differ_in_metal_relief_and_light():
    faces = [struck(seed, np.zeros((3, 32, 32)), Disc(16, 16, 14)) for seed in range(20)]
    colours = {tuple((face.mean(axis=(1, 2)) / face.mean()).round(1)) for face in faces}
    assert len(colours) >= 3
    assert all(face[:, 8:24, 8:24].std(axis=(1, 2)).min() > 0.02 for face in faces)
