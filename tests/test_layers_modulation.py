"""tinyconv.layers.modulation against PyTorch: forward and every gradient; how a network starts."""

import numpy as np
import pytest
import pytorch
import strategies_encoders
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, engines, layouts, seeds, values

from tinyconv import Conv2d, DTypeError, Flatten, Linear, ReLU, Sequential, ShapeError, set_engine, trace
from tinyconv.layers import Embedding, FiLM, Numeric, ScaleBias

MAKERS = {
    "scale and bias": (ScaleBias, {}, 0),
    "identity": (FiLM, {}, 1),
    "zero": (FiLM, {"gamma_init": "zero"}, 0),
}


@given(st.data(), strategies_encoders.metadata(), st.sampled_from(list(MAKERS)), dtypes, engines, seeds)
@settings(max_examples=60)
def test_modulation_and_every_gradient_are_pytorchs(data, images, name, dtype, engine, seed):
    make, options, rest = MAKERS[name]
    layer = make(3, strategies_encoders.every_encoder(seed, dtype), rng=seed, dtype=dtype, **options)
    for number, array in enumerate(layer.parameters().values()):
        array[...] = values(seed + number, array.shape, dtype, "plain")
    cells = data.draw(st.sampled_from([(), (4, 3), (1, 1), (0, 2)]))
    x = data.draw(layouts)(values(seed, (len(images), 3, *cells), dtype, "plain"))
    with set_engine(engine):
        y, _, cache = layer.forward(x, images)
        dy = pytorch.upstream(y, seed)
        dx, gradients = layer.backward(dy, cache)

    leaf = pytorch.tensor(x)
    leaves = {name: pytorch.tensor(array) for name, array in layer.parameters().items()}
    own = {name.removeprefix("encoder."): array for name, array in leaves.items()}
    vector = strategies_encoders.torchs_encoder(own, images, dtype)
    numbers = torch.nn.functional.linear(vector, leaves["linear.weight"], leaves["linear.bias"])
    gamma, beta = numbers.reshape(*numbers.shape, *[1] * len(cells)).chunk(2, dim=1)
    expected = (rest + gamma) * leaf + beta
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=100)
    pytorch.assert_same(dx, leaf.grad, "dx", rounding=100)
    assert gradients.keys() == leaves.keys()
    for name, own in leaves.items():
        pytorch.assert_same(gradients[name], own.grad, name, rounding=1000)


@pytest.mark.parametrize("make", [ScaleBias, FiLM])
def test_at_the_start_images_pass_nearly_unchanged_and_everything_learns(make):
    x = values(0, (4, 3, 8, 8), np.float64, "plain")
    layer = make(3, Embedding("id", 4, 8, rng=0, dtype=np.float64), rng=1, dtype=np.float64)
    y, _, cache = layer.forward(x, [{"id": number} for number in range(4)])
    assert abs(y - x).mean() < 0.2
    dx, gradients = layer.backward(pytorch.upstream(y, 0), cache)
    for gradient in (dx, *gradients.values()):
        assert (gradient != 0).all()


def test_a_zero_gamma_lets_nothing_of_the_image_through_and_no_gradient_back():
    layer = FiLM(3, Numeric("zoom"), gamma_init="zero", rng=0, dtype=np.float64)
    zoom = [{"zoom": 2}, {"zoom": 3}]
    y, _, cache = layer.forward(values(0, (2, 3, 4, 4), np.float64, "plain"), zoom)
    np.testing.assert_array_equal(y, layer(values(1, (2, 3, 4, 4), np.float64, "plain"), zoom)[0])
    dx, gradients = layer.backward(pytorch.upstream(y, 0), cache)
    assert not dx.any()
    assert gradients["linear.weight"].any()


@pytest.mark.parametrize("place", [1, 2, 3])
def test_film_stands_wherever_its_place_in_the_network_is(place):
    layers = [
        Conv2d(1, 3, 3, rng=0),
        ReLU(),
        Sequential(Conv2d(3, 3, 1, rng=1), ReLU()),
        Flatten(),
        Linear(48, 2),
    ]
    layers.insert(place, FiLM(3, Numeric("zoom"), rng=0))
    network = Sequential(*layers)
    x, zoom = values(0, (2, 1, 6, 6), np.float32, "plain"), [{"zoom": 1}, {"zoom": 2}]
    y, metadata, cache = network.forward(x, zoom)
    _, gradients = network.backward(pytorch.upstream(y, 0), cache)
    assert gradients.keys() == network.parameters().keys()
    assert f"{place}.linear.weight" in gradients
    assert metadata[1]["zoom"] == 2
    with_other = network(x, [{"zoom": 1}, {"zoom": 20}])[0]
    np.testing.assert_array_equal(with_other[0], network(x, zoom)[0][0])
    assert not np.allclose(with_other[1], y[1])


