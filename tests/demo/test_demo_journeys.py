"""Made-up traffic: the same for a seed, plausible, and nothing that has not happened yet."""

from collections import Counter
from datetime import UTC, datetime
from itertools import islice, pairwise
from random import Random
from typing import Any

import msgspec
import pytest

from bowerbird.clock import SECOND
from bowerbird.demo.journeys import DAY, first, journeys
from bowerbird.demo.people import person
from bowerbird.demo.vendors import FLAT, NESTED, Message, Sender

NOW = 1_790_000_000 * SECOND


@pytest.fixture(scope="module")
def day() -> list[list[Message]]:
    return list(first(20_000, journeys(7, NOW, 1)))


def times(messages: list[Message]) -> list[int]:
    """µs, of those that say when they happened."""
    return [at for message in messages if (at := time_of(message.body)) is not None]


def time_of(body: dict[str, Any]) -> int | None:
    match body:
        case {"event": {"timestamp": text}} | {"data": {"attributes": {"time": text}}}:
            return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()) * SECOND
        case {"created_at": seconds}:
            return int(seconds) * SECOND
    return None


def test_a_seed_gives_the_same_traffic_and_another_seed_another() -> None:
    once, again, other = (list(islice(journeys(seed, NOW, 1), 200)) for seed in (7, 7, 8))
    assert once == again
    assert once != other


def test_seeds_share_no_people() -> None:
    one, other = ([person(Random(number), demo, number) for number in range(500)] for demo in ("7", "8"))
    for field in ("name", "email", "browser"):
        assert not {getattr(each, field) for each in one} & {getattr(each, field) for each in other}


def test_as_many_requests_as_were_asked_for(day: list[list[Message]]) -> None:
    assert sum(map(len, day)) == 20_000
    assert sum(map(len, first(1, journeys(7, NOW, 1)))) == 1


def test_all_five_dialects_and_both_shapes_of_klaviyo_are_spoken(day: list[list[Message]]) -> None:
    spoken = Counter(message.dialect for journey in day for message in journey)
    assert spoken.keys() == {"scribe", "klaviyo", "flywheel", "successeve", "octeth"}
    assert min(spoken.values()) > 1000
    revisions = {message.revision for journey in day for message in journey if message.dialect == "klaviyo"}
    assert revisions == {FLAT, NESTED}


@pytest.mark.parametrize("days", [0.1, 1.0, 30.0])
def test_everything_happened_within_the_days_asked_for(days: float) -> None:
    found = times([message for journey in islice(journeys(3, NOW, days), 1500) for message in journey])
    assert NOW - days * DAY - SECOND <= min(found) < NOW - 0.9 * days * DAY
    assert NOW - 0.1 * days * DAY < max(found) <= NOW


def test_everybody_goes_forward_in_time(day: list[list[Message]]) -> None:
    for journey in day:
        told = times(journey)
        assert told == sorted(told)


def test_nights_are_quiet(day: list[list[Message]]) -> None:
    hours = Counter(at % DAY // (DAY // 24) for journey in day for at in times(journey))
    assert sum(hours[hour] for hour in (1, 2, 3, 4)) < sum(hours[hour] for hour in (9, 10, 11, 12)) / 2


def test_some_requests_are_repeated_and_only_those_that_may_be(day: list[list[Message]]) -> None:
    repeats = [one for journey in day for one, other in pairwise(journey) if one is other]
    assert len(repeats) > 50
    assert all(message.repeatable for message in repeats)


def test_people_come_by_campaigns_buy_and_are_told_apart(day: list[list[Message]]) -> None:
    events = [message.body["event"] for journey in day for message in journey if message.dialect == "scribe"]
    assert {event["properties"].get("utm_campaign") for event in events if event["name"] == "page_viewed"} > {None}
    assert {event["currency"] for event in events if event["name"] == "subscription_started"} == {"EUR", "USD", "GBP"}
    assert sum(event["name"] == "$identify" for event in events) > 100
    contacts = [message.body for journey in day for message in journey if message.dialect == "successeve"]
    assert {"account_uid" in contact["params"] for contact in contacts} == {True, False}


def test_every_vendors_client_shows_its_key_in_its_own_place(day: list[list[Message]]) -> None:
    sender = Sender("the-key", "94")
    shown = {}
    for message in (message for journey in day for message in journey):
        request = sender.address(message)
        shown[message.dialect] = request
        assert "the-key" in request.path + str(dict(request.headers)) + request.body.decode()
    assert shown["scribe"].headers["Authorization"] == "Bearer the-key"
    assert shown["flywheel"].headers == {
        "Content-Type": "application/json", "Authorization": "the-key", "Auth-Type": "api",
    }  # fmt: skip
    assert shown["successeve"].path == "/v1/track/event?api_token=the-key"
    assert msgspec.json.decode(shown["octeth"].body)["ListID"] == 94
