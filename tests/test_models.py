"""tinyconv.models: the networks of the literature, the same in PyTorch, forward and every gradient."""

import numpy as np
import pytest
import pytorch
import torch
from strategies import values
from torch import nn

from tinyconv import DTypeError, ShapeError
from tinyconv.layers import Encode, Numeric, OneHot
from tinyconv.models import concat_cnn, film_cnn, scale_bias_cnn


class Stages(nn.Module):
    def __init__(self, features=64 * 14 * 14):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.fc = nn.Linear(features, 2)

    def maps(self, x):
        for conv in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(torch.relu(conv(x)), 2)
        return x


class ConcatCNN(Stages):
    def __init__(self):
        super().__init__(64 * 14 * 14 + 16)
        self.embedding = nn.Embedding(10, 16)

    def forward(self, x, operator_id):
        return self.fc(torch.cat([self.maps(x).flatten(1), self.embedding(operator_id)], dim=1))


class ScaleBiasCNN(Stages):
    def __init__(self, numbers=1):
        super().__init__()
        self.linear = nn.Linear(numbers, 128)

    def forward(self, x, temperature):
        scale, bias = self.linear(temperature)[:, :, None, None].chunk(2, dim=1)
        return self.fc((scale * self.maps(x) + bias).flatten(1))


class FiLMCNN(ScaleBiasCNN):
    def __init__(self):
        super().__init__(2)

    def forward(self, x, conditions):
        gamma, beta = self.linear(conditions)[:, :, None, None].chunk(2, dim=1)
        return self.fc(((1 + gamma) * self.maps(x) + beta).flatten(1))


TEMPERATURES, CONDITIONS = [0.5, -1.0, 0.0, 2.0], [[0.1, 2.0], [-1.0, 0.5], [0.0, 0.0], [1.5, -0.3]]
CASES = {
    "concat": (
        concat_cnn,
        ConcatCNN,
        {"concat.encoder.weight": "embedding.weight"},
        [{"operator_id": number} for number in (7, 0, 7, 3)],
        torch.tensor([7, 0, 7, 3]),
    ),
    "scale and bias": (
        scale_bias_cnn,
        ScaleBiasCNN,
        {f"scale_bias.linear.{name}": f"linear.{name}" for name in ("weight", "bias")},
        [{"temperature": number} for number in TEMPERATURES],
        torch.tensor(TEMPERATURES, dtype=torch.double)[:, None],
    ),
    "FiLM": (
        film_cnn,
        FiLMCNN,
        {f"film.linear.{name}": f"linear.{name}" for name in ("weight", "bias")},
        [{"conditions": numbers} for numbers in CONDITIONS],
        torch.tensor(CONDITIONS, dtype=torch.double),
    ),
}


@pytest.mark.parametrize(("make", "judge", "names", "metadata", "numbers"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_outputs_and_every_gradient_are_pytorchs(make, judge, names, metadata, numbers, dtype):
    torch.manual_seed(0)
    theirs = judge().double() if dtype == np.float64 else judge()
    their_own = dict(theirs.named_parameters())
    network = make(rng=0, dtype=dtype)
    network.load_state_dict({name: their_own[names.get(name, name)] for name in network.parameters()})
    assert len(network.parameters()) == len(their_own)

    x = values(0, (4, 3, 56, 56), dtype, "plain")
    y, _, cache = network.forward(x, metadata)
    dy = pytorch.upstream(y, 1)
    dx, gradients = network.backward(dy, cache)
    leaf = pytorch.tensor(x)
    expected = theirs(leaf, numbers.to(leaf.dtype) if numbers.is_floating_point() else numbers)
    expected.backward(torch.from_numpy(dy))
    assert y.shape == (4, 2)
    pytorch.assert_same(y, expected, "y", rounding=10)
    pytorch.assert_same(dx, leaf.grad, "dx", rounding=10)
    assert gradients.keys() == network.parameters().keys()
    for name, gradient in gradients.items():
        pytorch.assert_same(gradient, their_own[names.get(name, name)].grad, name, rounding=100)


def test_the_features_are_64_maps_of_14_by_14():
    shapes = {row.name: row.output_shape for row in concat_cnn().summary((3, 56, 56))}
    assert (shapes["pool2"], shapes["flatten"], shapes["concat"]) == ((64, 14, 14), (12544,), (12560,))
    shapes = {row.name: row.output_shape for row in film_cnn().summary((3, 56, 56))}
    assert (shapes["film"], shapes["fc"]) == ((64, 14, 14), (2,))


@pytest.mark.parametrize("make", [concat_cnn, scale_bias_cnn, film_cnn])
def test_any_encoder_image_and_number_of_classes(make):
    encoder = Encode(Numeric("ink", size=3), OneHot("stain", ["DAPI", "H&E"]))
    network = make(encoder, in_channels=1, image_size=(8, 13), num_classes=10, rng=0)
    images = [{"ink": [1, 2, 3], "stain": "H&E"}, {"ink": [0, 0, 1], "stain": "DAPI"}]
    assert network(np.ones((2, 1, 8, 13), np.float32), images)[0].shape == (2, 10)
    again = make(encoder, in_channels=1, image_size=(8, 13), num_classes=10, rng=0)
    for name, array in network.parameters().items():
        np.testing.assert_array_equal(array, again.parameters()[name])


@pytest.mark.parametrize("make", [concat_cnn, scale_bias_cnn, film_cnn])
def test_what_is_out_of_range_is_refused(make):
    with pytest.raises(ShapeError, match=rf"{make.__name__}: image_size \(=3\) must be at least 4"):
        make(image_size=3)
    with pytest.raises(ShapeError, match=r"Linear: out_features \(=0\)"):
        make(num_classes=0)
    with pytest.raises(DTypeError, match=r"encoder \(='zoom'\) must be an encoder"):
        make("zoom")