def test_one_encoder_may_serve_several_layers():
    shared = Embedding("id", 3, 2, rng=0, dtype=np.float64)
    films = [FiLM(2, shared, rng=seed, dtype=np.float64) for seed in (1, 2)]
    network, x, ids = (
        Sequential(a=films[0], b=films[1]),
        values(0, (2, 2, 3, 3), np.float64, "plain"),
        [{"id": 2}] * 2,
    )
    assert "a.encoder.weight" in network.parameters()
    assert "b.encoder.weight" not in network.parameters()
    assert network.reads() == {"id"}
    y, _, cache = network.forward(x, ids)
    _, gradients = network.backward(y, cache)
    dy, from_second = films[1].backward(y, cache[1][1])
    _, from_first = films[0].backward(dy, cache[0][1])
    assert gradients.keys() == network.parameters().keys()
    expected = from_second["encoder.weight"] + from_first["encoder.weight"]
    np.testing.assert_array_equal(gradients["a.encoder.weight"], expected)


def test_a_trace_shows_gamma_and_beta():
    film = FiLM(3, Numeric("zoom"), rng=0, dtype=np.float64)
    x = np.ones((1, 3, 2, 2))
    seen = trace(Sequential(film=film), x, {"zoom": 2}, dy=x)
    assert list(seen) == [
        "input",
        "film/gamma",
        "film/beta",
        "film/output",
        "film/dx",
        "film/dgamma",
        "film/dbeta",
    ]
    np.testing.assert_array_equal(seen["film/gamma"][0], 1 + 2 * film.parameters()["linear.weight"][:3, 0])
    np.testing.assert_array_equal(
        seen["film/output"], (seen["film/gamma"] + seen["film/beta"])[:, :, None, None] * x
    )


def test_the_table_knows_its_channels_before_an_image_has_come():
    row = Sequential(film=FiLM(8, Numeric("zoom"))).summary()[0]
    assert (row.output_shape[0], row.parameters) == (8, 32)
    row = Sequential(film=FiLM(8, Numeric("zoom"))).summary((8, 5, 6))[0]
    assert (row.output_shape, row.multiply_adds) == ((8, 5, 6), (8, 5, 6))


def test_boxes_stay_where_they_are():
    x = np.zeros((1, 3, 4, 4), np.float32)
    _, metadata = FiLM(3, Numeric("zoom"))(x, {"zoom": 2, "bbox": [0, 0, 2, 2]})
    np.testing.assert_array_equal(np.asarray(metadata["bbox"]), [0, 0, 2, 2])


def test_modulation_names_the_argument_its_value_and_the_rule():
    zoom = Numeric("zoom")
    for call, error, words in [
        (lambda: FiLM(0, zoom), ShapeError, "FiLM: num_channels (=0) must be at least 1"),
        (lambda: ScaleBias(2, "zoom"), DTypeError, "ScaleBias: encoder (='zoom') must be an encoder"),
        (
            lambda: FiLM(2, zoom, "one"),
            ShapeError,
            'FiLM: gamma_init (=\'one\') must be "identity" or "zero"',
        ),
        (
            lambda: FiLM(2, zoom)(np.ones((1, 3, 2, 2))),
            ShapeError,
            "FiLM: x (shape=(1, 3, 2, 2)) must be (N, C,",
        ),
        (lambda: FiLM(2, zoom)(np.ones(2)), ShapeError, "FiLM: x (shape=(2,)) must be (N, C, …)"),
        (
            lambda: ScaleBias(2, zoom)(np.ones((1, 2))),
            ShapeError,
            "ScaleBias: metadata (=None) must hold 'zoom'",
        ),
        (lambda: FiLM(2, zoom)(np.ones((1, 2)), {}), ShapeError, "FiLM: metadata[0]['zoom'] is missing"),
        (
            lambda: FiLM(2, zoom)(np.ones((1, 2)), {"zoom": 1}),
            DTypeError,
            "linear: all arrays must have one dtype",
        ),
    ]:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value).startswith(words)


def test_repr_is_the_call_that_makes_the_layer():
    assert repr(FiLM(4, Numeric("zoom"))) == "FiLM(4, Numeric('zoom'))"
    assert repr(FiLM(4, Numeric("zoom"), "zero")) == "FiLM(4, Numeric('zoom'), gamma_init='zero')"
    assert repr(ScaleBias(4, Embedding("id", 3, 2))) == "ScaleBias(4, Embedding('id', 3, 2))"
