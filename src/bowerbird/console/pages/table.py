"""Which pages there are. A page is one line here and one module with `build(page)`."""

from typing import NamedTuple

from bowerbird.console.rights import Act


class Entry(NamedTuple):
    path: str
    """`{name}` stands for a part of the path that the page is given."""
    title: str
    icon: str
    """A Material icon; '' keeps the page out of the navigation."""
    group: str
    """The heading that it stands under in the navigation; '' for none."""
    act: Act
    """What the visitor must be allowed to."""
    module: str
    """Within `console/pages`."""


PAGES = (
    Entry("/", "Overview", "dashboard", "", "read events", "overview"),
    Entry("/live", "Live", "sensors", "", "read events", "stream"),
    Entry("/boards", "Boards", "dashboard_customize", "", "ask", "boards"),
    Entry("/boards/{id}", "Board", "", "", "ask", "boards.one"),
    Entry("/trends", "Trends", "show_chart", "Questions", "ask", "trends"),
    Entry("/funnels", "Funnels", "filter_alt", "Questions", "ask", "funnels"),
    Entry("/retention", "Retention", "replay", "Questions", "ask", "retention"),
    Entry("/paths", "Paths", "account_tree", "Questions", "ask", "paths"),
    Entry("/attribution", "Attribution", "ads_click", "Questions", "ask", "attribution"),
    Entry("/revenue", "Revenue", "payments", "Questions", "ask", "revenue"),
    Entry("/segments", "Segments", "groups", "Questions", "ask", "segments"),
    Entry("/sql", "SQL", "code", "Questions", "ask", "sql"),
    Entry("/events", "Events", "list", "Data", "read events", "events"),
    Entry("/events/{event_id:path}", "Event", "", "Data", "read events", "events.one"),
    Entry("/people", "People", "group", "Data", "read people", "people"),
    Entry("/people/{person_id}", "Person", "", "Data", "read people", "people.one"),
    Entry("/catalog", "Catalog", "menu_book", "Data", "read the catalog", "catalog"),
    Entry("/quarantine", "Quarantine", "warning_amber", "Data", "read quarantine", "quarantine"),
    Entry("/refusals", "Refusals", "block", "Data", "read events", "refusals"),
    Entry("/settings", "Settings", "settings", "Administration", "administer", "settings"),
)
"""In the order of the navigation."""
