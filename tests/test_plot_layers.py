import numpy as np
import pytest
from strategies_plot import drawn_boxes, drawn_colours, drawn_edges, nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, data
from tinyconv.plot import through_the_layers
from tinyconv.plot.label import Label
from tinyconv.shapes import DTypeError, ShapeError

NETWORK = Sequential(
    conv1=Conv2d(3, 8, 3, padding=1, rng=0),
    relu1=ReLU(),
    pool1=MaxPool2d(2),
    conv2=Conv2d(8, 16, 3, padding=1, rng=1),
    relu2=ReLU(),
    pool2=MaxPool2d(2),
    flatten=Flatten(),
    fc=Linear(16 * 16 * 16, 10, rng=2),
)
NAMES = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2"]
SCENES, SCENE_METADATA = data.digit_scenes(2, seed=3)


def test_every_map_of_a_scene_has_its_boxes_outlines_and_labels_in_place():
    display = through_the_layers(NETWORK, SCENES, SCENE_METADATA, image=1)
    _, metadata = NETWORK(SCENES, SCENE_METADATA)
    labels = [str(label) for label in SCENE_METADATA[1]["labels"]]
    names = ["input", *(name for name in NAMES for _ in range(2))]
    for ax, name in zip(display.axes_, names, strict=True):
        here = metadata[1].at(name)
        assert drawn_boxes(ax) == pytest.approx(here["boxes"].xyxy), name
        assert [text.get_text() for text in ax.texts if isinstance(text, Label)] == labels
        assert drawn_colours(ax) == drawn_colours(display.axes_[0])
        assert len(drawn_edges(ax)) == number_of_edges(np.asarray(here["mask"])), name
        H, W = here.view.size
        assert ax.images[0].get_extent() == [0, W, H, 0]


def number_of_edges(ids):
    padded = np.pad(ids, 1)
    return sum(
        int(((one != other) * ((one > 0).astype(int) + (other > 0))).sum())
        for one, other in ((padded[1:], padded[:-1]), (padded[:, 1:], padded[:, :-1]))
    )


def test_titles_tell_the_layer_its_size_and_what_it_sees():
    display = through_the_layers(NETWORK, SCENES, SCENE_METADATA, maps=1)
    M = len(SCENE_METADATA[0]["boxes"])
    assert [ax.get_title(loc="left") for ax in display.axes_] == ["input", *NAMES]
    assert [next(text.get_text() for text in ax.texts if "×" in text.get_text()) for ax in display.axes_] == [
        f"64×64 · {M} objects",
        "64×64 · sees 3×3",
        "64×64 · sees 3×3",
        "32×32 · sees 4×4",
        "32×32 · sees 8×8",
        "32×32 · sees 8×8",
        "16×16 · sees 10×10",
    ]


def test_several_pictures_stand_below_each_other_and_a_crowd_has_thin_lines_and_no_labels():
    image, nuclei = data.nuclei()
    pairs = [(SCENES[:1], SCENE_METADATA[0]), (np.repeat(image, 3, axis=1), nuclei)]
    display = through_the_layers(NETWORK, pairs, maps=1)
    scene, crowd = display.axes_[:7], display.axes_[7:]
    assert min(ax.get_position().y0 for ax in scene) > max(ax.get_position().y1 for ax in crowd)
    assert all(len(ax.patches) == 35 for ax in crowd)
    assert all(text.get_text() != "nucleus" for ax in crowd for text in ax.texts)
    assert crowd[1].patches[0].get_linewidth() < scene[1].patches[0].get_linewidth()


@pytest.mark.parametrize("size", [(64, 64), (64, 40), (40, 64)])
def test_maps_keep_their_shape_and_do_not_overlap(size):
    x = np.zeros((1, 3, *size), np.float32)
    network = Sequential(**{name: NETWORK[name] for name in NAMES})
    display = through_the_layers(network, x, maps=3)
    boxes = [ax.get_window_extent() for ax in display.axes_]
    assert all(box.height / box.width == pytest.approx(size[0] / size[1], rel=0.05) for box in boxes)
    assert not any(one.overlaps(other) for row, one in enumerate(boxes) for other in boxes[:row])
    assert all(box.x1 <= display.figure_.bbox.x1 for box in boxes)


def test_objects_outside_are_counted_over_the_map():
    display = through_the_layers(NETWORK, SCENES[:1], {"boxes": [[70, 70, 80, 80], [1, 1, 9, 9]]}, maps=1)
    assert [ax.get_title(loc="right") for ax in display.axes_] == ["1 outside"] * 7


def test_what_is_drawn_does_not_hang_on_the_images_beside_it():
    alone = through_the_layers(NETWORK, SCENES[1:], SCENE_METADATA[1])
    among = through_the_layers(NETWORK, SCENES, SCENE_METADATA, image=1)
    for one, other in zip(alone.axes_, among.axes_, strict=True):
        assert (one.images[0].get_array() == other.images[0].get_array()).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("network", SCENES), DTypeError, r"through_the_layers: network \(a str\) must be a layer"),
        ((NETWORK, []), ShapeError, r"through_the_layers: x \(=\[\]\) must hold at least one pair"),
        ((NETWORK, [SCENES]), DTypeError, r"through_the_layers: x \(item 0: a ndarray\) must be a pair"),
        ((NETWORK, SCENES, SCENE_METADATA[:1]), ShapeError, r"through_the_layers: metadata \(1 dicts\)"),
        ((NETWORK, SCENES[:, :1]), ShapeError, "conv2d"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        through_the_layers(*arguments)


@pytest.mark.parametrize("maps", [0, -1])
def test_at_least_one_map_is_drawn(maps):
    with pytest.raises(ShapeError, match=rf"through_the_layers: maps \(={maps}\) must be at least 1"):
        through_the_layers(NETWORK, SCENES, maps=maps)
