"""tinyconv.layers.encoders: what the metadata say, as vectors, and what is wrong with them."""

import numpy as np
import pytest
import pytorch
import strategies_encoders
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds

from tinyconv import DTypeError, Linear, ShapeError
from tinyconv.layers import Embedding, Encode, Encoder, Numeric, OneHot, Ordinal, Project
from tinyconv.metadata import attach


def encoded(encoder, images, dtype=np.float64):
    return encoder.forward(attach(images, (len(images), 1), "test"), dtype, "FiLM")


@given(strategies_encoders.metadata(), dtypes, seeds)
@settings(max_examples=60)
def test_every_encoder_and_every_gradient_are_pytorchs(images, dtype, seed):
    encoder = strategies_encoders.every_encoder(seed, dtype)
    vector, cache = encoded(encoder, images, dtype)
    assert vector.shape == (len(images), encoder.size)
    dvector = pytorch.upstream(vector, seed)
    gradients = encoder.backward(dvector, cache)
    leaves = {name: pytorch.tensor(array) for name, array in encoder.parameters().items()}
    expected = strategies_encoders.torchs_encoder(leaves, images, dtype)
    expected.backward(torch.from_numpy(dvector))
    pytorch.assert_same(vector, expected, "vector")
    assert gradients.keys() == leaves.keys()
    for name, leaf in leaves.items():
        pytorch.assert_same(gradients[name], leaf.grad, name, rounding=10)


@given(st.lists(st.integers(0, 2), max_size=9), seeds)
def test_ids_that_come_again_add_up(ids, seed):
    embedding = Embedding("id", 3, 2, rng=seed, dtype=np.float64)
    vector, cache = encoded(embedding, [{"id": number} for number in ids])
    gradient = embedding.backward(np.ones_like(vector), cache)["weight"]
    np.testing.assert_array_equal(gradient, [[ids.count(number)] * 2 for number in range(3)])


def test_the_initialisation_of_an_embedding_is_pytorchs():
    ours, theirs = Embedding("id", 200, 50, rng=0), torch.nn.Embedding(200, 50)
    assert ours.weight.shape == tuple(theirs.weight.shape)
    assert ours.weight.dtype == np.float32
    assert ours.weight.std() == pytest.approx(theirs.weight.std().item(), rel=0.05)
    assert ours.weight.mean() == pytest.approx(0, abs=0.05)


def test_an_encoder_that_stands_twice_gets_the_sum():
    shared = Embedding("id", 3, 2, rng=0, dtype=np.float64)
    encoder = Encode(shared, Numeric("zoom"), shared)
    assert list(encoder.parameters()) == ["0.weight"]
    assert list(encoder.state_dict()) == ["0.weight", "2.weight"]
    _, cache = encoded(encoder, [{"id": 1, "zoom": 3}])
    gradients = encoder.backward(np.array([[1.0, 2, 0, 30, 40]]), cache)
    assert list(gradients) == ["0.weight"]
    np.testing.assert_array_equal(gradients["0.weight"], [[0, 0], [31, 42], [0, 0]])


def test_one_dict_is_one_image_and_the_callers_values_stay():
    conditions = np.array([1.0, 2.0])
    vector, _ = Numeric("conditions", 2, mean=1).forward(
        attach({"conditions": conditions}, (1, 3, 4, 4), "test"), np.float32, "FiLM"
    )
    np.testing.assert_array_equal(vector, np.array([[0, 1]], np.float32), strict=True)
    np.testing.assert_array_equal(conditions, [1, 2])


GOOD = {"id": 1, "stain": "DAPI", "size": "M", "zoom": 1.5, "pair": [1, 2], "scaled": 7}
ENCODERS = {
    "id": Embedding("id", 5, 2),
    "stain": OneHot("stain", ["DAPI", "H&E"]),
    "size": Ordinal("size", ["S", "M", "L"]),
    "zoom": Numeric("zoom"),
    "pair": Numeric("pair", 2),
    "scaled": Numeric("scaled", mean=1, std=1e-10),
}


