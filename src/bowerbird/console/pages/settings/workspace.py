"""The workspace's own settings, as `bowerbird workspace set` writes them; limits have a tab of their own."""

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.base import Workspace
from bowerbird.registry.workspace_settings import SETTINGS, Setting, describe

_LIMITS = "klaviyo."


def build(page: Page) -> None:
    with parts.section("Settings of the workspace"):
        _form(page, tuple(setting for setting in SETTINGS if not setting.key.startswith(_LIMITS)))


def build_limits(page: Page) -> None:
    note = (
        "Klaviyo’s own limits are the defaults. `off` lifts a limit. A request beyond it is answered as Klaviyo does."
    )
    with parts.section("Limits", note):
        _form(page, tuple(setting for setting in SETTINGS if setting.key.startswith(_LIMITS)))


def _form(page: Page, settings: tuple[Setting, ...]) -> None:
    desk, name = page.desk.operators.workspaces, page.workspace
    place = ui.element("div").classes("place")

    def show(workspace: Workspace) -> None:
        values = describe(workspace.settings)
        fields = {setting.key: _field(setting, values[setting.key]) for setting in settings}

        def save() -> None:
            changed = [f"{key}={field.value or ''}" for key, field in fields.items() if field.value != values[key]]
            page.act(lambda: desk.set(name, changed), saved)

        ui.button("Save", on_click=save).props("unelevated no-caps").classes("self-start")

    def saved(_: Workspace) -> None:
        parts.tell("Saved")
        load()

    def load() -> None:
        page.run(lambda: desk.get(name), show, place)

    load()


def _field(setting: Setting, value: str) -> ui.select | ui.input:
    with ui.element("div").classes("setting"):
        with ui.element("div").classes("line-main"):
            parts.text_element("h3", setting.key)
            parts.prose(f"{setting.meaning[:1].upper()}{setting.meaning[1:]}: {setting.form.allowed}.").classes("note")
        if setting.form.choices:
            made: ui.select | ui.input = ui.select(list(setting.form.choices), value=value)
        else:
            made = ui.input(value=value)
        made.props("outlined dense").classes("setting-field").props["aria-label"] = setting.key
    return made
