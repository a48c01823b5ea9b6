"""Who is in a segment: how many, who, and all of them as CSV."""

from collections.abc import Iterator

import msgspec

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights import people
from bowerbird.insights.base import Rows
from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft
from bowerbird.insights.events import Events
from bowerbird.insights.fields import COLUMNS, Field
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.people import Everybody
from bowerbird.insights.question import Asking, Kind, Question
from bowerbird.insights.ranges import LAST_30_DAYS
from bowerbird.insights.spreadsheet import csv_text
from bowerbird.person_ids import number_of, person_id

MOST_PEOPLE = 1000
MOST_TRAITS = 20
PAGE = 50_000
"""People who are in memory at a time while CSV is written."""
IDENTIFIERS = ("user_id", "email", "phone", "anonymous_id")
_SHOWN = "SELECT page.person{columns} FROM {page} AS page{joins} ORDER BY page.person"
_COUNTED = """
    SELECT counted.count, page.*
    FROM (SELECT count(*) AS count FROM {members}) AS counted LEFT JOIN ({some}) AS page ON true ORDER BY page.person"""
_PAGE = "SELECT person FROM {members} WHERE person > {after}::BIGINT ORDER BY person LIMIT {limit}"
_IDENTIFIER = """
    SELECT {person} AS person, arg_max({text}, (occurred_at, {text})) AS value FROM {events}
    WHERE {text} IS NOT NULL AND {person} IN (SELECT person FROM {page}) GROUP BY {person}"""


class Segment(Question, frozen=True, kw_only=True):
    """People for whom a condition holds: what they did or did not do so many times, and their traits.

    `range` and `where` belong into the condition's `did`.
    """

    condition: Condition
    limit: int = 100
    """People of the list, at most 1,000; 0: only the count."""
    after: str | None = None
    """The `next` of the page before."""
    traits: tuple[str, ...] = ()
    """What to show of each: names of traits (`plan`, `address.city`); `user_id`, `email`, `phone` and `anonymous_id`
    are those of the person's newest event that has one. At most 20."""

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MOST_PEOPLE:
            raise ValueError(f"`limit` is 0 to {MOST_PEOPLE}")
        if len(self.traits) > MOST_TRAITS or len(set(self.traits)) < len(self.traits):
            raise ValueError(f"`traits` are at most {MOST_TRAITS}, each once")
        if self.where is not None or self.range != LAST_30_DAYS:
            raise ValueError("`range` and `where` belong into the condition's `did`")
        for name in self.traits:
            shown(name)


class Member(msgspec.Struct, frozen=True):
    person_id: str
    traits: dict[str, str | None]
    """By the names asked for, as text; null where there is none."""


class SegmentResult(msgspec.Struct, frozen=True):
    count: int
    """Of all who are in the segment."""
    people: list[Member]
    """In the order of their ids."""
    next: str | None
    """`after` of the next page; null on the last one."""


def shown(name: str) -> Field:
    """The field that a name of `traits` means. Raises `QuestionInvalidError`."""
    return parse_field(name) if name in IDENTIFIERS else parse_field(f"trait:{name}")


def answer(question: Segment, asking: Asking) -> SegmentResult:
    after = _after(question.after)
    draft = asking.draft()
    everybody = _members(question, asking, draft)
    some = _some(question, draft, everybody, (after, question.limit and question.limit + 1))
    rows = asking.rows(draft.finish(_COUNTED.format(members=everybody, some=some)))
    count, found = rows[0][0], [row for _, *row in rows if row[0] is not None]
    listed = found[: question.limit]
    members = [Member(person_id(person), dict(zip(question.traits, values, strict=True))) for person, *values in listed]
    return SegmentResult(count, members, members[-1].person_id if len(found) > question.limit else None)


def lines(question: Segment, asking: Asking) -> Iterator[bytes]:
    """The whole segment as CSV (RFC 4180, UTF-8), a head first; `limit` and `after` mean nothing. Each page of people
    is as of the moment in which it is asked for."""
    yield csv_text([["person_id", *question.traits]]).encode()
    after = -1
    while found := page(question, asking, after, PAGE):
        yield csv_text([person_id(person), *values] for person, *values in found).encode()
        after = found[-1][0]
        if len(found) < PAGE:
            return


def page(question: Segment, asking: Asking, after: int, limit: int) -> Rows:
    """Rows (person, value of each trait as text): people whose number is greater than `after`, in order."""
    draft = asking.draft()
    members = _members(question, asking, draft)
    return asking.rows(draft.finish(_some(question, draft, members, (after, limit))))


def _some(question: Segment, draft: Draft, members: str, which: tuple[int, int]) -> str:
    """SQL for the rows of `page`. `which`: after whom, and how many."""
    after, limit = which
    sql = _PAGE.format(members=members, after=draft.bind(after), limit=draft.bind(limit))
    table = draft.table(sql, "page")
    values = [_values(shown(name), table, draft) for name in question.traits]
    columns = "".join(f", v{number}.value AS value{number}" for number in range(len(values)))
    joins = "".join(f" LEFT JOIN {each} AS v{n} ON v{n}.person = page.person" for n, each in enumerate(values))
    return _SHOWN.format(columns=columns, page=table, joins=joins)


def _members(question: Segment, asking: Asking, draft: Draft) -> str:
    """A table `person` of who is in the segment."""
    everybody = Everybody(draft)
    clause = asking.conditions.clause(question.condition, everybody)
    among = asking.conditions.candidates(question.condition, draft)
    return everybody.table(clause, "members", among)


def _values(field: Field, page_: str, draft: Draft) -> str:
    """A table `person`, `value` for the people of the page."""
    if field.source == "trait":
        return people.trait(draft, field.path)
    events = Events(draft)
    person, text = events.person(), events.plain(COLUMNS[field.path[0]])
    events.plain("occurred_at")
    events.only(f"person IN (SELECT person FROM {people.nodes(draft, page_)})")
    table = events.table(f"{text} IS NOT NULL")
    return draft.table(_IDENTIFIER.format(person=person, text=text, events=table, page=page_), "identifier")


def _after(text: str | None) -> int:
    try:
        return -1 if text is None else number_of(text)
    except ValueError as error:
        raise QuestionInvalidError(
            f"`after` is no person id: {error}", "Pass the `next` of the page before."
        ) from error


KIND = Kind(Segment, answer)
