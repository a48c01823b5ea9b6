"""The balance of all accepted events, taken from what is on disk while collectors and processor go on."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bowerbird.event import Positions
from bowerbird.eventlog.base import LogReader, Tally
from bowerbird.warehouse.base import OutcomeCounts, Warehouse

_ATTEMPTS = 3


class Counts(msgspec.Struct):
    """What became of some accepted events. Balanced when each of them is in exactly one place."""

    accepted: int = 0
    stored: int = 0
    duplicate: int = 0
    identify_only: int = 0
    quarantined: int = 0
    erased: int = 0
    pending: int = 0

    @property
    def missing(self) -> int:
        """Accepted events that are nowhere; negative when there are more events than were accepted."""
        return (
            self.accepted
            - self.stored
            - self.duplicate
            - self.identify_only
            - self.quarantined
            - self.erased
            - (self.pending)
        )

    def add(self, other: "Counts") -> None:
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


class Balance(msgspec.Struct, frozen=True):
    """The counts by (workspace, dialect). It balances when each pair does."""

    pairs: dict[tuple[str, str], Counts]

    @property
    def balanced(self) -> bool:
        return all(counts.missing == 0 for counts in self.pairs.values())

    def of(self, workspace: str) -> "Balance":
        return Balance({pair: counts for pair, counts in self.pairs.items() if pair[0] == workspace})

    def document(self) -> dict[str, Any]:
        """The seven counts and `balanced`, in total; the same in `dialects` by dialect and in `workspaces` by
        workspace (each with its own `dialects`)."""
        workspaces = sorted({workspace for workspace, _ in self.pairs})
        return self._with_dialects() | {"workspaces": {name: self.of(name)._with_dialects() for name in workspaces}}

    def _with_dialects(self) -> dict[str, Any]:
        dialects = sorted({dialect for _, dialect in self.pairs})
        return _summary(self.pairs.values()) | {
            "dialects": {
                name: _summary(counts for pair, counts in self.pairs.items() if pair[1] == name) for name in dialects
            }
        }


def balance(log: LogReader, applied: Callable[[], Positions], warehouse: Warehouse) -> Balance:
    """A consistent balance at one moment.

    Positions only grow and rows behind them do not change their number, so reading what is applied first and the
    log's heads last gives one cut through both stores. Only a replay turns positions back; a balance taken across
    its start is taken again.
    """
    taken = _take(log, applied(), warehouse)
    for _ in range(_ATTEMPTS - 1):
        if taken.balanced:
            break
        taken = _take(log, applied(), warehouse)
    return taken


def _take(log: LogReader, done: Positions, warehouse: Warehouse) -> Balance:
    outcomes = warehouse.counts(done)
    heads = log.heads()
    pairs = _pairs(log.tally({}, heads), log.tally(done, heads), outcomes)
    return Balance(_attribute(pairs))


def _pairs(accepted: Tally, pending: Tally, outcomes: OutcomeCounts) -> dict[tuple[str, str], Counts]:
    pairs: dict[tuple[str, str], Counts] = {}
    for pair, count in accepted.items():
        pairs.setdefault(pair, Counts()).accepted += count
    for pair, count in pending.items():
        pairs.setdefault(pair, Counts()).pending += count
    for (workspace, dialect, outcome), count in outcomes.items():
        counts = pairs.setdefault((workspace, dialect), Counts())
        setattr(counts, outcome, getattr(counts, outcome) + count)
    return pairs


def _attribute(pairs: dict[tuple[str, str], Counts]) -> dict[tuple[str, str], Counts]:
    """Gives quarantined rows that nobody could decode back to the pairs that the log accepted them for.

    Such rows do not say whose they are and stand under a pair that accepted nothing. They are given back only when
    it comes out even: the other pairs then lack exactly these rows.
    """
    strays = {pair: counts for pair, counts in pairs.items() if counts.missing == -counts.quarantined < 0}
    named = {pair: counts for pair, counts in pairs.items() if pair not in strays}
    lacking = [counts.missing for counts in named.values()]
    if not strays or min(lacking, default=0) < 0 or sum(lacking) != sum(one.quarantined for one in strays.values()):
        return pairs
    for counts in named.values():
        counts.quarantined += counts.missing
    return named


def _summary(counts: Iterable[Counts]) -> dict[str, Any]:
    total, balanced = Counts(), True
    for one in counts:
        total.add(one)
        balanced = balanced and one.missing == 0
    return {**msgspec.structs.asdict(total), "balanced": balanced}
