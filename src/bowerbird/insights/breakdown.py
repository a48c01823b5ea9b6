"""Groups of events by fields and by membership in segments: the largest ones by themselves, the rest as one."""

from collections.abc import Sequence

from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft
from bowerbird.insights.events import Events
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.where import Conditions

MOST_FIELDS = 2
MOST_GROUPS = 100
_SEGMENT = "segment:"


def check(fields: Sequence[str], limit: int) -> None:
    """Raises `ValueError` or `QuestionInvalidError` for a breakdown that cannot be made."""
    if len(fields) > MOST_FIELDS:
        raise ValueError(f"a breakdown has at most {MOST_FIELDS} fields")
    if not 1 <= limit <= MOST_GROUPS:
        raise ValueError(f"`limit` is 1 to {MOST_GROUPS}")
    for each in fields:
        if not each.removeprefix(_SEGMENT):
            raise ValueError("a breakdown by segment is written segment:NAME")
        if not each.startswith(_SEGMENT):
            parse_field(each)


class Breakdown:
    """Names the keys `k0`, `k1`, … of rows, one a field, and ranks their groups."""

    def __init__(self, fields: Sequence[str], limit: int) -> None:
        self._fields = fields
        self._limit = limit
        self.keys = [f"k{number}" for number in range(len(fields))]

    def columns(self, events: Events, conditions: Conditions) -> list[str]:
        """`… AS k0`, to be selected from the events' table."""
        found = (self._column(each, events, conditions) for each in self._fields)
        return [f"{column} AS {key}" for column, key in zip(found, self.keys, strict=True)]

    def top(self, draft: Draft, rows: str, total: str) -> str:
        """Adds a table `rank` (from 0) and the keys of the largest groups of the table `rows` by an aggregate."""
        keys = ", ".join(self.keys)
        order = ", ".join(["total DESC NULLS LAST", *(f"{key} ASC NULLS LAST" for key in self.keys)])
        return draft.table(
            f"""SELECT row_number() OVER (ORDER BY {order}) - 1 AS rank, {keys}
            FROM (SELECT {keys}, {total} AS total FROM {rows} GROUP BY {keys})
            ORDER BY {order} LIMIT {draft.bind(self._limit)}::BIGINT""",
            "top",
        )

    def ranked(self, rows: str, top: str) -> str:
        """The table `rows` with the `rank` of each row's group; NULL for all other groups."""
        same = " AND ".join(f"r.{key} IS NOT DISTINCT FROM top.{key}" for key in self.keys)
        return f"(SELECT r.*, top.rank FROM {rows} AS r LEFT JOIN {top} AS top ON {same})"

    def _column(self, text: str, events: Events, conditions: Conditions) -> str:
        if text.startswith(_SEGMENT):
            events.person()
            member = conditions.clause(Condition(segment=text.removeprefix(_SEGMENT)), events)
            return f"CASE WHEN {member} THEN 'in' ELSE 'not in' END"
        return events.text(parse_field(text))
