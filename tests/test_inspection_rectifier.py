"""The ruled twin of a network computes the same upwards, and shares its arrays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_inspection import METADATA, networks

from tinyconv.inspection.rectifier import deconvnet_rule, guided_rule, saliency_rule, with_rule

RULES = st.sampled_from([deconvnet_rule, guided_rule, saliency_rule])


@settings(max_examples=100)
@given(networks(), RULES)
def test_upwards_it_is_the_network_itself(case, rule):
    network, x = case
    ruled = with_rule(network, rule)
    assert (ruled(x[None], METADATA)[0] == network(x[None], METADATA)[0]).all()
    theirs = ruled.parameters() | ruled.buffers()
    ours = network.parameters() | network.buffers()
    assert ours.keys() == theirs.keys()
    assert all(array is theirs[name] for name, array in ours.items())


@settings(max_examples=100)
@given(networks())
def test_with_the_rule_of_saliency_its_way_back_is_the_networks_own(case):
    network, x = case
    y, _, cache = network.forward(x[None], METADATA, training=False)
    ruled = with_rule(network, saliency_rule)
    _, _, own_cache = ruled.forward(x[None], METADATA, training=False)
    dy = np.random.default_rng(0).standard_normal(y.shape)
    np.testing.assert_allclose(
        ruled.backward(dy, own_cache)[0], network.backward(dy, cache)[0], rtol=1e-10, atol=1e-12
    )
