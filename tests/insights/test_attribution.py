"""Attribution compared with dealing out each conversion by hand."""

from collections import defaultdict
from decimal import Decimal
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights import attribution
from bowerbird.insights.attribution import Attribution
from bowerbird.insights.question import Asking, parse

DAY = 86_400_000_000
MINUTE = 60_000_000
START = 1_774_656_000_000_000
"""28 March, a day before the clocks change in Berlin."""
URLS = ("$current_url", "current_url", "url", "page_url", "landing_url")

MARKS = st.fixed_dictionaries(
    {},
    optional={
        "utm_campaign": st.sampled_from(["spring", "autumn", "", 5]),
        "$utm_campaign": st.sampled_from(["winter"]),
        "utm": st.sampled_from([{"campaign": "nested", "medium": "cpc"}]),
        "utm_source": st.sampled_from(["google", "mail"]),
        "url": st.sampled_from(
            ["https://shop.example/?utm_campaign=from+url&utm_source=caf%C3%A9#x", "https://www.shop.example/x", "/x"]
        ),
        "referrer": st.sampled_from(
            [
                "https://www.google.com/search?q=a",
                "http://shop.example:80/",
                "news.example",
                "$direct",
                "",
                "Google.com/",
            ]
        ),
        "campaign": st.sampled_from(["of the link"]),
        "link": st.sampled_from(["l1", "l2"]),
    },
)


TIMES = st.one_of(st.integers(0, 500), st.integers(0, 12), st.sampled_from([0, 144, 288]))
"""Also within a visit, and whole days apart, as look-backs are."""


@st.composite
def dense(draw: st.DrawFn, worlds: Any) -> Any:
    world = draw(worlds)
    for event in world.events:
        event["person"] = draw(st.sampled_from([1, 2, 2, 2, 2, None]))
        event["order_id"] = draw(st.sampled_from([None, None, "", "o1", "o2"]))
        event["occurred_at"] = START + draw(TIMES) * 10 * MINUTE
        event["properties"] = draw(MARKS)
        event["kind"] = draw(st.sampled_from(["track", "track", "click"]))
        event["click_id"] = draw(st.sampled_from([None, None, "c1", "c2"]))
        event["source_id"] = draw(st.sampled_from([None, "c1", "c2"]))
    return world


def first(*values: Any) -> str | None:
    return next((str(value) for value in values if value not in (None, "")), None)


