"""deconvnet, saliency and guided backpropagation agree with PyTorch hooks that do the same."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_inspection import METADATA, film, networks, twin

from tinyconv import (
    Adam,
    Conv2d,
    DTypeError,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    ShapeError,
    fit,
    trace,
)
from tinyconv.functional import max_pool2d_backward, max_pool2d_forward
from tinyconv.inspection import deconvnet, guided_backprop, saliency
from tinyconv.inspection.way import named_layers

METHODS = {"deconvnet": deconvnet, "saliency": saliency, "guided_backprop": guided_backprop}
HOOKS = {
    "deconvnet": lambda module, dx, dy: (dy[0].clamp(min=0),),
    "saliency": lambda module, dx, dy: None,
    "guided_backprop": lambda module, dx, dy: (dx[0].clamp(min=0),),
}


def hooked(network, x, layer, filter, position, method):
    """Return the activation and the picture by PyTorch's hooks."""
    modules = twin(network)
    for module in modules.modules():
        if isinstance(module, torch.nn.ReLU):
            module.register_full_backward_hook(HOOKS[method])
    heard = []
    modules.get_submodule(layer).register_forward_hook(lambda module, x, y: heard.append(y))
    pixels = torch.from_numpy(x[None]).requires_grad_()
    modules(pixels)
    activation = heard[0][(0, filter, *(position or ()))]
    activation.backward()
    return activation.item(), pixels.grad[0].numpy()


@settings(max_examples=100)
@given(networks(), st.data())
def test_all_three_agree_with_hooks_in_pytorch(case, data):
    network, x = case
    arrays = trace(network, x[None], METADATA)
    for layer, method in itertools.product(named_layers(network), METHODS):
        y = arrays[f"{layer}/output"]
        filter = data.draw(st.integers(0, y.shape[1] - 1))
        drawn = tuple(data.draw(st.integers(0, size - 1)) for size in y.shape[2:])
        position = data.draw(st.sampled_from([None, drawn or None]))
        found = METHODS[method](network, x, layer, filter, position, metadata=METADATA)
        activation, picture = hooked(network, x, layer, filter, found.position, method)

        assert position in (None, found.position)
        assert found.activation == pytest.approx(activation, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(
            found.picture, picture, rtol=1e-9, atol=1e-12, err_msg=f"{method} of {layer}"
        )


@settings(max_examples=100)
@given(networks(), st.data(), st.sampled_from(list(METHODS)))
def test_the_strongest_activation_is_taken_and_nothing_comes_down_outside_what_it_sees(case, data, method):
    network, x = case
    layer = data.draw(st.sampled_from(list(named_layers(network))))
    y = trace(network, x[None], METADATA)[f"{layer}/output"]
    found = METHODS[method](network, x, layer, 0, metadata=METADATA)
    assert found.activation == y[0, 0].max()
    assert found.activation == y[(0, 0, *(found.position or ()))]
    assert found.picture.shape == x.shape
    x1, y1, x2, y2 = found.xyxy
    outside = found.picture.copy()
    outside[:, y1:y2, x1:x2] = 0
    assert not outside.any()


@settings(max_examples=100)
@given(networks(kinds=("conv", "conv", "max", "avg", "batch", "film", "tanh", "sigmoid"), dense=False))
def test_without_rectification_in_the_way_deconvnet_is_the_gradient(case):
    network, x = case
    last = list(named_layers(network))[-1]
    pictures = [method(network, x, last, 0, metadata=METADATA).picture for method in METHODS.values()]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()


@given(st.integers(0, 2**32 - 1))
def test_unpooling_puts_each_value_where_the_maximum_was(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 3, 6, 8))
    y, switches = max_pool2d_forward(x, 2)
    unpooled = max_pool2d_backward(y, switches)
    assert (unpooled[unpooled != 0] == x[unpooled != 0]).all()
    assert (max_pool2d_forward(abs(unpooled), 2)[0] == abs(y)).all()
    network = Sequential(pool=MaxPool2d(2))
    found = deconvnet(network, x, "pool", 1, image=1)
    assert np.argwhere(found.picture).tolist() == [[1, *np.argwhere(x[1, 1] == x[1, 1].max())[0].tolist()]]


def test_a_deconvnet_picture_rectifies_where_the_gradient_does_not():
    network = Sequential(relu=ReLU(), fc=Sequential(flat=Flatten(), fc=Linear(3, 1, bias=False)))
    network["fc"]["fc"].weight[:] = [[1, -2, 3]]
    x = np.array([[[2.0, 5.0, -7.0]]], np.float32)
    assert deconvnet(network, x, "fc.fc", 0).picture.ravel().tolist() == [1, 0, 3]
    assert saliency(network, x, "fc.fc", 0).picture.ravel().tolist() == [1, -2, 0]
    assert guided_backprop(network, x, "fc.fc", 0).picture.ravel().tolist() == [1, 0, 0]


def test_the_network_is_left_as_it_was():
    network = Sequential(conv=Conv2d(1, 2, 3), relu=ReLU(), pool=MaxPool2d(2))
    before, parts = network.state_dict(), list(network.layers.values())
    deconvnet(network, np.ones((1, 8, 8), np.float32), "pool", 0)
    assert list(network.layers.values()) == parts
    assert all((array == before[name]).all() for name, array in network.state_dict().items())


