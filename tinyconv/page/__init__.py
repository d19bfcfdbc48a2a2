"""The page: one HTML file in which somebody walks through a network, number by number."""

from tinyconv.page.explain import explain
from tinyconv.page.html import Page

__all__ = ["Page", "explain"]
