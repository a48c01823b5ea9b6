"""What users say of event names and their properties: what they mean, whether they are hidden, whether they are
personal data."""

from typing import Protocol

import msgspec

from bowerbird.errors import ConflictError, QuestionInvalidError

LONGEST_NAME = 1000
LONGEST_DESCRIPTION = 1000
"""Both in characters."""
MOST = 10_000
"""In a workspace."""


class Description(msgspec.Struct, frozen=True):
    """Of an event name, or of one of its properties."""

    workspace: str
    name: str
    """The event's; it need not have come yet."""
    property: str = ""
    """'': the event itself."""
    description: str = ""
    hidden: bool = False
    """Left out of pickers."""
    pii: bool = False
    """Personal data: viewers see that it is there, and not what it is. Of an event: all its properties."""
    changed_by: str = ""
    """The key or session that changed it last."""
    changed_at: int = 0
    """µs."""


class Descriptions(Protocol):
    """Durable on return, shown at once to every process. Blocking, safe from any thread."""

    def put(self, described: Description) -> None:
        """Takes the place of what was said before; what says nothing is not kept. Raises `NotFoundError` for an
        unknown workspace, `QuestionInvalidError` for what is too long, `ConflictError` for one too many."""
        ...

    def all(self, workspace: str) -> list[Description]:
        """By name, then property."""
        ...


def says_nothing(described: Description) -> bool:
    return not (described.description or described.hidden or described.pii)


def check(described: Description) -> None:
    """Raises `QuestionInvalidError`."""
    limits = (
        ("name", described.name, 1, LONGEST_NAME),
        ("property", described.property, 0, LONGEST_NAME),
        ("description", described.description, 0, LONGEST_DESCRIPTION),
    )
    for what, text, shortest, longest in limits:
        if not shortest <= len(text) <= longest or "\0" in text:
            raise QuestionInvalidError(
                f"a {what} has {shortest} to {longest} characters, none of them NUL", "Write one, or a shorter one."
            )


def check_room(there: int) -> None:
    """Raises `ConflictError`."""
    if there >= MOST:
        raise ConflictError(f"the workspace has {MOST} descriptions already", "Remove one first.")
