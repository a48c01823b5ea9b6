"""Which pages there are. A page is one line here and one module with `build(page)`."""

from typing import NamedTuple

from bowerbird.registry.base import Scope


class Entry(NamedTuple):
    path: str
    """`{name}` stands for a part of the path that the page is given."""
    title: str
    icon: str
    """A Material icon; '' keeps the page out of the navigation."""
    group: str
    """The heading that it stands under in the navigation; '' for none."""
    scope: Scope
    """What the visitor must be allowed to."""
    module: str
    """Within `console/pages`."""


PAGES = (
    Entry("/", "Overview", "dashboard", "", "events:read", "overview"),
    Entry("/boards", "Boards", "dashboard_customize", "", "insights:read", "boards"),
    Entry("/boards/{id}", "Board", "", "", "insights:read", "boards.one"),
    Entry("/trends", "Trends", "show_chart", "Questions", "insights:read", "trends"),
    Entry("/sql", "SQL", "code", "Questions", "insights:read", "sql"),
    Entry("/settings", "Settings", "settings", "Administration", "admin", "settings"),
)
"""In the order of the navigation."""
