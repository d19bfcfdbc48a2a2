"""tinyconv.layers.concatenation against PyTorch: forward and every gradient."""

import numpy as np
import pytest
import pytorch
import strategies_encoders
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, kinds, layouts, seeds, values

from tinyconv import DTypeError, Sequential, ShapeError
from tinyconv.layers import ConcatMaps, ConcatMetadata, Embedding, Numeric


@given(st.data(), strategies_encoders.metadata(), dtypes, kinds, seeds)
@settings(max_examples=60)
def test_concatenation_and_every_gradient_are_pytorchs(data, images, dtype, kind, seed):
    kinds_of_layer, cells = data.draw(st.sampled_from([(ConcatMetadata, ()), (ConcatMaps, (3, 2))]))
    layer = kinds_of_layer(strategies_encoders.every_encoder(seed, dtype))
    x = data.draw(layouts)(values(seed, (len(images), 2, *cells), dtype, kind))
    y, _, cache = layer.forward(x, images)
    dy = pytorch.upstream(y, seed)
    dx, gradients = layer.backward(data.draw(layouts)(dy), cache)

    leaf = pytorch.tensor(x)
    leaves = {name: pytorch.tensor(array) for name, array in layer.encoder.parameters().items()}
    vector = strategies_encoders.torchs_encoder(leaves, images, dtype)
    tiles = vector.reshape(*vector.shape, *[1] * len(cells)).expand(*vector.shape, *cells)
    expected = torch.cat([leaf, tiles], dim=1)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, leaf.grad, "dx")
    assert list(gradients) == list(layer.parameters()) == [f"encoder.{name}" for name in leaves]
    for name, own in leaves.items():
        pytorch.assert_same(gradients[f"encoder.{name}"], own.grad, name, rounding=10)


def test_places_and_labels_go_on_behind_the_maps():
    x = np.zeros((1, 3, 4, 4), np.float32)
    y, metadata = ConcatMaps(Numeric("zoom"))(x, {"zoom": 2, "bbox": [0, 0, 2, 2], "class": "cat"})
    assert y.shape == (1, 4, 4, 4)
    np.testing.assert_array_equal(np.asarray(metadata["bbox"]), [0, 0, 2, 2])
    assert (metadata["zoom"], metadata["class"]) == (2, "cat")


def test_shapes_without_n():
    assert repr(Sequential(ConcatMaps(Numeric("pair", 2)))).count("(N, C+2, H, W)") == 1
    assert ConcatMetadata(Numeric("pair", 2)).output_shape((10,)) == (12,)
    assert ConcatMaps(Embedding("id", 5, 3)).output_shape((4, 8, 9)) == (7, 8, 9)


def test_the_gradient_of_the_input_is_no_view_of_the_upstream_one():
    layer = ConcatMaps(Numeric("zoom"))
    y, _, cache = layer.forward(np.ones((1, 1, 2, 2)), {"zoom": 2})
    dx, _ = layer.backward(y, cache)
    assert not np.shares_memory(dx, y)


def test_concatenation_names_the_argument_its_value_and_the_rule():
    flat, maps = ConcatMetadata(Numeric("zoom")), ConcatMaps(Numeric("zoom"))
    zoom = [{"zoom": 1}, {"zoom": 2}]
    for call, error, words in [
        (lambda: ConcatMaps("zoom"), DTypeError, "ConcatMaps: encoder (='zoom') must be an encoder"),
        (
            lambda: flat(np.ones((2, 3, 1, 1)), zoom),
            ShapeError,
            "ConcatMetadata: x (shape=(2, 3, 1, 1)) must",
        ),
        (lambda: maps(np.ones((2, 3)), zoom), ShapeError, "ConcatMaps: x (shape=(2, 3)) must have 4 axes"),
        (lambda: flat(np.ones((2, 3))), ShapeError, "ConcatMetadata: metadata (=None) must hold 'zoom'"),
        (
            lambda: flat(np.ones((2, 3)), [{}, {}]),
            ShapeError,
            "ConcatMetadata: metadata[0]['zoom'] is missing",
        ),
        (lambda: flat(np.ones((3, 3)), zoom), ShapeError, "ConcatMetadata: metadata (2 dicts) must hold one"),
    ]:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value).startswith(words)
    y, _, cache = flat.forward(np.ones((2, 3)), zoom)
    with pytest.raises(ShapeError, match=r"ConcatMetadata: dy \(shape=\(2, 3\)\) must be \(2, 4\)"):
        flat.backward(y[:, 1:], cache)
    with pytest.raises(DTypeError, match="dy is float32, y is float64"):
        flat.backward(y.astype(np.float32), cache)
