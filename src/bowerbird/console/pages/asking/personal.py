"""What questions do not tell visitors who may not see personal data."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from bowerbird.console.pages.masks import MASK, Masks
from bowerbird.errors import BowerbirdError
from bowerbird.insights.base import Answer
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.segment import SegmentResult, shown

_SEGMENT = "segment:"


def check(masks: Masks, kind: str, document: dict[str, Any]) -> None:
    """Raises `BowerbirdError` for a question whose answer would spell out what is marked as personal data. Conditions
    may speak of it: they tell how many, not what."""
    if kind == "sql" and masks.hide_something:
        raise BowerbirdError(
            "SQL is not for viewers of this workspace, where some properties are marked as personal data",
            "Ask an analyst, or use another kind of question.",
        )
    named = [*document.get("breakdown", ()), *([document["group_by"]] if "group_by" in document else [])]
    for name in hidden_fields(masks, named):
        raise BowerbirdError(f"{name!r} is marked as personal data, which viewers do not see", "Break down by another.")


def hidden_fields(masks: Masks, fields: Sequence[str]) -> list[str]:
    """Those of the fields whose values are not shown. Raises `QuestionInvalidError` for what is no field."""
    return [name for name in fields if not name.startswith(_SEGMENT) and _hides(masks, name)]


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


def hidden_traits(masks: Masks, names: Sequence[str]) -> list[str]:
    """Those of a segment's `traits` that are not shown."""
    return [name for name in names if masks.hides_name(shown(name).path[0])]


def _hides(masks: Masks, name: str) -> bool:
    field = parse_field(name)
    return masks.hides_anywhere(field.path[0]) if field.source == "property" else masks.hides_name(field.path[0])


def _mask(value: str | None) -> str | None:
    return None if value is None else MASK
