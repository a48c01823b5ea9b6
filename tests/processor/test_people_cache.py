"""People who leave the cache and come back, while others of the same person stayed."""

from typing import Any

import pytest

HELD = 6
"""Identifiers in the cache: a generation is full with four."""


@pytest.fixture
def cramped(make_line: Any) -> Any:
    return make_line(batch_events=1, cached=HELD)


whenever = pytest.mark.parametrize("strangers", range(9))
"""However long ago people were named, when it matters."""


def pass_by(line: Any, strangers: int) -> None:
    """So many people come who were never seen before."""
    line.send(*[line.event(user_id=f"stranger-{line.clock.now()}-{number}") for number in range(strangers)])


def account_of(line: Any, event: Any) -> str | None:
    line.send(event)
    found: str | None = line.warehouse.find("default", event.event_id)[0].account_id
    return found


@whenever
def test_a_person_of_whom_one_identifier_is_busy_stays_one_person(cramped: Any, strangers: int) -> None:
    """What is learned of it by the other identifier, which comes back from the state, counts for both."""
    cramped.send(cramped.event(anonymous_id="a"), cramped.event(user_id="u"))
    cramped.send(cramped.event(anonymous_id="a", user_id="u"))
    for _ in range(3):
        pass_by(cramped, 2)
        cramped.send(cramped.event(user_id="u"))
    pass_by(cramped, strangers)
    assert account_of(cramped, cramped.event(anonymous_id="a", account_id="acme")) == "acme"
    assert account_of(cramped, cramped.event(user_id="u")) == "acme"


@whenever
def test_whom_nobody_has_named_lately_is_merged_along(cramped: Any, strangers: int) -> None:
    cramped.send(cramped.event(email="s@example.com"), cramped.event(email="r@example.com"), cramped.event(phone="+49"))
    cramped.send(cramped.event(email="r@example.com", phone="+49"))
    pass_by(cramped, strangers)
    cramped.send(cramped.event(email="r@example.com", other_ids={"stripe": "s"}))
    cramped.send(cramped.event(email="s@example.com", other_ids={"stripe": "s"}, account_id="acme"))
    assert account_of(cramped, cramped.event(phone="+49")) == "acme"
    cramped.send(cramped.event(phone="+49", email="s@example.com"))
    person = cramped.people.find("default", {"phone": "+49"})[0]
    assert len(cramped.people.person("default", person).merges) == 2
