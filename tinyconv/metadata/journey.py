"""The way that metadata has come: one step per layer, and the view that the steps compose."""

from typing import NamedTuple

from tinyconv.geometry import View, Window
from tinyconv.shapes import Pair, ShapeError


class GeometryEnded(ValueError):
    """Somebody asked for a place behind a layer that mixes all places."""


class Step(NamedTuple):
    """What one layer did: its name, its window and map size (H, W), and the reason if it ended the places."""

    name: str
    window: Window | None = None
    size: Pair | None = None
    reason: str | None = None


class Journey(NamedTuple):
    """All steps so far, and the view behind the last; the view is None where places have ended.

    >>> journey = Journey.over(8, 8).through("pool1", Window.of("max_pool2d", 2, 2), (4, 4))
    >>> journey.view.size, journey.at("input").view.size
    ((4, 4), (8, 8))
    """

    history: tuple[Step, ...]
    view: View | None

    @classmethod
    def over(cls, H: int, W: int) -> "Journey":
        """Return the journey that starts at an image of H×W."""
        return cls((Step("input", size=(H, W)),), View.of_image(H, W))

    @classmethod
    def nowhere(cls, reason: str) -> "Journey":
        """Return the journey of an input that has no places."""
        return cls((Step("input", reason=reason),), None)

    def through(self, name: str, window: Window | None = None, size: Pair | None = None) -> "Journey":
        """Return the journey behind one more layer; without a window every place stays where it is."""
        if self.view is None:
            return self._with(Step(name, window, size), None)
        if window is None or size is None:
            return self._with(Step(name, None, self.view.size), self.view)
        return self._with(Step(name, window, size), self.view.through(window, *size))

    def ended(self, name: str, reason: str) -> "Journey":
        """Return the journey behind a layer that mixes all places."""
        return self._with(Step(name, reason=reason), None)

    def at(self, name: str) -> "Journey":
        """Return the journey as it was behind the last layer of that name."""
        names = [step.name for step in self.history]
        if name not in names:
            raise ShapeError(f"at: layer_name (={name!r}) must be one of {', '.join(names)}")
        last = len(names) - 1 - names[::-1].index(name)
        return _retraced(self.history[: last + 1])

    def place(self, question: str) -> View:
        """Return the view, or say why `metadata{question}` has no answer here and where it has one."""
        if self.view is not None:
            return self.view
        index = next(index for index, step in enumerate(self.history) if step.reason)
        end, names_from_there = self.history[index], {step.name for step in self.history[index:]}
        for step in reversed(self.history[:index]):
            if step.name not in names_from_there:
                advice = f'metadata.at("{step.name}"){question} still works'
                break
        else:
            advice = "give the metadata to a layer whose x has the shape (N, C, H, W)"
        raise GeometryEnded(f"metadata{question}: places ended at {end.name}, because {end.reason}; {advice}")

    def _with(self, step: Step, view: View | None) -> "Journey":
        return Journey((*self.history, step), view)


def _retraced(history: tuple[Step, ...]) -> Journey:
    """Compose the view once more: the history holds all that it takes."""
    if any(step.reason for step in history):
        return Journey(history, None)
    H, W = history[0].size or (0, 0)
    view = View.of_image(H, W)
    for step in history:
        if step.window is not None and step.size is not None:
            view = view.through(step.window, *step.size)
    return Journey(history, view)
