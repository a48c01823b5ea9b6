"""What users save in a workspace: segments (a condition on people) and boards (tiles that show answers)."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Literal, Protocol

import msgspec

from bowerbird.errors import ConflictError, NotFoundError, OutdatedError, QuestionInvalidError

SavedKind = Literal["segment", "board"]
KINDS: tuple[SavedKind, ...] = ("segment", "board")
LONGEST_NAME = 200
"""Characters."""
LARGEST = 256 * 1024
"""Bytes of a document as JSON."""
MOST = 1000
"""Of a kind in a workspace."""
_SHOWN = 5
"""Segments that a message names."""


class SavedItem(msgspec.Struct, frozen=True):
    workspace: str
    kind: SavedKind
    id: str
    """A segment's name; a board's id."""
    name: str
    """As people read it; a segment's is its id. Unique among the workspace's things of this kind."""
    document: Any
    """JSON: a segment's condition, a board's tiles."""
    created_by: str
    """The key or session that saved it first."""
    changed_at: int
    """µs."""

    @property
    def version(self) -> str:
        """Another one for another name or document."""
        return blake2b(msgspec.json.encode([self.name, self.document]), digest_size=12).hexdigest()


class Saved(Protocol):
    """Durable on return, shown at once to every process. Blocking, safe from any thread."""

    def put(self, item: SavedItem, version: str | None = None) -> SavedItem:
        """Adds it, or gives the one of this id another name and document; `created_by` stays as it was at first.
        `version`: that it takes the place of; None: of whatever is there. Returns it as it stands. Raises
        `OutdatedError` where another version is there, or none, `ConflictError` for a name that another one has and
        for one too many, `NotFoundError` for an unknown workspace, `QuestionInvalidError` for what is too long."""
        ...

    def get(self, workspace: str, kind: SavedKind, id_: str) -> SavedItem | None: ...

    def all(self, workspace: str, kind: SavedKind) -> list[SavedItem]:
        """By name, without their documents (None)."""
        ...

    def remove(self, workspace: str, kind: SavedKind, id_: str) -> None:
        """Raises `NotFoundError`, and `ConflictError` for a segment that another one is made of, naming these."""
        ...


def check(item: SavedItem) -> bytes:
    """The document as JSON. Raises `QuestionInvalidError` for what is too long."""
    for what, text in (("id", item.id), ("name", item.name)):
        if not 1 <= len(text) <= LONGEST_NAME or any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
            raise QuestionInvalidError(
                f"the {what} of a {item.kind} has 1 to {LONGEST_NAME} characters, none of them for control",
                "Write one, or a shorter one.",
            )
    encoded = msgspec.json.encode(item.document)
    if len(encoded) > LARGEST:
        raise QuestionInvalidError(f"a {item.kind} has at most {LARGEST // 1024} KB of JSON", "Split it.")
    return encoded


def check_version(item: SavedItem, there: SavedItem | None, version: str | None) -> None:
    """Raises `OutdatedError`."""
    if version is not None and (there is None or there.version != version):
        how = "has been removed" if there is None else "has been changed by somebody else"
        raise OutdatedError(f"the {item.kind} {item.name!r} {how} since", "Get it again, and change what is there now.")


def check_room(item: SavedItem, others: Iterable[str]) -> None:
    """`others`: names of the workspace's things of this kind that have another id. Raises `ConflictError`."""
    names = list(others)
    if item.name in names:
        raise ConflictError(f"there is a {item.kind} {item.name!r} already", "Take another name, or change that one.")
    if len(names) >= MOST:
        raise ConflictError(f"the workspace has {MOST} {item.kind}s already", "Remove one first.")


def check_unused(name: str, segments: Iterable[tuple[str, Any]]) -> None:
    """`segments`: ids and documents. Raises `ConflictError` when another one of these is made of this one."""
    users = sorted(id_ for id_, document in segments if id_ != name and name in _segments_in(document))
    if users:
        more = "" if len(users) <= _SHOWN else f" and {len(users) - _SHOWN} more"
        raise ConflictError(
            f"the segment {name!r} is part of {', '.join(map(repr, users[:_SHOWN]))}{more}",
            "Change or remove these first.",
        )


def missing(kind: SavedKind, id_: str) -> NotFoundError:
    return NotFoundError(f"there is no {kind} {id_!r}", f"`GET /api/v1/{kind}s` lists them.")


def _segments_in(document: Any) -> Iterator[str]:
    """Names of segments that a condition's JSON speaks of."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("segment"), str):
                yield node["segment"]
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
