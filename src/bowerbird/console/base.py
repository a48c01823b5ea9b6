"""What the console and the JSON API ask of the running engine."""

from typing import Protocol

from bowerbird.state.base import QuarantineEntry


class Engine(Protocol):
    """Acts that must not run beside a batch. Each waits for the batch at hand, and is durable on return. Raises
    `BusyError` where many wait already."""

    def unmerge(self, workspace: str, person_id: str) -> tuple[str, str]:
        """Undoes the latest merge in which the person with this id was absorbed, and keeps the two apart from then
        on. Returns (survivor, absorbed). Raises `NotFoundError` for an unknown or unmerged person."""
        ...

    def erase(self, workspace: str, person_id: str) -> int:
        """Removes the person: identifiers, traits, and every event's content, in the log too. Returns the number of
        events erased. Raises `NotFoundError`."""
        ...

    def held_back(self, workspace: str, person_id: str) -> list[QuarantineEntry]:
        """Quarantined events that name the person."""
        ...

    def retry(self, workspace: str, event_ids: list[str] | None) -> tuple[int, int]:
        """Takes quarantined events (None: all) through the steps again. Returns (left quarantine, stayed).
        Raises `NotFoundError`, and tries none, where one that is named is not in quarantine."""
        ...

    def replay(self) -> int:
        """Forgets state and warehouse and processes the log from its first row; returns the number of events to
        come. Raises `ConflictError`, and forgets nothing, when the log no longer starts at its first row or
        has lost rows since."""
        ...

    def silence(self) -> float:
        """Seconds since the processor was last between two batches; infinite before the first time, and once it has
        stopped. Does not wait for it."""
        ...
