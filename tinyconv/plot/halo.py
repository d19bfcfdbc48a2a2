"""The dark line under a line, which makes it show on light maps too."""

from matplotlib.artist import Artist
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

from tinyconv.plot.style import HALO


class Halo(Stroke):
    """A dark line of `width` points under a line; it can be scaled with the line."""

    def __init__(self, width: float) -> None:
        super().__init__(linewidth=width, foreground=HALO)
        self.width = width


def halo(line: float, wider: float) -> list[AbstractPathEffect]:
    """Return what draws a line of `line` points over its halo: drawn for all edges first.

    Both must not snap to pixels: of different widths, they would snap to different sides.
    """
    return [Halo(line + wider), Normal()] if wider else [Normal()]


def scale_halo(artist: Artist, scale: float) -> None:
    """Scale the halo of a line, if it has one."""
    effects = [
        Halo(effect.width * scale) if isinstance(effect, Halo) else effect
        for effect in artist.get_path_effects() or ()
    ]
    if effects:
        artist.set_path_effects(effects)
