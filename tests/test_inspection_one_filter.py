"""One filter: what it reads."""

import numpy as np
from hypothesis import given
from test_inspection_partial_products import layers_with_images

from tinyconv.inspection.one_filter import one_filter


@given(layers_with_images())
def test_a_filter_reads_the_channels_of_its_group_and_no_others(case):
    layer, x, filter, image = case
    own = one_filter("test", layer, x, filter, image)
    assert (own.output == layer(x[image : image + 1])[0][0, filter]).all()
    unread = np.setdiff1d(np.arange(layer.in_channels), own.channels)
    x[:, unread] = np.nan
    after = one_filter("test", layer, x, filter, image)
    assert (after.output == own.output).all()
    assert len(own.channels) == layer.in_channels // layer.groups
