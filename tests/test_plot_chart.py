from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv.plot.chart import plain


def test_a_plain_chart_has_its_labels_and_no_box():
    ax = plain(blank_axes(), "epoch", "loss")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert [side for side, spine in ax.spines.items() if spine.get_visible()] == ["left", "bottom"]


def test_a_grid_lies_behind_what_is_drawn():
    ax = plain(blank_axes(), grid="y")
    assert ax.get_axisbelow()
    assert all(line.get_visible() for line in ax.get_ygridlines())
    assert not any(line.get_visible() for line in ax.get_xgridlines())
