"""What a funnel asks."""

from typing import Literal

from msgspec import Struct

from bowerbird.insights import breakdown
from bowerbird.insights.conditions import Condition
from bowerbird.insights.persons import Which
from bowerbird.insights.question import Question

FEWEST_STEPS, MOST_STEPS = 2, 10
MOST_EXCLUSIONS = 5
LONGEST_DAYS = 366
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class FunnelStep(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Events that serve as a step."""

    event: str | None = None
    """The event's name; null: any event."""
    where: Condition | None = None
    label: str | None = None
    """What the answer calls it; left out: the event's name."""


class Exclusion(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Events that end an attempt when they happen between two of its steps: the later of the two is then not reached.
    An event that serves one of the two steps itself does not lie between them."""

    event: str | None = None
    where: Condition | None = None
    after_step: int = 1
    before_step: int | None = None
    """Null: the last one. Any step after `after_step`, not just the next one."""


class Window(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long an attempt may take from its first step to its last, to the microsecond: exactly so long is in time."""

    amount: int = 14
    unit: Literal["day", "hour", "minute", "second"] = "day"
    """A day is 24 hours."""

    def __post_init__(self) -> None:
        if self.amount < 1 or self.seconds > LONGEST_DAYS * SECONDS["day"]:
            raise ValueError(f"a window is 1 second to {LONGEST_DAYS} days")

    @property
    def seconds(self) -> int:
        return self.amount * SECONDS[self.unit]


class AtStep(Which, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The persons at a step, or of a drop-off."""

    step: int
    """1 for the first."""
    dropped: bool = False
    """Those who reached the step before and not this one; else those who reached it."""


class FunnelQuestion(Question, frozen=True, kw_only=True):
    """How many persons get from one event to the next.

    Every event that fits the first step begins an attempt. It goes on with the next event of the same person that
    fits the next step, and so on; each event serves one step, and all of them happen within the window that begins
    with the first. Of a person's attempts one counts: the one that gets furthest, and of several the one that began
    first. All steps lie within the range. Of events at the very same time, those that fit the first step come first,
    then those that fit the second, …, then those that are excluded, then all others.

    `where` holds for the events of all steps, for exclusions, and for what lies in between with `strict`. Events of
    nobody do not count.
    """

    steps: tuple[FunnelStep, ...]
    """2 to 10."""
    window: Window = Window()
    order: Literal["ordered", "strict", "any"] = "ordered"
    """`ordered`: one step after the other, with anything in between. `strict`: nothing of that person in between.
    `any`: in any order. Every event that fits a step then begins an attempt (one that fits several serves the first of
    them), and step number k is reached with k different steps done, whichever they are."""
    exclusions: tuple[Exclusion, ...] = ()
    """Up to 5. With the order `any`, their steps count the steps done, in the order in which they were."""
    breakdown: tuple[str, ...] = ()
    """Up to 2 fields (`name`, `dialect`, `account`, `list`, `property:plan`, `trait:city`, …) or `segment:NAME`, whose
    groups are `in` and `not in`; taken of the first event of the attempt that counts, so a person is in one group."""
    limit: int = 10
    """Groups that stand alone, 1 to 100: those with the most persons at the first step (of equal ones the first in
    alphabetical order). All others are one more group."""
    people: AtStep | None = None
    """Also list the persons at a step."""

    def __post_init__(self) -> None:
        count = len(self.steps)
        if not FEWEST_STEPS <= count <= MOST_STEPS:
            raise ValueError(f"a funnel has {FEWEST_STEPS} to {MOST_STEPS} steps")
        breakdown.check(self.breakdown, self.limit)
        self._check_order()
        self._check_exclusions(count)
        if self.people is not None:
            self.people.check_breakdown(len(self.breakdown))
            if not (2 if self.people.dropped else 1) <= self.people.step <= count:
                raise ValueError("`step` of people is one of the steps, from 1; nobody drops off before the first")

    def labels(self) -> list[str]:
        return [step.label or step.event or "any event" for step in self.steps]

    def _check_order(self) -> None:
        if self.order == "any" and len({(step.event, repr(step.where)) for step in self.steps}) < len(self.steps):
            raise ValueError("in any order, no two steps can be the same")

    def _check_exclusions(self, count: int) -> None:
        if self.exclusions and self.order == "strict":
            raise ValueError("with `strict` nothing may happen between two steps: leave `exclusions` out")
        if len(self.exclusions) > MOST_EXCLUSIONS:
            raise ValueError(f"a funnel has at most {MOST_EXCLUSIONS} exclusions")
        for each in self.exclusions:
            if not 1 <= each.after_step < (each.before_step or count) <= count:
                raise ValueError("an exclusion lies after one step and before a later one, counted from 1")
