"""Whether the log still holds all that was taken from it."""

from bowerbird.errors import LogDamagedError
from bowerbird.event import Marks, Positions
from bowerbird.eventlog.base import LogReader

WAY_OUT = (
    "Restore the log, or everything, of one backup; do not replay. What is stored stays readable: `bowerbird export "
    "--as-it-is`. To go on with what the log has and lose the rest for good: move warehouse.duckdb*, state.db* and "
    "seen.lmdb out of the data directory, then start."
)


def shortfall(heads: Positions, *taken: Positions) -> str:
    """Which partitions end before what was taken from them, or are gone; empty when none does."""
    last: Positions = {}
    for positions in taken:
        last |= {number: at for number, at in positions.items() if at > last.get(number, 0)}
    return ", ".join(
        f"partition {number} {_end(heads.get(number, 0))}, and row {at} was processed"
        for number, at in sorted(last.items())
        if at > heads.get(number, 0)
    )


def exchanged(there: Marks, taken: Marks) -> str:
    """In which partitions another row stands than was taken from them; empty where none does. `there` has what is left
    of these rows."""
    return ", ".join(f"partition {number}" for number, mark in sorted(taken.items()) if there.get(number, mark) != mark)


def check_same(log: LogReader, taken: Marks) -> None:
    """Raises `LogDamagedError` when other rows stand in the log than were taken from it, however far it reaches.
    `taken`: of the last ones."""
    if told := exchanged(log.marks(offsets(taken)), taken):
        raise LogDamagedError(f"the log holds other events than were processed: {told}", WAY_OUT)


def offsets(marks: Marks) -> Positions:
    return {number: offset for number, (offset, _) in marks.items()}


def check_whole(heads: Positions, *taken: Positions) -> None:
    """Raises `LogDamagedError` when the log has less than was taken from it: were it written to, what comes in would
    be taken for what was processed long ago."""
    if told := shortfall(heads, *taken):
        raise LogDamagedError(f"the log holds less than was processed: {told}", WAY_OUT)


def _end(head: int) -> str:
    return f"ends with row {head}" if head else "is gone"
