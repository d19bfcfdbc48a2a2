"""tinyconv.page.stops: what each layer takes and gives is found in the trace, however layers are nested."""

import numpy as np

from tinyconv import Conv2d, ReLU, Residual, Sequential, Tanh, trace
from tinyconv.page.stops import entrance, stops


def nested():
    body = Sequential(Conv2d(2, 2, 3, padding=1, rng=1), Sequential(ReLU(), Tanh()))
    inner = Sequential(residual=Residual(body), relu=ReLU())
    return Sequential(first=Sequential(conv=Conv2d(1, 2, 3, rng=0)), inner=inner, last=Residual(ReLU()))


def test_every_name_is_in_the_trace_and_outputs_follow_from_sources():
    network, x = nested(), np.random.default_rng(0).standard_normal((1, 1, 6, 6), np.float32)
    seen = trace(network, x, dy=np.ones((1, 2, 4, 4), np.float32))
    names = [stop.path for stop in stops(network)]
    assert names == [
        "first.conv", "inner.residual.body.0", "inner.residual.body.1.0", "inner.residual.body.1.1",
        "inner.residual", "inner.relu", "last.body", "last",
    ]  # fmt: skip
    for stop in stops(network):
        sources = [seen[source] for source in stop.sources]
        if isinstance(stop.layer, Residual):
            np.testing.assert_array_equal(seen[stop.output], sources[0] + sources[1])
        else:
            np.testing.assert_array_equal(seen[stop.output], stop.layer(sources[0])[0])
        assert stop.gradient == "dy" or stop.gradient in seen
    assert entrance(network) == "first.conv/dx"


def test_the_gradient_by_an_output_is_what_the_next_layer_sends_back():
    network, x = nested(), np.random.default_rng(0).standard_normal((1, 1, 6, 6), np.float32)
    dy = np.random.default_rng(1).standard_normal((1, 2, 4, 4), np.float32)
    seen = trace(network, x, dy=dy)
    way = {stop.path: stop for stop in stops(network)}
    assert way["first.conv"].gradient == "inner.residual/dx"
    assert way["inner.residual.body.1.1"].gradient == way["inner.residual"].gradient == "inner.relu/dx"
    gradient = seen["inner.residual/dx"]
    np.testing.assert_array_equal(gradient, seen["inner.relu/dx"] + seen["inner.residual.body.0/dx"])


def test_a_layer_may_be_called_input():
    [stop, last] = stops(Sequential(input=ReLU(), output=ReLU()))
    assert stop.sources == ("input",)
    assert last.sources == ("input/output",)