@pytest.mark.parametrize(
    ("key", "value", "error", "rule"),
    [
        ("id", 5, ShapeError, "(=5) must be an int from 0 to 4"),
        ("id", -1, ShapeError, "(=-1) must be an int from 0 to 4"),
        ("id", 2**70, ShapeError, "must be an int from 0 to 4"),
        ("id", 2.0, DTypeError, "(=2.0) must be an int from 0 to 4"),
        ("id", True, DTypeError, "(=True) must be an int from 0 to 4"),
        ("id", [1], DTypeError, "(=[1]) must be an int from 0 to 4"),
        ("stain", "dapi", ShapeError, "(='dapi') must be one of ['DAPI', 'H&E']"),
        ("stain", ["DAPI"], ShapeError, "(=['DAPI']) must be one of ['DAPI', 'H&E']"),
        ("stain", ([1],), ShapeError, "(=([1],)) must be one of ['DAPI', 'H&E']"),
        ("size", None, ShapeError, "(=None) must be one of ['S', 'M', 'L']"),
        ("zoom", "2", DTypeError, "(='2') must be a number"),
        ("zoom", None, DTypeError, "(=None) must be a number"),
        ("zoom", 1j, DTypeError, "(=1j) must be a number"),
        ("zoom", [1, 2], ShapeError, "(=[1, 2]) must be a number"),
        ("zoom", float("nan"), ShapeError, "(=nan) must be a number, and finite when scaled, in float32"),
        ("pair", [1, 2, 3], ShapeError, "(=[1, 2, 3]) must be 2 numbers"),
        ("pair", 1, ShapeError, "(=1) must be 2 numbers"),
        ("pair", [[1], [2, 3]], DTypeError, "must be 2 numbers"),
        (
            "pair",
            [1, float("inf")],
            ShapeError,
            "(=[1, inf]) must be 2 numbers, and finite when scaled, in float32",
        ),
        ("zoom", 1e39, ShapeError, "(=1e+39) must be a number, and finite when scaled, in float32"),
        ("scaled", -1e30, ShapeError, "(=-1e+30) must be a number, and finite when scaled, in float32"),
        ("pair", np.array([1, -1e300]), ShapeError, "must be 2 numbers, and finite when scaled, in float32"),
    ],
)
def test_an_error_names_layer_key_row_value_and_rule(key, value, error, rule):
    bad = {**GOOD, key: value}
    for row, images in ((2, [GOOD, GOOD, bad, GOOD]), (0, [bad, GOOD]), (0, [bad, bad])):
        with pytest.raises(error) as caught:
            encoded(ENCODERS[key], images, np.float32)
        assert str(caught.value).startswith(f"FiLM: metadata[{row}][{key!r}] (=")
        assert str(caught.value).endswith(rule)


