"""What a trend asks."""

import re
from typing import Literal

from msgspec import Struct

from bowerbird.insights import breakdown
from bowerbird.insights.conditions import Condition
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.question import Question
from bowerbird.insights.ranges import Unit
from bowerbird.insights.trend.formula import parse

Measure = Literal["events", "persons", "sum", "average", "minimum", "maximum", "percentile"]
MOST_SERIES = 10
FORMULA = "formula"
"""The label of the formula's own lines."""
_LETTERS = "ABCDEFGHIJ"
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class Series(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something measured of some events."""

    event: str | None = None
    """The event's name; null: any event."""
    where: Condition | None = None
    measure: Measure = "events"
    """`events` counts them; `persons` counts the different persons who did them, after merges; the others are taken
    of the numbers that `of` names."""
    of: str = "value"
    """`value`, or `property:NAME`, of which only what reads as a number counts."""
    percentile: float = 50
    """0 to 100, for the measure `percentile`: of the sorted numbers, interpolated linearly between the two nearest."""
    label: str | None = None
    """A name for the formula: letters, digits and _, a letter first. Left out: A for the first series, B, C, …"""

    def __post_init__(self) -> None:
        if self.of != "value" and parse_field(self.of).source != "property":
            raise ValueError("`of` is `value` or `property:NAME`")
        if not 0 <= self.percentile <= 100:
            raise ValueError("`percentile` is 0 to 100")
        if self.label is not None and (not _LABEL.fullmatch(self.label) or self.label == FORMULA):
            raise ValueError(f"a label is a word of letters, digits and _, a letter first, and not {FORMULA!r}")


class TrendQuestion(Question, frozen=True, kw_only=True):
    """How many, how much, over time: one or several measures by hour, day, week or month.

    `where` holds for the events of all series.
    """

    unit: Unit = "day"
    series: tuple[Series, ...] = (Series(),)
    """1 to 10."""
    formula: str | None = None
    """Over the series' labels, such as `A / B * 100`, for every bucket and every total: numbers, labels, + - * / and
    brackets. Dividing by zero gives null, and so does a label without a value."""
    breakdown: tuple[str, ...] = ()
    """Up to 2 fields (`name`, `dialect`, `account`, `list`, `property:plan`, `trait:city`, …) or `segment:NAME`, whose
    groups are `in` and `not in`."""
    limit: int = 10
    """Groups of a breakdown that stand alone, 1 to 100: those with the largest total of the first series (of equal
    ones the first in alphabetical order). All others are one more group."""
    compare: Literal["previous"] | None = None
    """`previous`: with the period of the same length right before, in the same groups, bucket by bucket. While the
    range is not over, with as much of that period as has passed of this one."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= MOST_SERIES:
            raise ValueError(f"a trend has 1 to {MOST_SERIES} series")
        breakdown.check(self.breakdown, self.limit)
        labels = self.labels()
        if len(set(labels)) < len(labels):
            raise ValueError("every series has a label of its own")
        if self.formula is not None:
            parse(self.formula, labels)

    def labels(self) -> list[str]:
        return [each.label or _LETTERS[number] for number, each in enumerate(self.series)]
