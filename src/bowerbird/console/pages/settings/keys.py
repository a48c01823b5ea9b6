"""API keys: made here with a label and scopes, their secret shown once; labelled anew and revoked here."""

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.base import SCOPES
from bowerbird.registry.labels import LONGEST_LABEL, key_named
from bowerbird.registry.operators import Key

_MEANINGS = {
    "events:write": "send events",
    "events:read": "read events and the balance",
    "profiles:read": "read people",
    "profiles:write": "unmerge and erase people",
    "metrics:read": "read the catalog",
    "insights:read": "ask questions",
    "admin": "everything in the workspace",
}


def build(page: Page) -> None:
    note = "A key speaks for the workspace, within its scopes. Give an integration events:write alone."
    with parts.section("API keys", note):
        place = ui.element("div").classes("place")

    def load() -> None:
        page.run(lambda: page.desk.operators.keys.all(page.workspace), show, place)

    def show(keys: list[Key]) -> None:
        ui.button("Create key", icon="add", on_click=lambda: _ask(page, load)).props("unelevated no-caps").classes(
            "self-start"
        )
        live = [key for key in reversed(keys) if key.revoked_at is None]
        gone = [key for key in reversed(keys) if key.revoked_at is not None]
        if not live:
            parts.note("There is no key: nothing can be sent or asked until one is made.")
        with ui.element("div").classes("lines"):
            for key in live:
                _line(page, key, load)
        if gone:
            with ui.expansion(f"Revoked keys ({len(gone)})").classes("more"), ui.element("div").classes("lines gone"):
                for key in gone:
                    _line(page, key, load)

    load()


def _line(page: Page, key: Key, changed: parts.Then) -> None:
    with ui.element("div").classes("line"):
        with ui.element("div").classes("line-main"):
            if key.label:
                ui.label(key.label)
            ui.label(f"{key.id}{f'  …{key.hint}' if key.hint else ''}").classes("code")
            ended = f", revoked {answers.iso(key.revoked_at)[:10]}" if key.revoked_at is not None else ""
            parts.note(f"{', '.join(key.scopes)} · made {answers.iso(key.created_at)[:10]}{ended}")
        with ui.element("div").classes("row-line"):
            label = ui.button("Label", on_click=lambda: _label(page, key, changed)).props("flat no-caps")
            label.props["aria-label"] = f"Label of {key_named(key.id, key.label)}"
            if key.revoked_at is None:
                ui.button("Revoke", on_click=lambda: _revoke(page, key, changed)).props("flat no-caps color=negative")


def _revoke(page: Page, key: Key, changed: parts.Then) -> None:
    parts.ask_first(
        f"Revoke {key_named(key.id, key.label)}?",
        "Whatever sends with this key is refused from now on. The same secret can be registered again, as a new key.",
        "Revoke key",
        lambda: page.act(lambda: page.desk.operators.keys.revoke(key.id), parts.told(f"Revoked {key.id}", changed)),
    )


def _label(page: Page, key: Key, changed: parts.Then) -> None:
    with parts.dialog(f"Label of {key.id}") as asked, ui.element("form") as form:
        label = _label_field(key.label).props("autofocus")
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Save label").props("unelevated no-caps type=submit")

        def save() -> None:
            text = label.value or ""
            page.act(lambda: page.desk.operators.keys.label(key.id, text), saved)

        def saved(key: Key) -> None:
            asked.close()
            parts.tell(f"{key.id} is called {key.label}" if key.label else f"{key.id} has no label")
            changed()

        form.on("submit.prevent", save)


def _label_field(value: str = "") -> ui.input:
    field = ui.input("Label", value=value)
    return field.props(f'outlined dense autocomplete=off maxlength={LONGEST_LABEL} hint="Optional: who uses it"')


def _ask(page: Page, changed: parts.Then) -> None:
    with parts.dialog("Create an API key") as asked:
        label = _label_field().props("autofocus")
        boxes = {scope: ui.checkbox(f"{scope}: {_MEANINGS[scope]}", value=scope == "events:write") for scope in SCOPES}
        secret = ui.input("Existing secret").props(
            'outlined dense type=password autocomplete=off hint="Optional: to go on with a vendor’s key"'
        )

        def create() -> None:
            scopes = [scope for scope, box in boxes.items() if box.value]
            given = scopes, secret.value or None, label.value or ""
            page.act(lambda: page.desk.operators.keys.create(page.workspace, *given), created)

        def created(made: tuple[Key, str]) -> None:
            asked.close()
            parts.show_secret(f"Key {key_named(made[0].id, made[0].label)} is made", "Secret", made[1])
            changed()

        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Create key", on_click=create).props("unelevated no-caps")
