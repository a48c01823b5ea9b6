"""What the pickers of events offer."""

from collections import Counter

from bowerbird.console.api.catalog import Said, said
from bowerbird.console.pages.page import Page
from bowerbird.state.base import CatalogCount

MOST = 500
"""Names that a picker offers."""


class Names:
    """Event names and their properties, the most frequent first. `hidden`: those too that users hide."""

    def __init__(self, counts: list[CatalogCount], said: Said, hidden: bool) -> None:
        shown = [one for one in counts if hidden or not _hidden(one, said)]
        self._events: Counter[str] = Counter()
        self._properties: dict[str, Counter[str]] = {}
        for one in shown:
            if one.property is None:
                self._events[one.name] += one.count
            else:
                self._properties.setdefault(one.name, Counter())[one.property] += one.count

    @property
    def events(self) -> list[str]:
        return [name for name, _ in self._events.most_common(MOST)]

    def properties(self, event: str = "") -> list[str]:
        """Of this event; '': of all."""
        of_all: Counter[str] = Counter()
        for name, counts in self._properties.items():
            if event in ("", name):
                of_all.update(counts)
        return [name for name, _ in of_all.most_common(MOST)]


def names_of(page: Page, hidden: bool) -> Names:
    """Blocking."""
    return Names(page.sources.catalog.catalog(page.workspace), said(page.sources, page.workspace), hidden)


def _hidden(one: CatalogCount, said: Said) -> bool:
    described = [said.get((one.name, "")), said.get((one.name, one.property or ""))]
    return any(each is not None and each.hidden for each in described)
