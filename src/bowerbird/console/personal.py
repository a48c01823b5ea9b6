"""What questions do not tell those who may not see personal data."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from bowerbird.console.masks import MASK, Masks
from bowerbird.errors import PersonalDataError
from bowerbird.insights.attribution import Attribution
from bowerbird.insights.base import Answer
from bowerbird.insights.fields import Field
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.paths import Paths
from bowerbird.insights.question import Question
from bowerbird.insights.segment import Segment, SegmentResult, shown
from bowerbird.insights.sql import Sql
from bowerbird.insights.touches import read_by
from bowerbird.insights.trend.question import TrendQuestion
from bowerbird.state.base import PeopleSearch

_SEGMENT = "segment:"
_COUNTS = ("events", "persons")
"""Measures that tell of no value. A sum does: of one event, it is that event's."""


def check(masks: Masks, question: Question) -> None:
    """Raises `PersonalDataError` for a question whose answer would spell out what is marked as personal data.
    Conditions may speak of it: they tell how many, not what."""
    if isinstance(question, Sql) and masks.hide_something:
        raise PersonalDataError(
            "SQL is not for viewers of this workspace, where some properties are marked as personal data",
            "Ask an analyst, or use another kind of question.",
        )
    for name in hidden_fields(masks, list(_spelled_out(question))):
        raise PersonalDataError(
            f"{name!r} is marked as personal data, which viewers do not see", "Ask an analyst, or for another field."
        )


def check_look_up(masks: Masks, kinds: Iterable[str]) -> None:
    """Raises `PersonalDataError` for a look-up by a kind of identifier that is marked as personal data: who has the
    identifier would tell whose it is."""
    for kind in kinds:
        if masks.hides_name(kind):
            raise PersonalDataError(
                f"{kind!r} is marked as personal data, which viewers do not look for",
                "Ask an analyst, or look by another kind of identifier.",
            )


def searched(masks: Masks, wanted: PeopleSearch) -> PeopleSearch:
    """The search without the kinds of identifiers that are not looked for. Raises `PersonalDataError` where it names
    one of them."""
    check_look_up(masks, (wanted.kind,))
    return replace(wanted, hidden=masks.hidden_names)


def _spelled_out(question: Question) -> Iterator[str]:
    """Fields whose values are in the answer."""
    yield from getattr(question, "breakdown", ())
    if isinstance(question, Paths):
        yield question.group_by
    if isinstance(question, TrendQuestion):
        yield from (series.of for series in question.series if series.measure not in _COUNTS)
    if isinstance(question, Attribution):
        yield from (f"property:{name}" for name in read_by(question.by))


def hidden_fields(masks: Masks, fields: Sequence[str]) -> list[str]:
    """Those of the fields whose values are not shown. Raises `QuestionInvalidError` for what is no field."""
    return [name for name in fields if not name.startswith(_SEGMENT) and hides(masks, parse_field(name))]


def masked(masks: Masks, answer: Answer) -> Answer:
    """The answer with the traits of its people masked."""
    if not masks.hide_something or not isinstance(answer.result, SegmentResult):
        return answer
    hidden = hidden_traits(masks, answer.question.traits)
    people = [
        replace(each, traits={name: _mask(value) if name in hidden else value for name, value in each.traits.items()})
        for each in answer.result.people
    ]
    return replace(answer, result=replace(answer.result, people=people))


def listed(masks: Masks, question: Segment) -> Segment:
    """The question without the traits that are not shown."""
    hidden = hidden_traits(masks, question.traits)
    return replace(question, traits=tuple(name for name in question.traits if name not in hidden))


def hidden_traits(masks: Masks, names: Sequence[str]) -> list[str]:
    """Those of a segment's `traits` that are not shown."""
    return [name for name in names if masks.hides_name(shown(name).path[0])]


def hides(masks: Masks, field: Field) -> bool:
    """Whether values of the field are not shown."""
    return masks.hides_anywhere(field.path[0]) if field.source == "property" else masks.hides_name(field.path[0])


def _mask(value: str | None) -> str | None:
    return None if value is None else MASK
