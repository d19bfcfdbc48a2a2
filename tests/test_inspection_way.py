"""The way to a layer makes the output that the whole network makes there."""

from hypothesis import given, settings
from strategies_inspection import METADATA, networks

from tinyconv import trace
from tinyconv.inspection.way import named_layers, way_to


@settings(max_examples=100)
@given(networks())
def test_every_layer_can_be_reached_and_its_way_gives_the_bits_of_the_whole_run(case):
    network, x = case
    arrays = trace(network, x[None], METADATA)
    for name in named_layers(network):
        way = way_to("test", network, name)
        y, metadata = way(x[None], METADATA)
        assert (y == arrays[f"{name}/output"]).all()
        assert metadata.history[-1].name == name
        assert list(way.layers)[-1] == name


@settings(max_examples=50)
@given(networks())
def test_a_chain_inside_can_be_asked_for_by_its_own_name(case):
    network, x = case
    assert list(way_to("test", network, "stem").layers) == ["stem"]
    y, _ = way_to("test", network, "stem")(x[None], METADATA)
    assert (y == network["stem"](x[None], METADATA)[0]).all()
