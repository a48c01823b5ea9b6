"""The persons behind a number of an answer, a page at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from bowerbird.insights.base import Numbers
from bowerbird.insights.draft import Draft, all_of
from bowerbird.person_ids import number_of, person_id

MOST_PERSONS = 1000


class Which(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Which page of the persons, and of which group."""

    group: tuple[str | None, ...] | None = None
    """With a breakdown: only those in the group with these values, one a field. Null: in all groups."""
    other: bool = False
    """With a breakdown: only those in the rest, beyond `limit`."""
    limit: int = 100
    """1 to 1000."""
    after: str | None = None
    """The `next` of the page before."""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_PERSONS:
            raise ValueError(f"`limit` of people is 1 to {MOST_PERSONS}")
        if self.after is not None:
            number_of(self.after)
        if self.other and self.group is not None:
            raise ValueError("`group` and `other` exclude each other")

    def check_breakdown(self, fields: int) -> None:
        """Raises `ValueError` when the group does not fit a breakdown by so many fields."""
        if self.other and not fields:
            raise ValueError("`other` needs a breakdown")
        if self.group is not None and (not fields or len(self.group) != fields):
            raise ValueError("`group` of people has one value for each field of the breakdown")


class Persons(Struct, frozen=True, kw_only=True):
    """A page of persons, in the order of their ids."""

    persons: int
    """On all pages."""
    person_ids: list[str]
    next: str | None
    """Ask with it as `after` for the next page; null: this is the last one."""


def chosen(which: Which, rows: str, meets: str, keys: Sequence[str], draft: Draft) -> str:
    """A scalar subquery for `page`: of the table `rows` (person, rank and keys with a breakdown) those that meet a
    clause. No person stands in two rows that meet it."""
    clauses = [meets]
    if which.group is not None:
        clauses += [
            f"{key} IS NOT DISTINCT FROM {draft.bind(value)}::VARCHAR"
            for key, value in zip(keys, which.group, strict=True)
        ]
    if which.other:
        clauses.append("rank IS NULL")
    after = "true" if which.after is None else f"person > {draft.bind(number_of(which.after))}::BIGINT"
    page = f"min(person, {draft.bind(which.limit + 1)}::BIGINT) FILTER (WHERE {after})"
    return f"(SELECT {{'persons': count(*), 'page': {page}}} FROM {rows} WHERE {all_of(clauses)})"


def page(which: Which, found: Mapping[str, Any]) -> Persons:
    """The page from the value of `chosen`."""
    numbers: list[int] = found["page"] or []
    ids = [person_id(number) for number in numbers[: which.limit]]
    return Persons(persons=found["persons"], person_ids=ids, next=ids[-1] if len(numbers) > which.limit else None)


def paged(which: Which, meant: Numbers) -> Persons:
    """The page of all that are meant, as numbers in any order."""
    after = -1 if which.after is None else number_of(which.after)
    return page(which, {"persons": len(meant), "page": np.sort(meant[meant > after])[: which.limit + 1].tolist()})