def test_fusion_is_not_in_the_way():
    network = Sequential(conv=Conv2d(1, 2, 3, rng=0), relu=ReLU(), pool=MaxPool2d(2))
    x = np.random.default_rng(0).standard_normal((1, 1, 9, 9)).astype(np.float32)
    y, _, cache = network.forward(x, training=False)  # in one step
    found = saliency(network, x, "pool", 1)
    dy = np.zeros_like(y)
    dy[0, 1, *found.position] = 1
    np.testing.assert_allclose(found.picture, network.backward(dy, cache)[0][0], rtol=1e-6)
    assert np.float32(found.activation) == y[0, 1].max()


def test_one_image_of_a_batch_is_looked_at_with_its_own_metadata():
    network = Sequential(film=film(1, np.random.default_rng(0)), relu=ReLU())
    x = np.ones((3, 1, 2, 2))
    metadata = [{"t": 1.0}, {"t": -3.0}, {"t": 5.0}]
    for image in range(3):
        alone = saliency(network, x[image], "film", 0, metadata=metadata[image])
        among = saliency(network, x, "film", 0, metadata=metadata, image=image)
        assert alone.activation == among.activation
        assert (alone.picture == among.picture).all()


def test_a_trained_network_looks_at_its_own_bar():
    rng = np.random.default_rng(0)
    images = np.zeros((40, 1, 6, 6), np.float32)
    labels = rng.integers(0, 2, 40)
    images[labels == 0, :, :, 1], images[labels == 1, :, 1, :] = 1, 1  # upright and level bars
    conv, fc = Conv2d(1, 4, 3, rng=rng), Linear(16, 2, rng=rng)
    network = Sequential(conv=conv, relu=ReLU(), pool=MaxPool2d(2), flat=Flatten(), fc=fc)
    fit(network, images, labels, epochs=10, batch_size=8, optimizer=Adam(lr=0.02), progress=False)
    picture = saliency(network, images[labels == 0][0], "fc", 0).picture[0]
    assert (picture * images[labels == 0][0, 0]).sum() > 0


X = np.zeros((2, 1, 8, 8), np.float32)
NETWORK = Sequential(conv1=Conv2d(1, 4, 3), relu1=ReLU(), flat=Flatten(), fc=Linear(144, 2))
BEHIND_CONV, BEHIND_ALL = (
    way(X, [{"class": "cat"}] * 2)[1] for way in (Sequential(conv1=NETWORK["conv1"]), NETWORK)
)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": "vgg"}, DTypeError, r"{}: network \(a str\) must be a layer, like a Sequential"),
        ({"layer": "conv9"}, ShapeError, r"{}: layer \(='conv9'\) must be one of conv1, relu1, flat, fc"),
        ({"layer": "conv1.body"}, ShapeError, r"{}: layer \(='conv1.body'\) must be one of conv1, "),
        ({"filter": 4}, ShapeError, r"{}: filter \(=4\) must be one of the 4 of conv1, 0 to 3"),
        ({"filter": -1}, ShapeError, r"{}: filter \(=-1\) must be at least 0"),
        ({"filter": 1.0}, DTypeError, r"{}: filter \(=1.0\) must be an int"),
        (
            {"position": (6, 0)},
            ShapeError,
            r"{}: position \(=\(6, 0\)\) must be a cell of conv1: row 0 to 5, c",
        ),
        ({"position": (0, 9)}, ShapeError, r"{}: position \(=\(0, 9\)\) must be a cell of conv1"),
        (
            {"layer": "fc", "position": (0, 0), "filter": 1},
            ShapeError,
            r"{}: position .* must be None: fc has n",
        ),
        ({"x": X[0, 0]}, ShapeError, r"{}: x \(shape=\(8, 8\)\) must be \(N, C, H, W\) or \(C, H, W\)"),
        ({"x": X[:0]}, ShapeError, r"{}: x \(shape=\(0, 1, 8, 8\)\) must be .* with N ≥ 1"),
        (
            {"x": X.repeat(3, axis=1)},
            ShapeError,
            r"{}: x \(shape=\(1, 3, 8, 8\)\) must fit the network, .*: conv2d",
        ),
        ({"x": X.astype(np.float64)}, DTypeError, r"{}: x \(shape=\(1, 1, 8, 8\)\) must fit the network"),
        ({"x": X.astype(int)}, DTypeError, r"{}: x \(dtype=int64\) must be float32 or float64"),
        ({"image": 2}, ShapeError, r"{}: image \(=2\) must be below N = 2"),
        ({"metadata": [{}]}, ShapeError, r"{}: metadata \(1 dicts\) must hold one dict per image"),
        ({"metadata": BEHIND_CONV}, ShapeError, r"{}: metadata \(behind conv1"),
        (
            {"metadata": BEHIND_ALL},
            ShapeError,
            r"{}: metadata \(they have passed input, conv1, relu1, flat, fc; places ended at flat",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(method, change, error, message):
    arguments = {"network": NETWORK, "x": X, "layer": "conv1", "filter": 0, **change}
    with pytest.raises(error, match=message.format(method.__name__)):
        method(**arguments)


def test_a_layer_that_reads_metadata_says_which():
    network = Sequential(film=film(1, np.random.default_rng(0)))
    with pytest.raises(ShapeError, match=r"saliency: metadata \(=None\) must hold what the layers read: 't'"):
        saliency(network, np.ones((1, 2, 2)), "film", 0)
