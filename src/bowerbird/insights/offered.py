"""The values that a field has most often, as forms offer them: of the latest events, not of all."""

from typing import NamedTuple

from bowerbird.insights.draft import Draft
from bowerbird.insights.events import Events
from bowerbird.insights.fields import Field
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Range
from bowerbird.insights.values import extracted

DAYS = 7
"""Today included."""
ROWS = 20_000
"""The latest that are counted."""
MOST = 50
"""Values."""
LONGEST = 200
"""Characters of a value; a longer one is none that somebody chooses."""
_COUNTED = """
    SELECT value FROM {values} WHERE length(value) BETWEEN 1 AND {longest}
    GROUP BY value ORDER BY count(*) DESC, value LIMIT {most}"""
_TRAIT = """
    SELECT {text} AS value FROM (
        SELECT value FROM traits WHERE workspace = {workspace} AND name = {name}
        ORDER BY occurred_at DESC LIMIT {rows})"""


class Wanted(NamedTuple):
    """Whose values: a field's, of events of this name; None: of any."""

    field: Field
    event: str | None = None


def offered(wanted: Wanted, asking: Asking) -> list[str]:
    """The most frequent first. Raises `QuestionStoppedError`."""
    draft = asking.draft()
    of_people = wanted.field.source == "trait"
    values = _of_people(draft, wanted.field) if of_people else _of_events(draft, wanted, asking)
    sql = _COUNTED.format(values=values, longest=draft.bind(LONGEST), most=draft.bind(MOST))
    return [value for (value,) in asking.rows(draft.finish(sql))]


def _of_events(draft: Draft, wanted: Wanted, asking: Asking) -> str:
    events = Events(draft, asking.period(Range(last=DAYS)))
    value, at = events.text(wanted.field), events.plain("occurred_at")
    if wanted.event is not None:
        events.only(f"name = {draft.bind(wanted.event)}")
    table = events.table(f"{value} IS NOT NULL")
    return draft.table(f"SELECT {value} AS value FROM {table} ORDER BY {at} DESC LIMIT {draft.bind(ROWS)}", "latest")


def _of_people(draft: Draft, field: Field) -> str:
    name, *inner = field.path
    text = extracted("value::JSON::VARIANT", [draft.bind(each) for each in inner])
    known = {"workspace": draft.workspace, "name": draft.bind(name), "rows": draft.bind(ROWS)}
    return draft.table(_TRAIT.format(text=text, **known), "latest")
