"""Conditions as SQL."""

from collections.abc import Callable
from typing import Any, Protocol

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.conditions import NUMERIC, Condition, Did, Operator, check_size
from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.fields import Field
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.ranges import Period, Range

MOST_WRITTEN_OUT = 7500
"""Conditions of a question with those of all its segments, each time that it is made of them."""
_NAME = Field("column", ("name",))
_COMPARED = {"greater": ">", "at_least": ">=", "less": "<", "at_most": "<="}
_POSITIVE: dict[Operator, Operator] = {"not_equals": "equals", "not_in": "in", "not_contains": "contains"}


class Source(Protocol):
    """What a condition is about: `Events` or `Everybody`."""

    draft: Draft

    def person(self) -> str: ...
    def text(self, field: Field) -> str: ...
    def number(self, field: Field) -> str: ...


class Conditions:
    """Turns the conditions of one question into SQL."""

    def __init__(self, segment: Callable[[str], Condition], period: Callable[[Range | None], Period | None]) -> None:
        """`segment` gives the condition of a saved segment, or raises `QuestionInvalidError`."""
        self._segment = segment
        self._period = period
        self._inside: tuple[str, ...] = ()
        self._parts = 0
        self._known: dict[str, Condition] = {}
        self._did: dict[tuple[int, int], tuple[Draft, Did, str]] = {}

    def clause(self, condition: Condition | None, source: Source) -> str:
        """True for the rows of the source that the condition holds for; false or NULL for others."""
        if condition is None:
            return "true"
        check_size([condition])
        return self._clause(condition, source)

    def of_event(self, name: str | None, where: Condition | None, events: Events) -> str:
        """True for events of this name (None: any) that the condition holds for."""
        clauses = [] if name is None else [f"{events.text(_NAME)} = {events.draft.bind(name)}"]
        return all_of([*clauses, self.clause(where, events)])

    def _clause(self, condition: Condition, source: Source) -> str:
        self._parts += 1
        if self._parts > MOST_WRITTEN_OUT:
            raise QuestionInvalidError(
                f"the question has more than {MOST_WRITTEN_OUT} conditions, those of its segments included",
                "Use segments that are made of fewer others.",
            )
        if condition.all is not None:
            return all_of([self._clause(each, source) for each in condition.all])
        if condition.any is not None:
            return " OR ".join(f"({self._clause(each, source)})" for each in condition.any) or "false"
        if condition.not_ is not None:
            return _not(self._clause(condition.not_, source))
        if condition.segment is not None:
            return self._member(condition.segment, source)
        if condition.did is not None:
            return f"{source.person()} IN (SELECT person FROM {self._who_did(condition.did, source.draft)})"
        return _comparison(condition, source)

    def _member(self, name: str, source: Source) -> str:
        if name in self._inside:
            raise QuestionInvalidError(f"the segment {name!r} is a part of itself", "Take it out of its definition.")
        inside, self._inside = self._inside, (*self._inside, name)
        condition = self._saved(name)
        clause = self.clause(condition, source)
        self._inside = inside
        return clause

    def _saved(self, name: str) -> Condition:
        if name not in self._known:
            self._known[name] = self._segment(name)
            check_of_people(self._known[name])
        return self._known[name]

    def candidates(self, condition: Condition, draft: Draft) -> str | None:
        """SQL for a column `person` that has whoever the condition can hold for, perhaps others too; None: anybody.
        The condition is one that `clause` takes."""
        if condition.segment is not None:
            return self.candidates(self._saved(condition.segment), draft)
        if condition.did is not None:
            return f"SELECT person FROM {self._who_did(condition.did, draft)}"
        if condition.all is not None:
            return next((found for each in condition.all if (found := self.candidates(each, draft))), None)
        if condition.any:
            tables = [self.candidates(each, draft) for each in condition.any]
            return " UNION ".join(table for table in tables if table) if all(tables) else None
        return None

    def _who_did(self, did: Did, draft: Draft) -> str:
        """A table `person`. Asked for again, it is the same one."""
        key = id(did), id(draft)
        if key not in self._did:
            self._did[key] = draft, did, self._did_it(did, draft)
        return self._did[key][-1]

    def _did_it(self, did: Did, draft: Draft) -> str:
        events = Events(draft, self._period(did.range))
        person = events.person()
        table = events.table(self.of_event(did.event, did.where, events))
        times = f"count(*) >= {draft.bind(did.at_least)}"
        if did.at_most is not None:
            times += f" AND count(*) <= {draft.bind(did.at_most)}"
        return draft.table(
            f"SELECT {person} FROM {table} WHERE {person} IS NOT NULL GROUP BY {person} HAVING {times}", "who"
        )


def check_of_people(condition: Condition) -> None:
    """Raises `QuestionInvalidError` for a condition that only an event can meet."""
    if condition.field is not None and parse_field(condition.field).source != "trait":
        raise QuestionInvalidError(
            f"a segment is about people, and {condition.field!r} is of events",
            "Use `trait:…`, or put it into the `where` of a `did`.",
        )
    for each in (*(condition.all or ()), *(condition.any or ()), *((condition.not_,) if condition.not_ else ())):
        check_of_people(each)


def _comparison(condition: Condition, source: Source) -> str:
    field, op, value = parse_field(condition.field or ""), condition.op, condition.value
    if op in ("set", "not_set"):
        return f"{source.text(field)} IS {'NOT ' if op == 'set' else ''}NULL"
    if op in _POSITIVE:
        return _not(_compared(field, _POSITIVE[op], value, source))
    return _compared(field, op, value, source)


def _compared(field: Field, op: Operator, value: Any, source: Source) -> str:
    bind = source.draft.bind
    if op == "in":
        numbers = [each for each in value if _is_number(each)]
        texts = [_text(each) for each in value if not _is_number(each)]
        clauses = [f"{source.text(field)} = ANY({bind(texts)}::VARCHAR[])"] if texts else []
        clauses += [f"{source.number(field)} = ANY({bind(numbers)}::DOUBLE[])"] if numbers else []
        return " OR ".join(clauses) or "false"
    if op in NUMERIC:
        return f"{source.number(field)} {_COMPARED[op]} {bind(value)}::DOUBLE"
    if op == "contains":
        return f"contains({source.text(field)}, {bind(value)})"
    if op == "matches":
        return f"regexp_matches({source.text(field)}, {bind(value)})"
    if _is_number(value):
        return f"{source.number(field)} = {bind(value)}::DOUBLE"
    return f"{source.text(field)} = {bind(_text(value))}"


def _not(clause: str) -> str:
    return f"NOT coalesce({clause}, false)"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
