"""All that the page tells, as one dict for JSON: layers, their real maps, what lies on them, colours."""

from typing import Any

import numpy as np

from tinyconv.geometry import Line
from tinyconv.layers import MaxPool2d, ReLU
from tinyconv.metadata import Metadata, MetadataBatch
from tinyconv.network import Sequential, Trace
from tinyconv.page.facts import facts
from tinyconv.page.places import objects, placed
from tinyconv.page.stops import Stop, entrance, stops
from tinyconv.page.store import Store, encoded
from tinyconv.plot.maps import as_picture, is_picture, why_no_places
from tinyconv.plot.style import HALO, MISSING, Scale
from tinyconv.shapes import Array, Pair, ShapeError

Node = dict[str, Any]


def story(
    network: Sequential, seen: Trace, bare: Metadata, metadata: Metadata | None, dy: Array | None
) -> dict[str, Any]:
    """Return the page's data.

    Args:
        network: what ran.
        seen: its trace with one image (1, C, H, W), and with the way back where `dy` is given.
        bare: metadata without any content at the image: they know where cells lie, whatever the user's say.
        metadata: the user's, at the image.
        dy: the gradient by the output, like the output; None: there is no way back.
    """
    way, store = stops(network), Store()
    _check_outputs(way, seen)
    values = _values(way, seen, store)
    gradients = {} if dy is None else _gradients(way, seen, dy, store)
    numbers = {"input": 0} | {stop.output: row for row, stop in enumerate(way, start=1)}
    nodes = [
        _node("input", seen["input"], bare, placed(metadata, store), metadata)
        | {"kind": "input", "call": "the image", "picture": is_picture(seen["input"][0], metadata)}
        | {"from": [], "y": values["input"], "dy": gradients.get(entrance(network))}
    ]
    for stop in way:
        y = seen[stop.output]
        bare = stop.layer.carry(bare, stop.path, y.shape)
        here = None if metadata is None else one_image(seen.metadata).at(stop.path)
        nodes.append(
            _node(stop.path, y, bare, placed(here, store), here)
            | facts(stop.layer, stop.path, seen, store)
            | {"call": _call(stop), "from": [numbers[source] for source in stop.sources]}
            | {"y": values[stop.output], "dy": gradients.get(stop.gradient)}
        )
    return {
        "nodes": nodes,
        "objects": objects(metadata),
        "target": None if dy is None else np.argwhere(dy[0] != 0)[0].tolist(),
        "picture": store.put(_picture(seen["input"][0])),
        "palettes": {"values": _palette(np.ones(1)), "signed": _palette(-np.ones(1))},
        "halo": HALO,
        "missing": MISSING,
        "arrays": store.entries,
    }


def one_image(metadata: Any) -> Any:
    """Return the metadata of the one image, also where they are those of a batch of one; None stays None."""
    return metadata[0] if isinstance(metadata, MetadataBatch) else metadata


def _check_outputs(way: list[Stop], seen: Trace) -> None:
    noted = set(seen)
    for stop in way:
        if stop.output not in noted:
            raise ShapeError(
                f"explain: network ({stop.path}: {stop.layer!r}) must tell what it makes, "
                f'by run.note("output", y) in _forward'
            )


def _node(name: str, y: Array, bare: Metadata, places: dict[str, Any], metadata: Metadata | None) -> Node:
    """Return what every node has: name, shape (C, H, W) or (D,), where its cells lie, what lies on it."""
    ended = why_no_places(bare)
    view = None if ended else {"rows": _line(bare.view.rows), "cols": _line(bare.view.cols)}
    lost = "" if ended else why_no_places(metadata)  # the user's places ended before this image
    return {"name": name, "shape": y.shape[1:], "view": view, "ended": ended, "lost": lost, "places": places}


def _line(line: Line) -> dict[str, int | Pair]:
    return line._asdict()


def _call(stop: Stop) -> str:
    """Return the call that makes the layer; a body has nodes of its own."""
    return f"{type(stop.layer).__name__}(body)" if hasattr(stop.layer, "body") else stop.layer.call()


def _values(way: list[Stop], seen: Trace, store: Store) -> dict[str, int]:
    """Return the number of every output, under the trace's names."""
    numbers = {"input": store.put(seen["input"][0])}
    for stop in way:
        y, source = seen[stop.output][0], stop.sources[0]
        if type(stop.layer) is ReLU:
            number = store.masked(y, numbers[source])
        elif type(stop.layer) is MaxPool2d:
            indices = seen[f"{stop.path}/indices"][0]
            number = store.gathered(y, numbers[source], indices, seen[source][0, 0].size)
        else:
            number = store.put(y)
        numbers[stop.output] = number
    return numbers


def _gradients(way: list[Stop], seen: Trace, dy: Array, store: Store) -> dict[str, int]:
    """Return the number of every gradient by what goes into a layer, and of `dy`, under the trace's names."""
    numbers, noted = {"dy": store.put(dy[0])}, set(seen)
    for stop in reversed(way):
        if stop.dx not in noted:
            continue
        dx, behind = seen[stop.dx][0], numbers.get(stop.gradient)
        if behind is not None and type(stop.layer) is ReLU:
            number = store.masked(dx, behind)
        elif behind is not None and type(stop.layer) is MaxPool2d:
            number = store.scattered(dx, behind, seen[f"{stop.path}/indices"][0], dx[0].size)
        else:
            number = store.put(dx)
        numbers[stop.dx] = number
    return numbers


def _picture(maps: Array) -> Array:
    """Return the image as bytes (H, W, 3)."""
    picture = np.nan_to_num(as_picture(maps))
    rgb = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.rint(255 * rgb.clip(0, 1)).astype(np.uint8)


def _palette(values: Array) -> str:
    """Return the 256 colours of the scale that plots take for such values: (256, 3) bytes as base64."""
    colours = Scale.of(values).cmap(np.arange(256), bytes=True)  # (256, 4)
    return encoded(np.asarray(colours)[:, :3])
