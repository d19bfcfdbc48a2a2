"""Where things are: one layer's sizes (`Window`), and many layers composed (`View`).

One convention, stated once: **edge coordinates**. Pixel i covers [i, i+1) and its centre is i + 0.5; the
origin is the top left corner. Every size and every coordinate formula of the package lives in this folder.
"""

from tinyconv.geometry.view import Line, View
from tinyconv.geometry.window import Axis, Window

__all__ = ["Axis", "Line", "View", "Window"]
