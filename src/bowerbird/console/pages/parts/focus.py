"""Where the focus goes when something is drawn anew."""

from nicegui.element import Element


def take_focus(element: Element) -> None:
    """Gives the focus to an element that is being built, or to the first field in it, once the browser draws it."""
    element.props["data-focus"] = ""
