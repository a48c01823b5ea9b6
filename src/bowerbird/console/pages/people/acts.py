"""What changes a person: undoing a merge, erasing."""

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.errors import ConflictError
from bowerbird.state.base import Merge, Person


def undo_button(page: Page, merge: Merge) -> None:
    def undo() -> None:
        page.act(lambda: _unmerge(page, merge), lambda _: page.navigate(page.path))

    def ask() -> None:
        parts.ask_first(
            "Undo this merge?",
            "Both get back their own identifiers, events and traits. No event merges the two again.",
            "Undo the merge",
            undo,
        )

    ui.button("Undo", icon="call_split", on_click=ask).props("flat no-caps")


def _unmerge(page: Page, merge: Merge) -> None:
    """The engine undoes a person's latest merge: this one must be standing still."""
    person = page.sources.people.person(page.workspace, merge.absorbed)
    if person is None or merge not in person.merges:
        raise ConflictError("this merge does not stand any more", "Load the page again to see how it is now.")
    page.sources.engine.unmerge(page.workspace, merge.absorbed)


def erase_button(page: Page, person: Person, name: str) -> None:
    ui.button("Erase", icon="delete_forever", on_click=lambda: _ask(page, person, name)).props(
        "flat no-caps color=negative"
    )


def _ask(page: Page, person: Person, name: str) -> None:
    def erased(events: int) -> None:
        asked.close()
        parts.tell(f"Erased, with {events:,} {'event' if events == 1 else 'events'}")
        page.navigate("/people")

    def retry() -> None:
        button.enable()

    def erase() -> None:
        if typed.value == name:
            button.disable()
            page.act(lambda: page.sources.engine.erase(page.workspace, person.person_id), erased, retry)

    with parts.dialog("Erase this person?") as asked:
        parts.text_element(
            "p",
            "Identifiers, traits and the content of every event go, in the log too. Counts stay as they are. "
            "It cannot be undone.",
        )
        parts.text_element("p", "To go on, type:")
        parts.code_line(name)
        typed = ui.input("Type it here").props("outlined dense autocomplete=off")
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            button = ui.button("Erase for ever", on_click=erase).props("unelevated no-caps color=negative")
            button.bind_enabled_from(typed, "value", lambda value: value == name)
