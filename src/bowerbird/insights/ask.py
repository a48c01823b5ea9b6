"""The way of a question: parse, compile, ask the warehouse, answer."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from bowerbird.clock import Clock
from bowerbird.errors import NotFoundError, QuestionInvalidError
from bowerbird.insights import segment
from bowerbird.insights.base import Answer, Freshness, Stop, Tables
from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Statement
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.offered import Wanted, offered
from bowerbird.insights.question import Asking, Moment, Question, parse, zone
from bowerbird.insights.ranges import iso
from bowerbird.insights.turns import Turns

_NEWEST = """
    SELECT epoch_us(received_at) FROM (
        SELECT id_time, received_at FROM hot WHERE workspace = $workspace
        UNION ALL SELECT id_time, received_at FROM cold WHERE workspace = $workspace)
    ORDER BY id_time DESC LIMIT 1"""
"""Event ids are given on receipt. Asking for the greatest passes over all row groups that cannot have it."""

_UTC = ZoneInfo("UTC")

Given = bytes | Mapping[str, Any] | Question
Pending = Callable[[], tuple[int, float]]
Segments = Callable[[str, str], Condition | None]


class Insights:
    """Answers questions about one workspace at a time. Blocking, safe from any thread. Whoever asks has a turn of
    `turns`."""

    def __init__(self, tables: Tables, segments: Segments, pending: Pending, clock: Clock) -> None:
        """`segments` gives the condition of a workspace's saved segment; `pending`: events that are accepted and
        not yet readable, and the age of the oldest in seconds."""
        self._tables = tables
        self._segments = segments
        self._pending = pending
        self._clock = clock
        self.turns = Turns()

    def ask(self, workspace: str, timezone: str, kind: str, given: Given, stop: Stop | None = None) -> Answer:
        """`timezone`: for questions that name none. Raises `NotFoundError` for an unknown kind,
        `QuestionInvalidError`, `QuestionStoppedError`."""
        if kind not in KINDS:
            raise NotFoundError(f"there is no kind of question {kind!r}", f"Ask one of {', '.join(KINDS)}.")
        began = time.perf_counter()
        stop = stop or Stop()
        question = parse(KINDS[kind].question, given)
        moment = Moment(workspace, zone(question.timezone or timezone), self._clock.now())
        asking = Asking(self._tables, moment, self._segment(workspace), stop)
        since, until, place = asking.bounds(question)
        with stop.counting():
            result = KINDS[kind].answer(question, asking)
            freshness = self._freshness(workspace, stop)
        return Answer(
            kind=kind,
            since=iso(since, place),
            until=iso(until, place),
            timezone=place.key,
            question=question,
            result=result,
            freshness=freshness,
            took_ms=round((time.perf_counter() - began) * 1000, 1),
        )

    def people_csv(self, workspace: str, timezone: str, given: Given, stop: Stop | None = None) -> Iterator[bytes]:
        """Everybody whom a segment question is about, as CSV in pieces; memory is bounded by `segment.PAGE` people.
        Each piece takes a turn, and has the time limit for itself. Raises `QuestionInvalidError` before the first
        piece, and with every piece what `ask` raises."""
        question = parse(segment.Segment, given)
        moment = Moment(workspace, zone(question.timezone or timezone), self._clock.now())
        asking = Asking(self._tables, moment, self._segment(workspace), stop or Stop())
        return self._pieces(segment.lines(question, asking), asking.stop)

    def offered(self, workspace: str, wanted: Wanted, stop: Stop) -> list[str]:
        """Values that a form offers. Raises `QuestionStoppedError`."""
        asking = Asking(self._tables, Moment(workspace, _UTC, self._clock.now()), self._segment(workspace), stop)
        with stop.counting():
            return offered(wanted, asking)

    def _pieces(self, lines: Iterator[bytes], stop: Stop) -> Iterator[bytes]:
        while True:
            with stop.counting():
                piece = next(lines, None)
            if piece is None:
                return
            yield piece

    def _segment(self, workspace: str) -> Callable[[str], Condition]:
        def find(name: str) -> Condition:
            condition = self._segments(workspace, name)
            if condition is None:
                raise QuestionInvalidError(f"there is no segment {name!r}", "Save it first, or write it out.")
            return condition

        return find

    def _freshness(self, workspace: str, stop: Stop) -> Freshness:
        newest = self._tables.rows(*Statement(_NEWEST, {"workspace": workspace}), stop)
        events, age = self._pending()
        return Freshness(iso(newest[0][0], _UTC) if newest else None, events, age)
