"""The days, weeks or months of a retention table, and which of them have begun and are over."""

from typing import NamedTuple

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Period, floor, following, micros
from bowerbird.insights.retention.question import RetentionQuestion

MOST_BUCKETS = 126
"""As many as bits fit into a number of the engine."""
MOST_CELLS = 200_000
_HINT = "Ask for a larger unit, a shorter range, fewer periods or a smaller `limit`."


class Span(NamedTuple):
    """What is looked at. Buckets count from the one in which the range begins."""

    cohorts: Period
    whole: Period
    """To the end of the last bucket that counts for any cohort."""
    chosen: int | None
    """The bucket of the cohort whose people are asked for."""


class Calendar(NamedTuple):
    period: Period
    """The range of the question."""
    labels: list[str]
    """Of the cohorts."""
    starts: list[int]
    """µs at which a bucket begins, from the first cohort to the end of the last cohort's last period."""
    now: int

    @classmethod
    def of(cls, question: RetentionQuestion, asking: Asking) -> "Calendar":
        """Raises `QuestionInvalidError` for a table that is too large."""
        period = asking.bounds(question)
        labels = [bucket.label for bucket in period.buckets(question.unit)]
        _check_size(question, len(labels))
        first = floor(period.local(period.since), question.unit)
        ends = range(len(labels) + question.periods + 1)
        starts = [micros(following(first, question.unit, steps)) for steps in ends]
        return cls(period, labels, starts, asking.moment.now)

    def has_begun(self, bucket: int) -> bool:
        return self.starts[bucket] <= self.now

    def is_over(self, bucket: int) -> bool:
        return self.starts[bucket + 1] <= self.now

    def span(self, question: RetentionQuestion) -> Span:
        """Raises `QuestionInvalidError` when people of a cohort are asked for that is none."""
        end = self.starts[-1]
        if question.returned == "on_or_after":
            end = max(self.starts[len(self.labels)], self._end_of_today(question))
        chosen = None
        if question.people is not None:
            if question.people.cohort not in self.labels:
                known = f"Cohorts of this question are {self.labels[0]} to {self.labels[-1]}."
                raise QuestionInvalidError(f"there is no cohort {question.people.cohort!r}", known)
            chosen = self.labels.index(question.people.cohort)
        return Span(self.period, self.period._replace(until=end), chosen)

    def _end_of_today(self, question: RetentionQuestion) -> int:
        return micros(following(floor(self.period.local(self.now), question.unit), question.unit))


def _check_size(question: RetentionQuestion, cohorts: int) -> None:
    if cohorts + question.periods > MOST_BUCKETS:
        raise QuestionInvalidError(f"the table would reach over more than {MOST_BUCKETS} {question.unit}s", _HINT)
    cells = cohorts * (question.periods + 1) * (question.limit + 2 if question.breakdown else 1)
    if cells > MOST_CELLS:
        raise QuestionInvalidError(f"the answer would have {cells} cells, more than {MOST_CELLS}", _HINT)