def host(url: str | None) -> str | None:
    if url is None:
        return None
    found = (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")
    return found if "." in found.strip(".") else None


def named(event: Any, by: str) -> str | None:
    """What the event says by itself."""
    told = event["properties"]
    if by == "link":
        return None
    if by == "referrer":
        own = host(first(*(told.get(name) for name in URLS)))
        found = host(first(told.get("referrer")))
        return None if found == own else found
    nested = told.get("utm")
    queries = [parse_qs(urlsplit(told.get(name) or "").query).get(f"utm_{by}", [None])[0] for name in URLS]
    return first(told.get(f"utm_{by}"), told.get(f"$utm_{by}"), nested and nested.get(by), *queries)


def clicked(world: Any, event: Any, by: str, bounds: tuple[int, int]) -> str | None:
    """What the tracked link says that the event came from."""
    id_ = first(event["click_id"], event["source_id"]) if event["kind"] == "click" else event["click_id"]
    clicks = [
        one
        for one in world.events
        if one["kind"] == "click"
        and first(one["click_id"], one["source_id"]) == id_ is not None
        and bounds[0] <= one["occurred_at"] < bounds[1]
    ]
    if not clicks or by == "referrer":
        return None
    at = min(one["occurred_at"] for one in clicks)
    if not 0 <= event["occurred_at"] - at <= 30 * DAY:
        return None
    telling = sorted(clicks, key=lambda one: (one["occurred_at"], one["event_id"]))
    return first(*(first(one["properties"].get(by), one["properties"].get(f"utm_{by}")) for one in telling))


def weights(question: Attribution, times: list[int]) -> list[float]:
    many = len(times)
    match question.model:
        case "first":
            raw = [1.0, *[0.0] * (many - 1)]
        case "last":
            raw = [*[0.0] * (many - 1), 1.0]
        case "linear":
            raw = [1.0] * many
        case "position" if many > 2:
            raw = [0.4, *[0.2 / (many - 2)] * (many - 2), 0.4]
        case "position":
            raw = [1.0] * many
        case _:
            raw = [0.5 ** ((times[-1] - at) / (question.half_life * DAY)) for at in times]
    return [one / sum(raw) for one in raw]


def visits_of(touches: list[Any]) -> list[Any]:
    """Touches that begin a visit; `touches` and they: (time, name)."""
    told = sorted(touches)
    return [
        one
        for before, one in zip([None, *told], told, strict=False)
        if before is None or one[1] != before[1] or one[0] - before[0] > 30 * MINUTE
    ]


def expected(question: Attribution, world: Any, most: int = 100) -> Any:
    """(conversions by name, value by (name, currency)) as floats."""
    since, until, _ = world.period(question.range)
    lookback = question.lookback * DAY
    touching = (since - lookback - 30 * MINUTE, until)
    clicking = (touching[0] - 30 * DAY, until)
    touches = defaultdict(list)
    for event in world.events:
        person = world.person(event)
        if person is None or not touching[0] <= event["occurred_at"] < touching[1]:
            continue
        key = first(named(event, question.by), clicked(world, event, question.by, clicking))
        if key is not None and world.holds(question.touches, event, person):
            touches[person].append((event["occurred_at"], key))
    conversions, orders = [], {}
    for event in sorted(world.within(question.range), key=lambda one: (one["occurred_at"], one["event_id"])):
        person = world.person(event)
        meets = world.holds(question.where, event, person) and world.holds(question.conversion.where, event, person)
        if event["name"] != question.conversion.event or not meets:
            continue
        if not event["order_id"] or orders.setdefault(event["order_id"], event) is event:
            conversions.append(event)
    parts: dict[Any, float] = defaultdict(float)
    values: dict[Any, float] = defaultdict(float)
    for event in conversions:
        at, person = event["occurred_at"], world.person(event)
        visits = [one for one in visits_of(touches[person]) if at - lookback <= one[0] <= at][-most:]
        shares = weights(question, [one[0] for one in visits]) if visits else [1.0]
        for (_, key), share in zip(visits or [(0, None)], shares, strict=True):
            if share == 0:
                continue
            parts[key] += share
            if event["value"] is not None:
                values[key, event["currency"]] += share * float(event["value"])
    return len(conversions), parts, values, conversions


QUESTIONS = st.fixed_dictionaries(
    {
        "range": st.sampled_from([{"last": 30}, {"last": 30}, {"since": "2026-03-29", "until": "2026-03-31"}]),
        "by": st.sampled_from(["campaign", "campaign", "source", "medium", "referrer", "link"]),
        "model": st.sampled_from(["first", "last", "linear", "position", "decay"]),
        "conversion": st.sampled_from(
            [{"event": "bought"}, {"event": "bought", "where": {"field": "value", "op": "set"}}, {"event": "viewed"}]
        ),
        "limit": st.just(100),
    },
    optional={
        "lookback": st.sampled_from([1, 2, 365]),
        "half_life": st.sampled_from([0.01, 0.5, 7.0]),
        "touches": st.sampled_from([{"field": "name", "value": "signup"}, {"segment": "buyers"}]),
    },
)


def check(asked: Any, world: Any, given_: dict[str, Any], most: int) -> None:
    count, parts, values, conversions = expected(parse(Attribution, given_), world, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attribution, "MOST_VISITS", most)
        result = asked.ask(world, "attribution", given_).result
    assert result.conversions == count
    assert {credit.name: float(credit.conversions) for credit in result.credits} == pytest.approx(parts, abs=1e-9)
    found = {(one.name, each.currency): float(each.amount) for one in result.credits for each in one.revenue}
    assert found == pytest.approx({key: value for key, value in values.items() if key in found}, abs=1e-6)
    assert {key for key in values if key not in found} == set()
    assert [credit.direct for credit in result.credits] == [credit.name is None for credit in result.credits]
    # Exactly, not about:
    assert sum((credit.conversions for credit in result.credits), Decimal(0)) == count
    whole: dict[Any, Decimal] = defaultdict(Decimal)
    for event in conversions:
        if event["value"] is not None:
            whole[event["currency"]] += Decimal(event["value"])
    assert {one.currency: one.amount for one in result.revenue} == whole
    for currency, amount in whole.items():
        dealt = [each.amount for one in result.credits for each in one.revenue if each.currency == currency]
        assert sum(dealt, Decimal(0)) == amount


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_credits(data: st.DataObject, asked: Any, worlds: Any, conditions: Any) -> None:
    world = data.draw(dense(worlds))
    given_ = data.draw(QUESTIONS)
    if data.draw(st.booleans()):
        given_ = {**given_, "where": data.draw(conditions)}
    check(asked, world, given_, data.draw(st.sampled_from([1, 2, 3, 100])))


JOURNEYS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from([0, 10, 30, 31, 40, 720, 1440])), min_size=3
)
"""Campaigns, or a conversion; and minutes since the one before."""


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    journey=JOURNEYS,
    question=st.fixed_dictionaries(
        {
            "model": st.sampled_from(["first", "last", "linear", "position", "decay"]),
            "lookback": st.sampled_from([1, 2, 30]),
            "half_life": st.sampled_from([0.01, 1.0]),
        }
    ),
    most=st.sampled_from([1, 2, 3, 4, 100]),
)
def test_one_person_and_much_to_share(journey: Any, question: Any, most: int, asked: Any, told: Any) -> None:
    world = one_person(journey, told)
    range_ = {"since": "2026-03-20", "until": "2026-04-03"}
    check(asked, world, {**question, "conversion": {"event": "bought"}, "range": range_, "limit": 100}, most)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(journey=JOURNEYS, noted=st.lists(st.sampled_from(["/utm_campaign/", "//", "/other/"]), unique=True))
