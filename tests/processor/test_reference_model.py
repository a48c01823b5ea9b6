"""The rules of identity and dedupe told a second time, as plainly as they can be, and compared on random histories.

The reference keeps every event and looks through all of it each time; it knows no cache, no batch and no root.
"""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.event import Event

KINDS = ("user_id", "email", "phone", "anonymous_id")
"""Strongest first."""


class Reference:
    """People as sets of event ids and identifiers."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []
        """Oldest first. Each has `events`, `identifiers`, `traits` (all ever told) and `accounts`."""
        self.first: list[tuple[Event, dict[str, Any]]] = []
        """Events that count, with the person found for them at that time."""
        self.duplicates: dict[str, str] = {}
        self.accounts: dict[str, str | None] = {}

    def process(self, event: Event) -> None:
        named = [(kind, self.owner(kind, value)) for kind in KINDS if (value := identifier(event, kind))]
        joined, contested = self.joined(event, [(kind, owner) for kind, owner in named if owner])
        copied = self.copy_of(event, joined)
        if copied is not None:
            self.duplicates[event.event_id] = copied.event_id
            return
        person = self.become_one(joined) if joined else self.newcomer()
        for kind in KINDS:
            value = identifier(event, kind)
            owner = value and self.owner(kind, value)
            if value and not owner:
                person["identifiers"].add((kind, value))
            elif kind == "anonymous_id" and owner in contested and user_of(person):
                owner["identifiers"].remove((kind, value))
                person["identifiers"].add((kind, value))
        self.take(event, person)

    def joined(
        self, event: Event, named: list[tuple[str, dict[str, Any]]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Who becomes one because of this event, and who must stay apart from them."""
        users = {event.user_id} - {None}
        joined: list[dict[str, Any]] = []
        contested: list[dict[str, Any]] = []
        for _, person in named:
            if person in joined:
                continue
            if len(users | user_of(person)) > 1:
                contested.append(person)
            else:
                users |= user_of(person)
                joined.append(person)
        return joined, contested

    def copy_of(self, event: Event, joined: list[dict[str, Any]]) -> Event | None:
        """The first event that this one is a copy of."""
        for earlier, person in self.first:
            if event.dedupe_key is None or earlier.dedupe_key != event.dedupe_key:
                continue
            if event.dedupe_scope != earlier.dedupe_scope or event.dialect != earlier.dialect:
                continue
            if event.dedupe_ttl and event.received_at - earlier.received_at >= event.dedupe_ttl:
                continue
            named_alike = strongest(event) is not None and strongest(event) == strongest(earlier)
            if event.dedupe_scope == "workspace" or person in joined or named_alike:
                return earlier
        return None

    def become_one(self, joined: list[dict[str, Any]]) -> dict[str, Any]:
        oldest = min(joined, key=self.people.index)
        for other in joined:
            if other is not oldest:
                self.people.remove(other)
                for what in ("events", "identifiers", "traits", "accounts"):
                    oldest[what] |= other[what]
                self.first = [(event, oldest if person is other else person) for event, person in self.first]
        return oldest

    def newcomer(self) -> dict[str, Any]:
        person = Person(events=set(), identifiers=set(), traits=set(), accounts=set())
        self.people.append(person)
        return person

    def take(self, event: Event, person: dict[str, Any]) -> None:
        self.first.append((event, person))
        person["events"].add(event.event_id)
        person["traits"] |= {(event.occurred_at, event.event_id, name, value) for name, value in event.traits.items()}
        if event.account_id:
            person["accounts"].add(event.account_id)
        only = next(iter(person["accounts"])) if len(person["accounts"]) == 1 else None
        self.accounts[event.event_id] = event.account_id or only

    def owner(self, kind: str, value: str) -> dict[str, Any] | None:
        return next((person for person in self.people if (kind, value) in person["identifiers"]), None)


class Person(dict[str, Any]):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def identifier(event: Event, kind: str) -> str | None:
    value: str | None = getattr(event, kind)
    return value.strip().lower() if value and kind == "email" else value


def strongest(event: Event) -> tuple[str, str] | None:
    return next(((kind, value) for kind in KINDS if (value := identifier(event, kind))), None)


def user_of(person: dict[str, Any]) -> set[str]:
    return {value for kind, value in person["identifiers"] if kind == "user_id"}


names = st.sampled_from(["a", "b", "c"])
maybe = st.none() | names
facts = st.fixed_dictionaries(
    {
        "user_id": st.none() | st.none() | st.sampled_from(["ada", "bob"]),
        "email": st.none() | st.sampled_from(["A@x.io", " a@X.io", "b@x.io"]),
        "phone": st.none() | maybe,
        "anonymous_id": maybe,
        "account_id": st.none() | maybe,
        "dedupe_key": st.none() | st.sampled_from(["k", "l"]),
        "dedupe_scope": st.sampled_from(["workspace", "person"]),
        "traits": st.dictionaries(names, st.integers(0, 9), max_size=2),
        "ago": st.integers(0, 5),
    }
)
histories = st.lists(facts, min_size=1, max_size=16)


def with_lifetime(scope: str) -> int | None:
    """As vendors have it: Scribe's keys end, Klaviyo's do not."""
    return 4 * SECOND if scope == "workspace" else None


@pytest.fixture
def line(make_line: Any, engines: Any) -> Any:
    return lambda: make_line(5, engine=engines())


LOGIN = {"user_id": "ada", "anonymous_id": "a", "dedupe_scope": "workspace", "ago": 0}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
@example(history=[LOGIN, {**LOGIN, "user_id": "bob"}, {**LOGIN, "user_id": None}, LOGIN])
def test_the_line_does_what_the_rules_say(line: Any, history: list[dict[str, Any]]) -> None:
    line, reference = line(), Reference()
    events = []
    for each in history:
        ago = each["ago"]
        event = line.event(
            **{name: value for name, value in each.items() if name != "ago"},
            dedupe_ttl=with_lifetime(each["dedupe_scope"]),
            dialect="scribe" if each["dedupe_scope"] == "workspace" else "klaviyo",
        )
        events.append(msgspec.structs.replace(event, occurred_at=event.occurred_at - ago * SECOND))
    line.append(*[[event] for event in events])
    line.run()
    for event in events:
        reference.process(event)
    assert seen_from_outside(line, events) == (
        reference.duplicates,
        reference.accounts,
        sorted(
            (
                sorted(person["events"]),
                sorted(person["identifiers"]),
                {name: value for _, _, name, value in sorted(person["traits"])},
                sorted(person["accounts"]),
            )
            for person in reference.people
        ),
    )


def seen_from_outside(line: Any, events: list[Event]) -> Any:
    rows = {event.event_id: line.warehouse.find("default", event.event_id)[0] for event in events}
    stored = [row for row in rows.values() if row.outcome == "stored"]
    roots = line.people.roots("default", [row.person_id for row in stored])
    people = []
    for _, person_id in line.people.recent("default", 1000, None):
        person = line.people.person("default", person_id)
        people.append(
            (
                sorted(row.event_id for row in stored if roots[row.person_id] == person_id),
                sorted((each["kind"], each["value"]) for each in person.identifiers),
                person.traits,
                sorted(person.accounts),
            )
        )
    return (
        {event_id: row.duplicate_of for event_id, row in rows.items() if row.outcome == "duplicate"},
        {row.event_id: row.account_id for row in stored},
        sorted(people),
    )
