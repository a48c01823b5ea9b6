"""Revenue, compared with plain Python that goes through the orders one by one."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse
from bowerbird.insights.ranges import Range

RANGES = [
    {"last": 20, "unit": "day"},
    {"last": 2, "unit": "month"},
    {"since": "2026-02-20T13:20", "until": "2026-03-31"},
    {"since": "2026-01-10"},
]
FIELDS = ["name", "property:plan", "trait:city", "dialect", "segment:buyers"]


def money(value: Decimal) -> str:
    text = f"{value.quantize(Decimal('1e-9'), ROUND_HALF_EVEN):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Reference:
    """`orders`: what counts, of all times until the end of the range."""

    def __init__(self, world: Any, question: dict[str, Any], local: Any) -> None:
        self.world, self.question, self.local = world, question, local
        self.period = world.period(parse(Range, question["range"]))
        self.orders: list[dict[str, Any]] = []
        known = set()
        for event in sorted(world.events, key=lambda event: (event["occurred_at"], event["event_id"])):
            if not self.tells(event):
                continue
            value = Decimal(event["value"])
            told = (event["order_id"], value if value < 0 else None)
            if event["order_id"] and told in known:
                continue
            known.add(told)
            self.orders.append(
                {
                    "at": event["occurred_at"],
                    "person": world.person(event),
                    "value": value,
                    "currency": event["currency"],
                    "key": tuple(self.key(field, event) for field in question.get("breakdown", ())),
                }
            )

    def tells(self, event: dict[str, Any]) -> bool:
        names = self.question.get("event")
        where = self.question.get("where")
        return (
            event["value"] is not None
            and event["currency"] is not None
            and event["occurred_at"] < self.period.until
            and (names is None or event["name"] in ([names] if isinstance(names, str) else names))
            and (where is None or self.world.holds(parse(Condition, where), event, self.world.person(event)))
        )

    def key(self, field: str, event: dict[str, Any]) -> str | None:
        if field.startswith("segment:"):
            member = self.world.holds(Condition(segment=field[8:]), event, self.world.person(event))
            return "in" if member else "not in"
        value = self.world.get(field, event, self.world.person(event))
        if isinstance(value, bool):
            return "true" if value else "false"
        return "{'a': x}" if isinstance(value, dict) else None if value is None else str(value)

    def bucket(self, at: int, unit: str) -> int:
        return sum(bucket.start <= at for bucket in self.period.buckets(unit)) - 1

    def currencies(self) -> list[dict[str, Any]]:
        inside = [order for order in self.orders if order["at"] >= self.period.since]
        keys = {order["key"] for order in inside}

        def order(key: Any) -> Any:
            count = sum(each["key"] == key and each["value"] >= 0 for each in inside)
            return (-count, [(part is None, part or "") for part in key])

        top = sorted(keys, key=order)[: self.question.get("limit", 10)] if self.question.get("breakdown") else []
        found = [
            self.currency(currency, [each for each in inside if each["currency"] == currency], top)
            for currency in {each["currency"] for each in inside}
        ]
        return sorted(found, key=lambda each: (-each["orders"], each["currency"]))

    def currency(self, currency: str, inside: list[dict[str, Any]], top: list[Any]) -> dict[str, Any]:
        groups = [
            {"group": list(key), "other": False, **self.takings([each for each in inside if each["key"] == key])}
            for key in top
            if any(each["key"] == key for each in inside)
        ]
        rest = [each for each in inside if each["key"] not in top]
        if self.question.get("breakdown") and rest:
            groups.append({"group": [], "other": True, **self.takings(rest)})
        cohorts = self.cohorts(currency)
        return {"currency": currency, **self.takings(inside), "groups": groups, "cohorts": cohorts}

    def takings(self, orders: list[dict[str, Any]]) -> dict[str, Any]:
        paid = [each for each in orders if each["value"] >= 0]
        bought = [each["person"] for each in paid if each["person"] is not None]
        again = {person for person in bought if bought.count(person) > 1}
        revenue = sum((each["value"] for each in orders), Decimal(0))
        unit = self.question["unit"]
        by_bucket: list[list[Any]] = [[] for _ in self.period.buckets(unit)]
        for each in orders:
            by_bucket[self.bucket(each["at"], unit)].append(each)
        return {
            "revenue": money(revenue),
            "orders": len(paid),
            "buyers": len(set(bought)),
            "average_order_value": money(revenue / len(paid)) if paid else None,
            "repeat_buyers": len(again),
            "repeat_rate": len(again) / len(set(bought)) if bought else None,
            "revenue_by_bucket": [money(sum((each["value"] for each in part), Decimal(0))) for part in by_bucket],
            "orders_by_bucket": [sum(each["value"] >= 0 for each in part) for part in by_bucket],
        }

    def cohorts(self, currency: str) -> list[dict[str, Any]]:
        unit = self.question["cohort_unit"]
        orders = [each for each in self.orders if each["currency"] == currency and each["person"] is not None]
        first: dict[int, int] = {}
        for each in orders:
            if each["value"] >= 0:
                first.setdefault(each["person"], each["at"])
        labels = [bucket.label for bucket in self.period.buckets(unit)]
        found = []
        for number, cohort in enumerate(labels):
            people = {
                person for person, at in first.items() if at >= self.period.since and self.bucket(at, unit) == number
            }
            if not people:
                continue
            theirs = [each for each in orders if each["person"] in people and each["at"] >= first[each["person"]]]
            so_far = [
                sum((each["value"] for each in theirs if self.bucket(each["at"], unit) <= last), Decimal(0))
                for last in range(number, len(labels))
            ]
            found.append(
                {
                    "cohort": cohort,
                    "people": len(people),
                    "revenue": [money(each) for each in so_far],
                    "lifetime_value": [money(each / len(people)) for each in so_far],
                }
            )
        return found


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_is_what_the_orders_say(data: st.DataObject, asked: Any, worlds: Any, conditions: Any, local: Any) -> None:
    world = data.draw(worlds)
    for event in world.events[: data.draw(st.integers(0, 30))]:
        event["value"] = data.draw(st.sampled_from(["0", "12.345678901", "7", "-3.5"]))
        event["currency"] = data.draw(st.sampled_from(["EUR", "EUR", "USD"]))
        event["order_id"] = data.draw(st.sampled_from([None, "", "o1", "o2", "o3", event["event_id"]]))
    question = {
        "range": data.draw(st.sampled_from(RANGES)),
        "unit": data.draw(st.sampled_from(["hour", "day", "week", "month"])),
        "cohort_unit": data.draw(st.sampled_from(["day", "week", "month"])),
        "breakdown": data.draw(st.lists(st.sampled_from(FIELDS), max_size=2)),
        "limit": data.draw(st.sampled_from([1, 2, 3])),
    }
    question |= data.draw(
        st.fixed_dictionaries(
            {}, optional={"event": st.sampled_from(["bought", ["bought", "viewed"]]), "where": conditions}
        )
    )
    result = msgspec.to_builtins(asked.ask(world, "revenue", question).result)
    assert result["currencies"] == Reference(world, question, local).currencies()
    assert result["currencies_left_out"] == 0


@pytest.fixture
def world(worlds: Any) -> Any:
    from hypothesis import find

    return find(worlds, lambda world: not world.events and world.zone == "UTC")


def sell(world: Any, at: int, value: str, **given: Any) -> None:
    event: dict[str, Any] = dict.fromkeys(COLUMNS)
    event |= {"workspace": "default", "dialect": "scribe", "kind": "track", "name": "bought"}
    event |= {"properties": {}, "person": 1, "currency": "EUR"}
    number = len(world.events)
    event |= {"value": value, "occurred_at": at, "event_id": f"00000000-0000-7000-8000-{number:012d}"}
    world.events.append({**event, **given})


COLUMNS = (
    "user_id",
    "anonymous_id",
    "email",
    "phone",
    "account_id",
    "list_id",
    "order_id",
    "click_id",
)
MARCH = 1_772_323_200_000_000
DAY = 86_400_000_000
IN_MARCH = {"since": "2026-03-01", "until": "2026-04-01"}


def test_an_order_that_several_tell_of_counts_once(asked: Any, world: Any) -> None:
    sell(world, MARCH, "19.99", order_id="A", name="bought", dialect="scribe")
    sell(world, MARCH, "20", order_id="A", name="Placed Order", dialect="klaviyo", currency="USD")
    sell(world, MARCH + 1, "5", order_id="")
    sell(world, MARCH + 1, "5")
    [euros] = asked.ask(world, "revenue", {"range": IN_MARCH}).result.currencies
    assert (euros.currency, euros.revenue, euros.orders) == ("EUR", "29.99", 3)


def test_of_tellings_at_one_time_the_first_event_id_counts(asked: Any, world: Any) -> None:
    for number in range(8, 0, -1):
        id_ = f"00000000-0000-7000-8000-{number:012d}"
        sell(world, MARCH, str(number), order_id="A", event_id=id_)
    sell(world, MARCH - 1, "9", order_id="B")
    sell(world, MARCH, "0.5", order_id="B")
    [euros] = asked.ask(world, "revenue", {"range": IN_MARCH}).result.currencies
    assert euros.revenue == "1"


def test_an_order_of_before_the_range_does_not_come_again(asked: Any, world: Any) -> None:
    sell(world, MARCH - DAY, "10", order_id="A")
    sell(world, MARCH + DAY, "10", order_id="A")
    sell(world, MARCH + DAY, "7", order_id="B")
    [euros] = asked.ask(world, "revenue", {"range": IN_MARCH}).result.currencies
    assert (euros.revenue, euros.orders, euros.cohorts) == ("7", 1, [])


def test_a_refund_lessens_revenue_and_is_no_order(asked: Any, world: Any) -> None:
    sell(world, MARCH, "100", order_id="A")
    sell(world, MARCH + 40 * DAY, "-30", order_id="A", name="refunded")
    sell(world, MARCH + 40 * DAY, "-30", order_id="A", name="refund told again")
    sell(world, MARCH + 40 * DAY, "-10", order_id="A", name="refunded more")
    range_ = {"since": "2026-03-01", "until": "2026-05-01"}
    [euros] = asked.ask(world, "revenue", {"range": range_, "unit": "month"}).result.currencies
    assert (euros.revenue, euros.orders, euros.average_order_value) == ("60", 1, "60")
    assert euros.revenue_by_bucket == ["100", "-40"]
    assert (euros.buyers, euros.repeat_rate) == (1, 0.0)
    assert [(each.cohort, each.lifetime_value) for each in euros.cohorts] == [("2026-03-01", ["100", "60"])]


def test_a_value_without_currency_is_no_money(asked: Any, world: Any) -> None:
    sell(world, MARCH, "100", currency=None)
    assert asked.ask(world, "revenue", {"range": IN_MARCH}).result.currencies == []


def test_all_digits_of_large_sums(asked: Any, world: Any) -> None:
    for _ in range(3):
        sell(world, MARCH, "12345678901234567890123456.123456789")
    [euros] = asked.ask(world, "revenue", {"range": IN_MARCH}).result.currencies
    assert euros.revenue == "37037036703703703670370368.370370367"
    assert euros.average_order_value == "12345678901234567890123456.123456789"


def test_a_sum_that_grows_too_large_says_what_to_leave_out(asked: Any, world: Any) -> None:
    for amount in ("99999999999999999999999999999", "99999999999999999999999999999", "5"):
        sell(world, MARCH, amount)
    with pytest.raises(QuestionInvalidError, match="too large") as told:
        asked.ask(world, "revenue", {"range": IN_MARCH})
    assert "`value` less than 1e20" in told.value.hint
    leave_out = {"field": "value", "op": "less", "value": 1e20}
    [euros] = asked.ask(world, "revenue", {"range": IN_MARCH, "where": leave_out}).result.currencies
    assert euros.revenue == "5"


def test_more_currencies_than_an_answer_shows(asked: Any, world: Any) -> None:
    for number in range(23):
        sell(world, MARCH + number, "1", currency=f"X{chr(65 + number)}X")
    result = asked.ask(world, "revenue", {"range": IN_MARCH}).result
    assert [each.currency for each in result.currencies] == [f"X{chr(65 + number)}X" for number in range(20)]
    assert result.currencies_left_out == 3


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"event": []}, "1 to 100"),
        ({"event": ["x"] * 101}, "1 to 100"),
        ({"breakdown": ["a", "b", "c"]}, "at most 2"),
        ({"limit": 101}, "1 to 100"),
        ({"cohort_unit": "hour"}, "hour"),
        ({"cohort_unit": "day", "range": {"last": 121}}, "120 cohorts"),
        ({"unit": "hour", "range": {"last": 200}, "breakdown": ["name"]}, "numbers"),
    ],
)
def test_a_senseless_question_about_revenue_is_refused(
    asked: Any, world: Any, question: dict[str, Any], words: str
) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        asked.ask(world, "revenue", question)