def test_rows_moved_meanwhile_are_read_too(journey: Any, noted: list[str], asked: Any, told: Any) -> None:
    """Cold rows may note other names than there were when it was asked for them."""
    world = one_person(journey, told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Asking, "noted", lambda *_: noted)
        check(asked, world, {"conversion": {"event": "bought"}, "model": "linear", "limit": 100}, 100)


def one_person(journey: Any, told: Any) -> Any:
    minutes = list(accumulate((after for _, after in journey), initial=60))[1:]
    world = told(*((1, "touch" if name else "bought", at) for (name, _), at in zip(journey, minutes, strict=True)))
    for (name, _), event in zip(journey, world.events, strict=True):
        event["properties"] = {"utm_campaign": name} if name else {}
        event["value"], event["currency"] = ("19.99", "EUR") if name is None else (None, None)
    return world


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_beyond_the_limit_is_one_row(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(dense(worlds))
    question = {"conversion": {"event": "bought"}, "model": "linear"}
    every = asked.ask(world, "attribution", {**question, "limit": 100}).result
    few = asked.ask(world, "attribution", {**question, "limit": 1}).result
    named_ = [credit for credit in every.credits if not credit.direct]
    assert sorted(named_, key=lambda one: (-one.conversions, one.name)) == named_
    assert few.credits[:1] == every.credits[:1]
    others = [credit for credit in few.credits if credit.other]
    assert [one.conversions for one in others] == [sum(one.conversions for one in named_[1:])][: len(named_[1:])]
    assert (few.conversions, few.revenue) == (every.conversions, every.revenue)
    assert [one for one in few.credits if one.direct] == [one for one in every.credits if one.direct]


@pytest.mark.parametrize(
    ("by", "properties", "name"),
    [
        ("campaign", {"utm_campaign": "a", "$utm_campaign": "b"}, "a"),
        ("campaign", {"utm_campaign": "", "$utm_campaign": "b"}, "b"),
        ("source", {"utm": {"source": "mail"}}, "mail"),
        ("source", {"url": "https://shop.example/?a=b&utm_source=caf%C3%A9+bar#x"}, "café bar"),
        ("medium", {"landing_url": "/?utm_medium=cpc"}, "cpc"),
        ("medium", {"$current_url": "/?utm_mediums=cpc"}, None),
        ("campaign", {"url": "/?utm_campaign=%FF+x"}, "%FF x"),
        ("campaign", {"url": "/?utm_campaign=%ED%A0%80"}, "%ED%A0%80"),
        ("campaign", {"utm_campaign": "a", "url": "/?utm_campaign=%C3"}, "a"),
        ("referrer", {"referrer": "https://WWW.news.example/a?b"}, "news.example"),
        ("referrer", {"$referring_domain": "news.example"}, "news.example"),
        ("referrer", {"referrer": "https://shop.example/", "page_url": "https://www.shop.example/x"}, None),
        ("referrer", {"page_url": "https://shop.example/x"}, None),
        ("link", {"utm_campaign": "a"}, None),
    ],
)
def test_what_an_event_says_by_itself(
    by: str, properties: dict[str, Any], name: str | None, asked: Any, told: Any
) -> None:
    world = told((1, "viewed", 20), (1, "viewed", 20), (1, "bought", 10))
    world.events[0]["properties"] = properties
    world.events.append({**world.events[0], "event_id": "00000000-0000-7000-8000-000000000009"})
    question = {"conversion": {"event": "bought"}, "by": by}
    assert [one.name for one in asked.ask(world, "attribution", question).result.credits] == [name]


def test_a_visit_that_began_before_the_look_back_does_not_count(asked: Any, told: Any) -> None:
    since, day = 39 * 60 + 30, 24 * 60
    world = told((1, "touch", since + day + 10), (1, "touch", since + day - 5), (1, "bought", since))
    for touch in world.events[:2]:
        touch["properties"] = {"utm_campaign": "spring"}
    question = {"conversion": {"event": "bought"}, "lookback": 1, "range": {"since": "2026-04-01"}}
    check(asked, world, question, 100)
    assert [one.direct for one in asked.ask(world, "attribution", question).result.credits] == [True]


def test_numbers_are_texts_in_json(asked: Any, told: Any) -> None:
    world = told((None, "bought", 5))
    world.events[0].update(value="99999999999999999999999999999.99", currency="EUR")
    result = msgspec.to_builtins(asked.ask(world, "attribution", {"conversion": {"event": "bought"}}).result)
    whole = [{"currency": "EUR", "amount": "99999999999999999999999999999.99"}]
    assert result == {
        "conversions": 1,
        "revenue": whole,
        "credits": [{"name": None, "direct": True, "other": False, "conversions": "1", "revenue": whole}],
    }


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({}, "conversion"),
        ({"conversion": {}}, "event"),
        ({"conversion": {"event": "b"}, "lookback": 0}, "1 to 365"),
        ({"conversion": {"event": "b"}, "half_life": 0}, "0.01 to 365"),
        ({"conversion": {"event": "b"}, "limit": 101}, "1 to 100"),
        ({"conversion": {"event": "b"}, "model": "magic"}, "magic"),
        ({"conversion": {"event": "b"}, "by": "colour"}, "colour"),
    ],
)
def test_a_senseless_question_is_refused(question: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        parse(Attribution, question)
