"""Refusals that live in one process and are gone with it."""

from collections.abc import Sequence
from itertools import groupby
from threading import Lock

from msgspec import structs

from bowerbird.refusallog.base import KEPT_OF_A_KEY, Refusal, RefusalQuery


class MemoryRefusals:
    """Implements `RefusalLog` and `RefusalReader`."""

    def __init__(self) -> None:
        self._kept: list[Refusal] = []
        self._numbered = 0
        self._turn = Lock()

    def keep(self, refusals: Sequence[Refusal]) -> None:
        with self._turn:
            for refusal in refusals:
                self._numbered += 1
                self._kept.append(structs.replace(refusal, number=self._numbered))
            by_key = groupby(sorted(self._kept, key=lambda one: (*_owner(one), *_place(one))), _owner)
            self._kept = [one for _, of_key in by_key for one in list(of_key)[-KEPT_OF_A_KEY:]]

    def expire(self, before: int) -> None:
        with self._turn:
            self._kept = [one for one in self._kept if one.at >= before]

    def recent(self, query: RefusalQuery) -> list[Refusal]:
        with self._turn:
            found = [one for one in self._kept if _answers(one, query)]
        return sorted(found, key=_place, reverse=True)[: query.limit]

    def close(self) -> None: ...


def _owner(refusal: Refusal) -> tuple[str, str]:
    return refusal.workspace or "", refusal.key_id or ""


def _place(refusal: Refusal) -> tuple[int, int]:
    return refusal.at, refusal.number


def _answers(one: Refusal, query: RefusalQuery) -> bool:
    return (
        (query.workspaces is None or (one.workspace or "") in query.workspaces)
        and query.key in (None, one.key_id, one.secret_hash)
        and query.dialect in (None, one.dialect)
        and query.reason in (None, one.reason)
        and (query.before is None or _place(one) < query.before)
    )
