"""Console users of the workspace, and their roles."""

import secrets

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.base import ROLES
from bowerbird.registry.operators import User

_ROLES = {
    "owner": "Owner: everything, settings too",
    "analyst": "Analyst: questions, boards, retries",
    "viewer": "Viewer: looks, and changes nothing",
}


def build(page: Page) -> None:
    with parts.section("Users", "Who may sign in to this workspace’s console. Sessions last 30 days."):
        place = ui.element("div").classes("place")

    def load() -> None:
        page.run(lambda: page.desk.operators.users.all(page.workspace), show, place)

    def show(users: list[User]) -> None:
        ui.button("Add user", icon="add", on_click=lambda: _ask(page, load)).props("unelevated no-caps").classes(
            "self-start"
        )
        with ui.element("div").classes("lines"):
            for user in users:
                _line(page, user, load)

    load()


def _line(page: Page, user: User, changed: parts.Then) -> None:
    with ui.element("div").classes("line"):
        with ui.element("div").classes("line-main"):
            ui.label(user.name)
            parts.note(f"{'you, ' if user.name == page.visitor.user else ''}since {answers.iso(user.created_at)[:10]}")
        role = ui.select(
            list(ROLES), value=user.role, on_change=lambda event: _set_role(page, user, event.value, changed)
        )
        role.props("outlined dense").props["aria-label"] = f"Role of {user.name}"
        ui.button("New password", on_click=lambda: _new_password(page, user)).props("flat no-caps")
        ui.button("Remove", on_click=lambda: _remove(page, user, changed)).props("flat no-caps color=negative")


def _set_role(page: Page, user: User, role: str, changed: parts.Then) -> None:
    page.act(
        lambda: page.desk.operators.users.set_role(user.name, role),
        parts.told(f"{user.name} is {role} now", changed),
        changed,
    )


def _new_password(page: Page, user: User) -> None:
    password = secrets.token_urlsafe(12)
    parts.ask_first(
        f"Give {user.name} a new password?",
        "All sessions of this user end. The new password is shown once.",
        "Make password",
        lambda: page.act(
            lambda: page.desk.operators.users.password(user.name, password),
            lambda _: parts.show_secret(f"New password of {user.name}", "Password", password),
        ),
    )


def _remove(page: Page, user: User, changed: parts.Then) -> None:
    parts.ask_first(
        f"Remove {user.name}?",
        "The user cannot sign in any more, and all sessions of this user end.",
        "Remove user",
        lambda: page.act(
            lambda: page.desk.operators.users.remove(user.name), parts.told(f"Removed {user.name}", changed)
        ),
    )


def _ask(page: Page, changed: parts.Then) -> None:
    with parts.dialog("Add a user") as asked:
        name = ui.input("Name").props("outlined dense autocomplete=off autofocus")
        role = ui.select(_ROLES, value="viewer", label="Role").props("outlined dense")
        password = ui.input("Password").props(
            'outlined dense type=password autocomplete=new-password hint="Empty: a random one, shown once"'
        )

        def create() -> None:
            random = "" if password.value else secrets.token_urlsafe(12)
            given = (name.value.strip(), password.value or random, str(role.value), page.workspace)
            page.act(lambda: page.desk.operators.users.create(*given), lambda user: created(user, random))

        def created(user: User, random: str) -> None:
            asked.close()
            if random:
                parts.show_secret(f"User {user.name} is made", "Password", random)
            else:
                parts.tell(f"Added {user.name}")
            changed()

        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Add user", on_click=create).props("unelevated no-caps")
