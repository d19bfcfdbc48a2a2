"""What `Metadata` and `MetadataBatch` share: one journey, extended by each layer."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any, Self

from tinyconv.geometry import View, Window
from tinyconv.metadata.journey import Journey, Step


class Traveller(ABC):
    """Something that goes through layers. Each step returns a new one; none is changed."""

    __slots__ = ()

    _journey: Journey

    @abstractmethod
    def _moved(self, journey: Journey) -> Self:
        """Return the same content at another point of the journey."""

    @abstractmethod
    def column(self, key: Hashable, missing: Any = None) -> list[Any]:
        """Return each image's value under a key, or `missing` where it has none, without building its dict.

        A value that has a place lies on the image here, not on this map.
        """

    @property
    def view(self) -> View:
        """How the cells of this map look at the image. Raises `GeometryEnded` where places have ended."""
        return self._journey.place(".view")

    @property
    def history(self) -> tuple[Step, ...]:
        """One `Step` (name, window, size, reason) per layer passed; the first is "input"."""
        return self._journey.history

    def at(self, layer_name: str) -> Self:
        """Return the metadata as it was behind the layer: the last one of that name, or "input"."""
        return self._moved(self._journey.at(layer_name))

    def through(self, name: str, window: Window | None = None, OH: int = 0, OW: int = 0) -> Self:
        """Return the metadata behind the layer `name`, with its window and map size OH×OW if it has them."""
        size = None if window is None else (OH, OW)
        return self._moved(self._journey.through(name, window, size))

    def ended(self, name: str, reason: str) -> Self:
        """Return the metadata behind the layer `name`, which mixes all places because of `reason`."""
        return self._moved(self._journey.ended(name, reason))

    def _whereabouts(self) -> str:
        """Return the end of a repr: where on the journey it is."""
        name, ended = self.history[-1].name, self._journey.view is None
        if ended:
            return f"behind {name}, without places"
        return f"behind {name}, {'×'.join(map(str, self.view.size))} cells"