@pytest.mark.parametrize("key", ENCODERS)
def test_a_key_that_is_missing_is_named_with_its_row(key):
    without = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(ShapeError, match=rf"^FiLM: metadata\[3\]\['{key}'\] is missing$"):
        encoded(ENCODERS[key], [GOOD, GOOD, GOOD, without], np.float32)
    with pytest.raises(ShapeError, match=rf"^FiLM: metadata \(=None\) must hold '{key}' for each image$"):
        ENCODERS[key].forward(None, np.float32, "FiLM")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: OneHot("stain", []), "OneHot: categories (=()) must be at least 1, and all different"),
        (lambda: OneHot("stain", "abc"), "OneHot: categories (='abc') must be a list of values"),
        (
            lambda: OneHot("stain", ["a", "b", "a"]),
            "OneHot: categories (=('a', 'b', 'a')) must be at least 1",
        ),
        (lambda: OneHot("stain", [["a"]]), "OneHot: categories (=(['a'],)) must be hashable"),
        (lambda: OneHot("stain", [(["a"],)]), "OneHot: categories (=((['a'],),)) must be hashable"),
        (lambda: Ordinal("size", ["S"]), "Ordinal: order (=('S',)) must be at least 2, and all different"),
        (lambda: Ordinal("size", 3), "Ordinal: order (=3) must be a list of values"),
        (lambda: Embedding("id", 0, 2), "Embedding: num_embeddings (=0) must be at least 1"),
        (lambda: Embedding("id", 2, 0), "Embedding: embedding_dim (=0) must be at least 1"),
        (lambda: Embedding("id", 2, 2, dtype=int), "Embedding: dtype (=int64) must be float32 or float64"),
        (lambda: Embedding(["id"], 2, 2), "Embedding: key (=['id']) must be hashable, like str or int"),
        (lambda: OneHot({}, ["a"]), "OneHot: key (={}) must be hashable"),
        (lambda: Ordinal(([1],), ["S", "M"]), "Ordinal: key (=([1],)) must be hashable"),
        (lambda: Numeric(["zoom"]), "Numeric: key (=['zoom']) must be hashable"),
        (lambda: Numeric("zoom", 0), "Numeric: size (=0) must be at least 1"),
        (lambda: Numeric("zoom", std=0), "Numeric: std (=0) must be above 0"),
        (lambda: Numeric("zoom", 2, std=[1, -1]), "Numeric: std (=[1, -1]) must be above 0"),
        (
            lambda: Numeric("zoom", 2, mean=[1]),
            "Numeric: mean (=[1]) must be one number, or size (=2) of them",
        ),
        (lambda: Numeric("zoom", mean=np.nan), "Numeric: mean (=nan) must be finite numbers"),
        (lambda: Numeric("zoom", mean="0"), "Numeric: mean (='0') must be finite numbers"),
        (lambda: Encode(), "Encode: encoders must be at least one"),
        (
            lambda: Encode(Numeric("zoom"), Linear(1, 2)),
            "Encode: encoders (=Linear(1, 2)) must be an encoder",
        ),
        (lambda: Project("zoom", 3), "Project: encoder (='zoom') must be an encoder"),
        (lambda: Project(Numeric("zoom"), 0), "Project: out_features (=0) must be at least 1"),
        (
            lambda: encoded(Embedding("id", 3, 2), [{"id": 1}]),
            "Embedding: all arrays must have one dtype, but x is float64, weight is float32",
        ),
    ],
)
def test_an_encoder_names_the_argument_its_value_and_the_rule(make, words):
    with pytest.raises((ShapeError, DTypeError)) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_an_encoder_knows_what_it_reads():
    encoder = strategies_encoders.every_encoder(0, np.float32)
    assert encoder.reads() == {"stain", "size", "operator", "zoom", "conditions"}
    assert Linear(1, 2).reads() == set()


def test_repr_is_the_call_that_makes_the_encoder():
    encoder = strategies_encoders.every_encoder(0, np.float32)
    assert repr(encoder) == (
        "Encode(OneHot('stain', ('DAPI', 'H&E', 7)), Ordinal('size', ('S', 'M', 'L')), "
        "Embedding('operator', 4, 3), Numeric('zoom'), "
        "Numeric('conditions', size=2, mean=[1.0, -2.0], std=[0.5, 3.0]), "
        "Project(Encode(Numeric('conditions', size=2), Numeric('zoom')), 4))"
    )
    assert repr(eval(repr(encoder))) == repr(encoder)
    assert eval(repr(encoder)).size == encoder.size == 14


def test_repr_shows_measured_numbers_with_six_digits():
    assert repr(Numeric("ink", 2, mean=[1 / 3, -2e6 / 7], std=2e-7 / 3)) == (
        "Numeric('ink', size=2, mean=[0.333333, -285714.0], std=6.66667e-08)"
    )


def test_an_encoder_that_encodes_nothing_says_so():
    with pytest.raises(NotImplementedError, match="Empty must compute forward"):
        type("Empty", (Encoder,), {})().forward(None, np.float32, "FiLM")
