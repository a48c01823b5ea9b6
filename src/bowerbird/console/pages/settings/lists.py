"""Lists, as Octeth's and others' requests name them."""

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.base import Workspace


def build(page: Page) -> None:
    with parts.section("Lists", "Subscribers belong to a list; requests name it by its number."):
        place = ui.element("div").classes("place")
    desk = page.desk.operators.workspaces

    def load() -> None:
        page.run(lambda: desk.get(page.workspace), show, place)

    def show(workspace: Workspace) -> None:
        with ui.element("form").classes("row-line hinted") as form:
            name = ui.input("Name").props("outlined dense")
            number = ui.input("Number").props('outlined dense inputmode=numeric hint="Empty: the next free one"')
            ui.button("Add list", icon="add").props("unelevated no-caps type=submit")
        with ui.element("div").classes("lines"):
            for list_id, title in workspace.lists.items():
                with ui.element("div").classes("line"):
                    ui.label(list_id).classes("tag")
                    ui.label(title).classes("line-main")
        if not workspace.lists:
            parts.note("There is no list yet. Without one, events simply belong to none.")

        def add() -> None:
            title, given = name.value, number.value or None
            page.act(lambda: desk.add_list(page.workspace, title, given), added)

        form.on("submit.prevent", add)

    def added(list_id: str) -> None:
        parts.tell(f"Added list {list_id}")
        load()

    load()
