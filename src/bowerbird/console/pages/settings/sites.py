"""Sites: public ids that may write events and nothing else."""

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.operators import Site


def build(page: Page) -> None:
    with parts.section(
        "Sites", "A site’s id stands in a page that everybody can read; it may send events and no more."
    ):
        place = ui.element("div").classes("place")
    desk = page.desk.operators.keys

    def load() -> None:
        page.run(lambda: desk.sites(page.workspace), show, place)

    def show(sites: list[Site]) -> None:
        with ui.element("form").classes("row-line hinted") as form:
            name = ui.input("Name").props("outlined dense")
            given = ui.input("Public id").props('outlined dense hint="Empty: a new one"')
            ui.button("Add site", icon="add").props("unelevated no-caps type=submit")
        with ui.element("div").classes("lines"):
            for site in sites:
                _line(page, site, load)
        if not sites:
            parts.note("There is no site yet.")

        def add() -> None:
            title, site_id = name.value, given.value or None
            page.act(lambda: desk.add_site(page.workspace, title, site_id), added)

        form.on("submit.prevent", add)

    def added(site: Site) -> None:
        parts.tell(f"Added site {site.name or site.id}")
        load()

    load()


def _line(page: Page, site: Site, changed: parts.Then) -> None:
    with ui.element("div").classes("line"):
        with ui.element("div").classes("line-main"):
            ui.label(site.name or "without a name")
            parts.note(f"made {answers.iso(site.created_at)[:10]}")
        ui.label(site.id).classes("code")
        parts.copy_button(site.id, f"Copy the id of {site.name}")
        ui.button("Remove", on_click=lambda: _remove(page, site, changed)).props("flat no-caps color=negative")


def _remove(page: Page, site: Site, changed: parts.Then) -> None:
    parts.ask_first(
        f"Remove site {site.name or site.id}?",
        "Pages with its id send nothing any more. What they sent stays.",
        "Remove site",
        lambda: page.act(
            lambda: page.desk.operators.keys.remove_site(site.id),
            parts.told(f"Removed site {site.name or site.id}", changed),
        ),
    )
