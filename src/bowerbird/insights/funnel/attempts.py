"""Attempts at a funnel, and the one of each person that counts.

Attempts are arrays of positions in `Sequences`, one array a step and one place in it an attempt: where the event stands
that reached the step; the number of positions where no event did.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np

from bowerbird.clock import SECOND
from bowerbird.errors import QuestionStoppedError
from bowerbird.insights.base import Flags, Numbers, Stop
from bowerbird.insights.funnel.events import fits_exclusion, fits_step, times
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.sequences import Piece, Sequences, following, sequences

MOST_NUMBERS = 1 << 26
"""That are kept of all persons together: half a gigabyte."""


class Attempts(NamedTuple):
    """One a person."""

    person: Numbers
    depth: Numbers
    """Steps reached, from 1."""
    times: Numbers
    """µs since the beginning of the range, a row a step; without meaning beyond `depth`."""
    group: Numbers
    """Of the first event; 0 without a breakdown."""

    def only(self, which: Numbers) -> "Attempts":
        return Attempts(self.person[which], self.depth[which], self.times[:, which], self.group[which])

    def persons(self) -> list[int]:
        """By step: how many reached it."""
        counts = np.bincount(self.depth, minlength=len(self.times) + 1)
        return [int(count) for count in counts[::-1].cumsum()[::-1][1:]]

    def took(self, step: int, later: int) -> Numbers:
        """µs from the one step to the other, of those who reached both."""
        there = self.depth >= later
        took: Numbers = self.times[later - 1, there] - self.times[step - 1, there]
        return took


def best(question: FunnelQuestion, parts: Iterator[Sequence[Piece]], stop: Stop, pool: Executor) -> Attempts:
    """The attempts that count, of all persons; they come in no order. Raises `QuestionStoppedError`."""
    found: list[Attempts] = []
    kept = 0
    for part in parts:
        for attempts in pool.map(partial(_walked, question, stop), part):
            found.append(attempts)
            kept += attempts.times.size + 3 * len(attempts.person)
            if kept > MOST_NUMBERS:
                hint = "Ask for a shorter range, for fewer steps, or for fewer persons by a condition."
                raise QuestionStoppedError("the question needs more memory than there is", hint)
    return _together(found, question)


def _walked(question: FunnelQuestion, stop: Stop, piece: Piece) -> Attempts:
    stop.check()
    return _best(Walk(question, sequences(piece), stop))


class Walk:
    """Follows some persons through the steps. Raises `QuestionStoppedError` between two steps."""

    def __init__(self, question: FunnelQuestion, events: Sequences, stop: Stop) -> None:
        self.question = question
        self.events = events
        self.stop = stop
        self.times = times(question, events.place)
        self.nowhere = len(events)
        self._window = question.window.seconds * SECOND

    def fits(self, step: int) -> Flags:
        return fits_step(self.question, step, self.events.place)

    def attempts(self) -> list[Numbers]:
        return {"ordered": self._ordered, "strict": self._strict, "any": self._any}[self.question.order]()

    def _ordered(self) -> list[Numbers]:
        reached = [np.flatnonzero(self.fits(1))]
        for step in self._later_steps():
            reached.append(self._reached(following(self.fits(step)).take(reached[-1]), reached))
        return reached

    def _strict(self) -> list[Numbers]:
        """Whatever comes right after has to fit."""
        reached = [np.flatnonzero(self.fits(1))]
        for step in self._later_steps():
            here = np.minimum(reached[-1] + 1, self.nowhere)
            fine = self.fits(step).take(here, mode="clip")
            reached.append(self._reached(np.where(fine, here, self.nowhere), reached))
        return reached

    def _any(self) -> list[Numbers]:
        """From each event on: the next one of each step, in the order in which they come."""
        steps = [self.fits(step) for step in range(1, len(self.question.steps) + 1)]
        first = np.flatnonzero(np.logical_or.reduce(steps))
        nexts = np.empty((len(steps), len(first)), np.int64)
        for number, step in enumerate(steps):
            nexts[number] = self._in_time(following(step, itself=True).take(first), first)
        nexts.sort(axis=0)
        reached = [nexts[0]]
        for here in nexts[1:]:
            here[:] = self._reached(np.where(reached[-1] < self.nowhere, here, self.nowhere), reached)
            reached.append(here)
        return reached

    def _later_steps(self) -> range:
        return range(2, len(self.question.steps) + 1)

    def _in_time(self, here: Numbers, first: Numbers) -> Numbers:
        """These positions, where they are of the person and in the window of the first one."""
        self.stop.check()
        events = self.events
        fine = here < events.end.take(events.number.take(first))
        fine &= self.times.take(here, mode="clip") - self.times.take(first) <= self._window
        return np.where(fine, here, self.nowhere)

    def _reached(self, here: Numbers, reached: Sequence[Numbers]) -> Numbers:
        """The same, where nothing excluded lies before the next step's positions."""
        here = self._in_time(here, reached[0])
        step, last = len(reached) + 1, len(self.question.steps)
        for number, each in enumerate(self.question.exclusions):
            if (each.before_step or last) == step:
                excluded = fits_exclusion(self.question, number, self.events.place)
                spoiled = following(excluded).take(reached[each.after_step - 1]) < here
                here = np.where(spoiled, self.nowhere, here)
        return here


def _best(walk: Walk) -> Attempts:
    """Of each person the attempt that got furthest, of several the first."""
    events = walk.events
    reached = walk.attempts()
    first = reached[0]
    depth = np.zeros(len(first), np.int64)
    for step in reached:
        depth += step < walk.nowhere
    number = events.number.take(first)
    begins = np.flatnonzero(np.append(True, number[1:] != number[:-1])[: len(number)])
    several = len(first) + 1
    chosen = -np.maximum.reduceat(depth * several - np.arange(len(first)), begins) % several if len(first) else begins
    first = first.take(chosen)
    return Attempts(
        events.person.take(first),
        depth.take(chosen),
        walk.times.take(np.stack([step.take(chosen) for step in reached]), mode="clip"),
        np.zeros_like(first) if events.group is None else events.group.take(first),
    )


def _together(found: Sequence[Attempts], question: FunnelQuestion) -> Attempts:
    nobody = np.empty(0, np.int64)
    return Attempts(
        np.concatenate([nobody, *(one.person for one in found)]),
        np.concatenate([nobody, *(one.depth for one in found)]),
        np.concatenate([np.empty((len(question.steps), 0), np.int64), *(one.times for one in found)], axis=1),
        np.concatenate([nobody, *(one.group for one in found)]),
    )
