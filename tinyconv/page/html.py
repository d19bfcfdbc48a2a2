"""The page as text: one HTML file that holds its style, its script and its data, and asks no network."""

import html
import json
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tinyconv.training.atomic import replacing

# In this order: a script stands behind those whose names it uses.
SCRIPTS = (
    "arrays",
    "format",
    "colour",
    "geometry",
    "network",
    "dom",
    "overlay",
    "map",
    "table",
    "convolution",
    "pooling",
    "channelwise",
    "dense",
    "backward",
    "onwards",
    "steps",
    "strip",
    "stage",
    "walk",
    "keys",
    "main",
)
HEIGHT = 1050  # pixels, in a notebook: the network, a map and the image, one beneath the other


@dataclass(frozen=True, repr=False)
class Page:
    """A page that has been written: `path` is its file, `html` its text; a notebook shows it in place."""

    path: Path
    html: str

    def _repr_html_(self) -> str:
        """Return the page as a frame of its own: nothing of it gets into the notebook, or the other way."""
        text = html.escape(self.html, quote=True)
        size = f"display:block;box-sizing:border-box;width:100%;height:{HEIGHT}px"
        style = f"{size};border:1px solid #8886;border-radius:8px"
        return f'<iframe srcdoc="{text}" title="tinyconv: explain" style="{style}"></iframe>'

    def __repr__(self) -> str:
        """Return one line."""
        return f"Page({str(self.path)!r}, {len(self.html.encode()) / 1e6:.1f} MB)"


def rendered(story: dict[str, Any], title: str) -> str:
    """Return the whole page.

    >>> "<title>a &lt; b</title>" in rendered({}, "a < b")
    True
    """
    parts = {
        "title": html.escape(title),
        "style": asset("page.css"),
        "story": as_json(story),
        "script": "\n".join(asset(f"{name}.js") for name in SCRIPTS),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], asset("page.html"))


def as_json(value: Any) -> str:
    r"""Return JSON that may stand inside of a script element, whatever a label says.

    >>> as_json({"label": "</script>"})
    '{"label":"\\u003c/script>"}'
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def asset(name: str) -> str:
    """Return a file that the page is made of."""
    return (files("tinyconv.page") / "static" / name).read_text(encoding="utf-8")


def write(text: str, path: str | os.PathLike[str]) -> Page:
    """Write the page in one stroke, and return it."""
    with replacing(path) as file:
        file.write(text.encode())
    return Page(Path(path), text)
