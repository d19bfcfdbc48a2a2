"""One image's dict, taken in: its places wrapped and checked, everything else as it is."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, cast

from tinyconv.metadata.boxes import Boxes
from tinyconv.metadata.mask import Mask
from tinyconv.metadata.points import Points
from tinyconv.metadata.spatial import Place, Spatial
from tinyconv.shapes import DTypeError, Pair, ShapeError

USUAL: dict[Any, Any] = {  # what these keys hold; the first one that is there names the objects
    "boxes": Boxes,
    "bbox": Boxes,
    "masks": Mask,
    "mask": Mask,
    "points": Points,
    "keypoints": Points,
}


class Record(NamedTuple):
    """What came in, and what travels: a `Spatial` on the image's canvas for every key that has a place."""

    original: dict[Hashable, Any]
    values: dict[Hashable, Any]

    @classmethod
    def of(cls, raw: Mapping[Hashable, Any], canvas: Pair | None, image: int) -> "Record":
        """Copy the dict, and wrap and check its places."""
        original = dict(raw)
        return cls(original, {key: _wrapped(key, value, canvas, image) for key, value in original.items()})

    def spatial(self, function: str, key: Hashable | None) -> tuple[Hashable, Spatial]:
        """Return a key that has a place, and its value; None: the first of the usual keys, then any other."""
        places = [key for key, value in self.values.items() if isinstance(value, Spatial)]
        if key is None and places:
            ranks = list(USUAL)
            key = min(places, key=lambda place: ranks.index(place) if place in USUAL else len(ranks))
        if key not in places:
            listing = ", ".join(map(str, places)) or "there is none"
            raise ShapeError(f"{function}: key (={key!r}) must be a key that has a place: {listing}")
        return key, cast(Spatial, self.values[key])


def _wrapped(key: Hashable, value: Any, canvas: Pair | None, image: int) -> Any:
    is_wrapped = isinstance(value, Spatial)
    if not is_wrapped and key not in USUAL:
        return value
    place = Place("metadata", str(key), image)
    if not is_wrapped:
        value = USUAL[key](value, _place=place)
    return value if canvas is None else value.on_canvas(canvas, place)


def check_mapping(function: str, value: Any, image: int) -> Mapping[Hashable, Any]:
    """Return one image's dict, or refuse what is none."""
    if not isinstance(value, Mapping):
        raise DTypeError(f"{function}: metadata (image {image}: {type(value).__name__}) must be a dict")
    return value
