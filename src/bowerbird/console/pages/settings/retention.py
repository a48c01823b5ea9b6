"""What is kept for how long: settings of the machine, shown here and changed on it."""

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page


def build(page: Page) -> None:
    days = page.desk.settings.log_keep_days
    kept = f"{days} days after they are processed" if days else "for ever"
    with parts.section("What is kept"), ui.element("div").classes("lines"):
        _line("Processed events and people", "for ever, until a person is erased")
        _line("The log, which `bowerbird replay` builds everything from", f"closed segments {kept}")
        _line("Sessions", "30 days")
    with parts.section("Change it", "These are settings of the machine, and hold for all workspaces on it."):
        how = "In `bowerbird.toml` in the data directory, then restart `bowerbird serve`. 0 keeps the log for ever:"
        parts.prose(how).classes("note")
        parts.code_line(f"log_keep_days = {days or 90}")
        parts.note("Erase a person: identifiers, traits, and the content of every event, in the log too:")
        parts.code_line(f"bowerbird person erase PERSON_ID --workspace {page.workspace}")


def _line(what: str, kept: str) -> None:
    with ui.element("div").classes("line"):
        parts.prose(what).classes("line-main")
        ui.label(kept).classes("note")
