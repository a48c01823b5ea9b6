"""`/people`: who did what came in; the newest first, or those whose identifiers begin with what is looked for."""

from typing import Any, NamedTuple

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.cursors import TimedKey, begun_at, cursor
from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.whom import KINDS, people_begun
from bowerbird.state.base import PeopleSearch, Summary

_PAGE = 50
_COLUMNS = (
    Column("who", "Person", "link"),
    Column("identifiers", "Identifiers"),
    Column("traits", "Traits", "number", 100),
    Column("merged", "Merged", "number", 100),
    Column("created_at", "First seen", "time", 225),
)
_ANY = "any"


class _Found(NamedTuple):
    rows: list[dict[str, Any]]
    older: str


def build(page: Page) -> None:
    parts.load_ahead()
    parts.heading("People", "Whoever events named, with every identifier that they came under.")
    state = {"q": page.query.get("q", ""), "kind": page.query.get("kind", ""), "cursor": page.query.get("cursor", "")}

    def change(**fields: str) -> None:
        if state | fields != state:
            state.update({"cursor": ""} | fields)
            page.remember(**state)
            look()

    def look() -> None:
        wanted = dict(state)
        page.run(lambda: _find(page, **wanted), lambda found: _show(page, found, wanted, change), place)

    _form(state, change)
    place = ui.element("div").classes("place")
    look()


def _form(state: dict[str, str], change: Any) -> None:
    with ui.element("div").classes("filters"):
        text = ui.input("Identifier or its beginning: e-mail, user id, …", value=state["q"])
        text.props("outlined dense clearable debounce=400").classes("pick wide")
        text.on_value_change(lambda event: change(q=(event.value or "").strip()))
        kinds = {_ANY: "Any kind"} | {kind: kind for kind in KINDS}
        if state["kind"]:
            kinds.setdefault(state["kind"], state["kind"])
        kind = ui.select(kinds, label="Kind", value=state["kind"] or _ANY).props("outlined dense options-dense")
        kind.classes("pick").on_value_change(lambda event: change(kind="" if event.value == _ANY else event.value))


def _find(page: Page, q: str, kind: str, cursor: str) -> _Found:
    sources, workspace = page.sources, page.workspace
    masks, older = masks_of(page), ""
    if q:
        people, older = people_begun(sources, masks, PeopleSearch(workspace, q, kind, limit=_PAGE), cursor)
    else:
        people, older = _newest(page, cursor)
    found = sources.people.summaries(workspace, people)
    return _Found([_row(person, masks) for person in found.values()], older)


def _newest(page: Page, text: str) -> tuple[list[str], str]:
    found = page.sources.people.recent(page.workspace, _PAGE + 1, begun_at(text, TimedKey))
    shown = found[:_PAGE]
    return [person_id for _, person_id in shown], cursor(shown[-1]) if len(found) > _PAGE else ""


def _row(person: Summary, masks: Masks) -> dict[str, Any]:
    values = [MASK if masks.hides_name(one["kind"]) else one["value"] for one in person.identifiers]
    return {
        "who": name_of(person, masks),
        "href": f"/people/{person.person_id}",
        "identifiers": ", ".join(dict.fromkeys(values)),
        "traits": len(person.traits),
        "merged": len(person.aliases),
        "created_at": answers.iso(person.created_at),
    }


def name_of(person: Summary, masks: Masks) -> str:
    """What a person is best called by."""
    known = {one["kind"]: one["value"] for one in reversed(person.identifiers) if not masks.hides_name(one["kind"])}
    return next((known[kind] for kind in ("email", *KINDS) if kind in known), person.person_id)


def _show(page: Page, found: _Found, state: dict[str, str], change: Any) -> None:
    if not (found.rows or found.older or state["cursor"]):
        _nobody(page, state["q"])
        return
    parts.data_table(_COLUMNS, found.rows, "People", lambda number: page.navigate(found.rows[number]["href"]))
    with ui.element("div").classes("row-line"):
        if state["cursor"]:
            first = "First" if state["q"] else "Newest"
            ui.button(first, icon="first_page", on_click=lambda: change(cursor="")).props("flat no-caps")
        if found.older:
            older = ui.button("More" if state["q"] else "Older", on_click=lambda: change(cursor=found.older))
            older.props("flat no-caps icon-right=chevron_right")


def _nobody(page: Page, q: str) -> None:
    if q:
        parts.empty_state(
            "Nobody has this identifier",
            "Nor one that begins so; fewer than 3 characters have to be the whole of it. Identifiers are compared as "
            "they were sent, e-mails without regard to case, phones by their digits. Try another one, or any kind; "
            "viewers do not look for what is marked as personal data.",
        )
        return
    ask_for_events(page)
