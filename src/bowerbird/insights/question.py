"""What all questions have in common."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Rows, Snapshot, Stop, Tables
from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft, Statement
from bowerbird.insights.ranges import LAST_30_DAYS, Period, Range, period
from bowerbird.insights.where import Conditions

T = TypeVar("T", bound=msgspec.Struct)
MOST_NOTED = 500
_NOTED = """
    SELECT DISTINCT property_names FROM cold
    WHERE workspace = {workspace} AND occurred_at >= {since} AND occurred_at < {until} AND property_names IS NOT NULL
    LIMIT {most}"""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    range: Range = LAST_30_DAYS
    timezone: str | None = None
    """An IANA name; None: the workspace's."""
    where: Condition | None = None
    """Only events that this holds for count; what it means for a kind of question, that kind says."""


class Moment(NamedTuple):
    """Where and when a question is asked."""

    workspace: str
    zone: ZoneInfo
    now: int
    """µs"""


class Asking:
    """A question on its way: what it is asked of, and the limits that it runs in."""

    def __init__(
        self, tables: Tables, moment: Moment, segment: Callable[[str], Condition], stop: Stop | None = None
    ) -> None:
        """`segment` gives the condition of the workspace's saved segment, or raises `QuestionInvalidError`."""
        self.moment = moment
        self.stop = stop or Stop()
        self.conditions = Conditions(segment, self.period)
        self._tables = tables

    def period(self, range_: Range | None) -> Period | None:
        return None if range_ is None else period(range_, self.moment.zone, self.moment.now)

    def bounds(self, question: Question) -> Period:
        """The question's own range as instants."""
        return period(question.range, self.moment.zone, self.moment.now)

    def draft(self) -> Draft:
        return Draft(self.moment.workspace)

    def noted(self, period: Period) -> list[str]:
        """Different `property_names` of the period's cold rows; none where there are more than `MOST_NOTED`."""
        draft = self.draft()
        since, until = draft.instant(period.since), draft.instant(period.until)
        sql = _NOTED.format(workspace=draft.workspace, since=since, until=until, most=draft.bind(MOST_NOTED + 1))
        found = [names for (names,) in self.rows(draft.finish(sql))]
        return found if len(found) <= MOST_NOTED else []

    def rows(self, statement: Statement) -> Rows:
        """Raises `QuestionStoppedError`, `QuestionInvalidError`."""
        return self._tables.rows(*statement, self.stop)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """For several statements about the same moment. Raises as `rows` does."""
        return self._tables.snapshot(self.stop)

    @property
    def threads(self) -> int:
        return self._tables.threads


class Kind(NamedTuple):
    """A kind of question, and how it is answered; the result can be written as JSON."""

    question: type[Question]
    answer: Callable[[Any, Asking], Any]


def parse(type_: type[T], given: bytes | Mapping[str, Any] | msgspec.Struct) -> T:
    """A question of this type from JSON, from Python's own values, or as it is. Raises `QuestionInvalidError` that
    names the place in the document."""
    try:
        if isinstance(given, type_):
            return given
        if isinstance(given, bytes):
            return msgspec.json.decode(given, type=type_)
        return msgspec.convert(given, type_)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise QuestionInvalidError(
            f"the question cannot be understood: {error}", "The console’s page /docs has every kind of question."
        ) from error


def zone(name: str) -> ZoneInfo:
    """Raises `QuestionInvalidError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "Use an IANA name such as Europe/Berlin."
        raise QuestionInvalidError(f"there is no time zone {name!r}", hint) from error
