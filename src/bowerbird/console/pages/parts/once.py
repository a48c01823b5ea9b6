"""Elements that are drawn once."""

from typing import TypeVar

from nicegui.element import Element

E = TypeVar("E", bound=Element)


def drawn_once(element: E) -> E:
    """For charts and grids, which the browser draws when they are put into the page: NiceGUI would have them drawn a
    second time at once, as an update of themselves. Changes of their options do not show from now on; build another
    one instead."""
    element._update_method = None
    return element
