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
    Entry("/live", "Live", "sensors", "", "events:read", "stream"),
    Entry("/boards", "Boards", "dashboard_customize", "", "insights:read", "boards"),
    Entry("/boards/{id}", "Board", "", "", "insights:read", "boards.one"),
    Entry("/trends", "Trends", "show_chart", "Questions", "insights:read", "trends"),
    Entry("/funnels", "Funnels", "filter_alt", "Questions", "insights:read", "funnels"),
    Entry("/retention", "Retention", "replay", "Questions", "insights:read", "retention"),
    Entry("/paths", "Paths", "account_tree", "Questions", "insights:read", "paths"),
    Entry("/attribution", "Attribution", "ads_click", "Questions", "insights:read", "attribution"),
    Entry("/revenue", "Revenue", "payments", "Questions", "insights:read", "revenue"),
    Entry("/segments", "Segments", "groups", "Questions", "insights:read", "segments"),
    Entry("/sql", "SQL", "code", "Questions", "insights:read", "sql"),
    Entry("/events", "Events", "list", "Data", "events:read", "events"),
    Entry("/events/{event_id:path}", "Event", "", "Data", "events:read", "events.one"),
    Entry("/people", "People", "group", "Data", "profiles:read", "people"),
    Entry("/people/{person_id}", "Person", "", "Data", "profiles:read", "people.one"),
    Entry("/catalog", "Catalog", "menu_book", "Data", "metrics:read", "catalog"),
    Entry("/quarantine", "Quarantine", "warning_amber", "Data", "events:read", "quarantine"),
    Entry("/refusals", "Refusals", "block", "Data", "events:read", "refusals"),
    Entry("/settings", "Settings", "settings", "Administration", "admin", "settings"),
)
"""In the order of the navigation."""
