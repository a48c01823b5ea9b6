"""`/refusals`: the latest refused requests by key, and what to do about them."""

from itertools import groupby

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.refusals.advice import ADVICE
from bowerbird.refusallog.base import Refusal, RefusalQuery
from bowerbird.refusallog.meanings import MEANINGS
from bowerbird.refusals import Reason
from bowerbird.registry.labels import key_named

_MOST = 500
_FEW = 20
"""Refusals that are shown of a key before its others are asked for."""


def build(page: Page) -> None:
    parts.load_ahead()
    parts.heading("Refusals", "Why is my event not there? The latest requests that were refused, by key.")
    wanted = {"reason": page.query.get("reason", ""), "key": page.query.get("key", "")[:200]}

    def change(**fields: str) -> None:
        if wanted | fields != wanted:
            wanted.update(fields)
            page.remember(**wanted)
            look()

    def look() -> None:
        asked = dict(wanted)
        page.run(lambda: _find(page, **asked), lambda found: _show(page, found, any(asked.values())), place)

    _form(wanted, change, look)
    place = ui.element("div").classes("place")
    look()


def _form(wanted: dict[str, str], change: object, look: parts.Then) -> None:
    assert callable(change)
    reasons = {"": "Any reason"} | {reason.value: reason.value.replace("_", " ") for reason in Reason}
    with ui.element("div").classes("filters"):
        reason = ui.select(reasons, label="Reason", value=wanted["reason"] if wanted["reason"] in reasons else "")
        reason.props("outlined dense options-dense").classes("pick")
        reason.on_value_change(lambda event: change(reason=event.value))
        key = ui.input("Key id", value=wanted["key"]).props("outlined dense clearable debounce=400").classes("pick")
        key.on_value_change(lambda event: change(key=(event.value or "").strip()))
        ui.button("Refresh", icon="refresh", on_click=look).props("flat no-caps").classes("self-start")


def _find(page: Page, reason: str, key: str) -> list[Refusal]:
    workspaces = (page.workspace, "") if _sees_unknown(page) else (page.workspace,)
    query = RefusalQuery(workspaces=workspaces, key=key or None, reason=reason or None, limit=_MOST)
    return page.sources.refusals.recent(query)


def _sees_unknown(page: Page) -> bool:
    """Refusals of unknown keys belong to no workspace: an owner of the only one sees them."""
    names = [workspace.name for workspace in page.sources.registry.current().workspaces()]
    return page.visitor.can("administer") and names == [page.workspace]


def _show(page: Page, found: list[Refusal], filtered: bool) -> None:
    if not found:
        text = "Take away a filter." if filtered else "Every request of this workspace’s keys was taken lately."
        if not page.visitor.can("administer"):
            text += " Requests with an unknown key are shown to owners."
        parts.empty_state("No refusals", text)
        return
    order = {key: at for at, key in reversed(list(enumerate(map(_key, found))))}
    by_key = sorted(found, key=lambda one: order[_key(one)])
    label = page.sources.registry.current().label
    for _, of_key in groupby(by_key, _key):
        refusals = list(of_key)
        _key_panel(refusals, label(refusals[0].key_id or ""))


def _key(one: Refusal) -> str:
    return one.key_id or one.secret_hash or ""


def _key_panel(refusals: list[Refusal], label: str) -> None:
    requests = sum(one.times + one.left_out for one in refusals)
    with parts.section(
        _title(refusals[0], label), f"{requests:,} refused {'request' if requests == 1 else 'requests'}"
    ):
        with ui.element("div").classes("lines"):
            for one in refusals[:_FEW]:
                _line(one)
        if len(refusals) > _FEW:
            with ui.expansion(f"{len(refusals) - _FEW} older").classes("more"), ui.element("div").classes("lines"):
                for one in refusals[_FEW:]:
                    _line(one)


def _title(one: Refusal, label: str) -> str:
    if one.key_id:
        return f"Key {key_named(one.key_id, label)}"
    return f"Unknown key {one.secret_hint}" if one.secret_hash else "Without a key that could be read"


def _line(one: Refusal) -> None:
    with ui.element("div").classes("line"), ui.element("div").classes("line-main"):
        with ui.element("div").classes("tags"):
            ui.label(f"{one.status} {one.reason.replace('_', ' ')}").classes("tag bad")
            ui.label(f"{one.method} {one.path}").classes("code")
            if one.times + one.left_out > 1:
                ui.label(f"{one.times + one.left_out:,} times").classes("tag")
        for issue in one.issues:
            parts.text_element("p", f"{issue.field}: {issue.message}" if issue.field else issue.message)
        if not one.issues:
            parts.text_element("p", one.message or MEANINGS[one.reason])
        with ui.element("p").classes("note"):
            ui.label(ADVICE[one.reason])
            ui.link("Documentation", "/docs", new_tab=True)
        with ui.element("p").classes("note"):
            parts.when(one.at)
            ui.label(" · ".join(filter(None, (one.dialect, one.client_ip, _size(one)))))


def _size(one: Refusal) -> str:
    return "" if one.size is None else f"{one.size:,} bytes"
