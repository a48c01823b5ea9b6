"""Which campaigns, sources, media, referrers or links conversions and revenue are owed to."""

from decimal import Context, Decimal
from typing import Literal

import msgspec

from bowerbird.clock import DAY
from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.question import Asking, Kind, Question
from bowerbird.insights.touches import CLICK_DAYS, touches

LONGEST_LOOKBACK = 365
MOST_KEYS = 100
MINUTE = 60_000_000
VISIT_MINUTES = 30
MOST_VISITS = 100
"""Of one conversion that have a part in it."""
_EXACT = Context(prec=100)
_UNITS = 10**12
"""A conversion is dealt out in so many units of credit."""
_CONVERSIONS = """
    SELECT row_number() OVER () AS number, person, instant, value, currency FROM (
        SELECT person, instant, value, currency FROM {events} WHERE order_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY instant, id_time, id_low) = 1
        UNION ALL SELECT person, instant, value, currency FROM {events} WHERE order_id IS NULL)"""
_VISITS = """
    SELECT person, instant, key FROM {touches} WINDOW w AS (PARTITION BY person ORDER BY instant, key)
    QUALIFY key IS DISTINCT FROM lag(key) OVER w OR instant - lag(instant) OVER w > INTERVAL {minutes} MINUTE"""
_PLACED = """
    SELECT person, number, kind, instant, key, count(key) OVER w AS place,
        max(instant) FILTER (kind = 0) OVER w AS newest
    FROM (
        SELECT person, instant, 0 AS kind, key, NULL::BIGINT AS number FROM {visits}
        UNION ALL SELECT person, instant, 1, NULL, number FROM {conversions} WHERE person IS NOT NULL
        UNION ALL SELECT person, instant - to_microseconds({lookback}::BIGINT), -1, NULL, number
        FROM {conversions} WHERE person IS NOT NULL)
    WINDOW w AS (PARTITION BY person ORDER BY instant, kind, key ROWS UNBOUNDED PRECEDING)"""
"""Along each person's time: what a look-back begins before is -1, a visit is 0, a conversion is 1."""
_BOUNDS = """
    SELECT c.*, b.* EXCLUDE (number), until - since AS visits FROM (
        SELECT number, greatest(min(place), max(place) - {most}::BIGINT) AS since, max(place) AS until,
            max(newest) FILTER (kind = 1) AS newest
        FROM {placed} WHERE kind <> 0 GROUP BY number HAVING min(place) < max(place)) AS b
    JOIN {conversions} AS c ON c.number = b.number"""
_DIRECT = """
    SELECT NULL::VARCHAR AS key, currency, {units}::BIGINT AS units, value::DECIMAL(38, 9) AS amount
    FROM {conversions} WHERE number NOT IN (SELECT number FROM {bounds})"""
_ONE = """
    SELECT p.key, b.currency, {units}::BIGINT AS units, b.value::DECIMAL(38, 9) AS amount
    FROM {bounds} AS b JOIN {placed} AS p ON p.kind = 0 AND p.person = b.person AND p.place = {place}"""
_PAIRS = """
    SELECT b.number, b.value, b.currency, p.key, b.place - b.since AS nth, b.visits,
        epoch_us(b.newest - p.instant) AS age
    FROM (SELECT *, unnest(range(since + 1, until + 1)) AS place FROM {bounds}) AS b
    JOIN {placed} AS p ON p.kind = 0 AND p.person = b.person AND p.place = b.place"""
_TOTALS = "SELECT number, sum({weight}) AS total FROM {pairs} GROUP BY number"
_SHARED = """
    SELECT number, key, value, currency, nth = visits AS last, CASE WHEN NOT last THEN {share} END AS share,
        floor(share * {units})::BIGINT AS units, round(value::DOUBLE * share, 9)::DECIMAL(38, 9) AS amount
    FROM {pairs}"""
_DEALT = """
    SELECT key, currency, units, amount FROM {shared} WHERE NOT last
    UNION ALL SELECT any_value(key) FILTER (last), any_value(currency), {units} - coalesce(sum(units), 0)::BIGINT,
        any_value(value) - coalesce(sum(amount), 0)
    FROM {shared} GROUP BY number"""
"""The last visit of a conversion takes what the others leave."""
_SHARES = {
    "linear": "1 / visits",
    "position": """CASE WHEN visits = 2 THEN 0.5 WHEN nth = 1 THEN 0.4 ELSE 0.2 / (visits - 2) END::DOUBLE""",
    "decay": "weight / total",
}
_WEIGHT = "round(pow(0.5, age / {half_life}::DOUBLE) * 1e15)::BIGINT"
"""Whole numbers, which sum to the same in any order."""
_KEYS = """
    SELECT key, row_number() OVER (ORDER BY key IS NULL, sum(units) DESC, key) AS rank
    FROM {credits} GROUP BY key"""
_ANSWER = """
    SELECT CASE WHEN c.key IS NULL THEN 0 ELSE least(k.rank, {most}) END AS rank,
        any_value(c.key), c.currency, sum(c.units), count(c.amount), coalesce(sum(c.amount), 0)
    FROM {credits} AS c LEFT JOIN {keys} AS k ON k.key = c.key
    GROUP BY ALL ORDER BY rank, c.currency NULLS LAST"""


class Conversion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    event: str
    where: Condition | None = None


class Attribution(Question, frozen=True, kw_only=True):
    """What conversions, and the revenue that they carry, are owed to.

    A touch is an event of the person, before the conversion or with it and within `lookback`, that names what is asked
    for: `utm_campaign`, `utm_source`, `utm_medium` as a property (with `$` too, or within `utm`) or in the page's
    address; a referrer of another host than the page's; or the id of a tracked link's click not older than 30 days.
    Touches that follow one another with the same name, each within 30 minutes of the one before, are one visit, which
    counts at the time of its first. Touches at one instant stand in the order of their names. Of more than 100 visits
    before a conversion, the newest 100 count, for every model.

    Of the events with one `order_id` in the range, the oldest converts. `where` holds for conversions.
    """

    conversion: Conversion
    by: Literal["campaign", "source", "medium", "referrer", "link"] = "campaign"
    model: Literal["first", "last", "linear", "position", "decay"] = "last"
    """`position`: 40 % to the first, 40 % to the last, the rest to those between in equal parts; halves where there are
    two. `decay`: a touch has half the weight of one that is a `half_life` younger."""
    lookback: int = 30
    """Days, at most 365."""
    half_life: float = 7.0
    """Days."""
    touches: Condition | None = None
    """Only touches for which this holds count."""
    limit: int = 10
    """Names in the answer, at most 100; the rest is one row, `other`."""

    def __post_init__(self) -> None:
        if not 1 <= self.lookback <= LONGEST_LOOKBACK:
            raise ValueError(f"`lookback` is 1 to {LONGEST_LOOKBACK} days")
        if not 0.01 <= self.half_life <= LONGEST_LOOKBACK:
            raise ValueError(f"`half_life` is 0.01 to {LONGEST_LOOKBACK} days")
        if not 1 <= self.limit <= MOST_KEYS:
            raise ValueError(f"`limit` is 1 to {MOST_KEYS}")


class Revenue(msgspec.Struct, frozen=True):
    currency: str | None
    amount: Decimal
    """A text with all digits. Each part is rounded to nine places, and a conversion's last touch takes what is left:
    the parts of a conversion sum to its value."""


class Credit(msgspec.Struct, frozen=True):
    name: str | None
    """The campaign, source, …; null for `direct` and `other`."""
    direct: bool
    """Whether this is what no touch led to."""
    other: bool
    """Whether it stands for all names beyond `limit`."""
    conversions: Decimal
    """Parts of conversions, a text with up to 12 places; a conversion's parts sum to exactly 1."""
    revenue: list[Revenue]
    """By currency; none for conversions without a value."""


class AttributionResult(msgspec.Struct, frozen=True):
    conversions: int
    revenue: list[Revenue]
    credits: list[Credit]
    """The greatest first, then `other`, then `direct`."""


def answer(question: Attribution, asking: Asking) -> AttributionResult:
    units: dict[int, int] = {}
    names: dict[int, str] = {}
    revenue: dict[int, list[Revenue]] = {}
    totals: dict[str | None, Decimal] = {}
    for rank, name, currency, part, valued, amount in asking.rows(statement(question, asking)):
        units[rank] = units.get(rank, 0) + part
        names[rank] = name
        if valued:
            revenue.setdefault(rank, []).append(Revenue(currency, _short(amount)))
            totals[currency] = _EXACT.add(totals.get(currency, Decimal(0)), amount)
    credits = [
        Credit(
            name=names[rank] if 0 < rank <= question.limit else None,
            direct=rank == 0,
            other=rank > question.limit,
            conversions=_short(_EXACT.divide(Decimal(units[rank]), _UNITS)),
            revenue=revenue.get(rank, []),
        )
        for rank in sorted(units, key=lambda rank: (rank == 0, rank))
    ]
    order = sorted(totals, key=lambda currency: (currency is None, currency or ""))
    summed = [Revenue(currency, _short(totals[currency])) for currency in order]
    return AttributionResult(sum(units.values()) // _UNITS, summed, credits)


def statement(question: Attribution, asking: Asking) -> Statement:
    """Rows (rank, or 0 for direct; name; currency; units of credit; how many have a value; sum of values)."""
    draft = asking.draft()
    conversions = _conversions(question, asking, draft)
    placed = _placed(question, asking, draft, conversions)
    bounds = draft.table(_BOUNDS.format(placed=placed, conversions=conversions, most=draft.bind(MOST_VISITS)), "bounds")
    direct = _DIRECT.format(conversions=conversions, bounds=bounds, units=_UNITS)
    dealt = _dealt(question, draft, bounds, placed)
    credits = draft.table(f"{direct} UNION ALL {dealt}", "credits")
    keys = draft.table(_KEYS.format(credits=credits), "keys")
    return draft.finish(_ANSWER.format(credits=credits, keys=keys, most=draft.bind(question.limit + 1)))


def _placed(question: Attribution, asking: Asking, draft: Draft, conversions: str) -> str:
    """Visits, and where conversions and their look-backs stand among them."""
    bounds = asking.bounds(question)
    lookback = question.lookback * DAY
    touching = bounds._replace(since=bounds.since - lookback - VISIT_MINUTES * MINUTE)
    clicking = touching._replace(since=touching.since - CLICK_DAYS * DAY)
    noted = asking.noted(clicking)
    events = Events(draft, touching, noted)
    of_buyers = f"{events.person()} IN (SELECT person FROM {conversions})"
    where = all_of([of_buyers, asking.conditions.clause(question.touches, events)])
    found = touches(events, Events(draft, clicking, noted), question.by, where)
    visits = draft.table(_VISITS.format(touches=found, minutes=VISIT_MINUTES), "visits")
    return draft.table(_PLACED.format(visits=visits, conversions=conversions, lookback=draft.bind(lookback)), "placed")


def _conversions(question: Attribution, asking: Asking, draft: Draft) -> str:
    """A table `number`, `person`, `instant`, `value`, `currency`, a row for each conversion."""
    events = Events(draft, asking.bounds(question))
    person = events.person()
    plain = [events.plain(column) for column in ("id_time", "id_low", "value", "currency")]
    plain.append(f"nullif({events.plain('order_id')}, '') AS order_id")
    instant = events.plain("occurred_at")
    clauses = [
        asking.conditions.of_event(question.conversion.event, question.conversion.where, events),
        asking.conditions.clause(question.where, events),
    ]
    table = events.table(all_of(clauses), "converting")
    rows = events.draft.table(
        f"SELECT {person} AS person, {instant} AS instant, {', '.join(plain)} FROM {table}", "converted"
    )
    return events.draft.table(_CONVERSIONS.format(events=rows), "conversions")


def _dealt(question: Attribution, draft: Draft, bounds: str, placed: str) -> str:
    """SQL for rows `key`, `currency`, `units`, `amount`: the parts of conversions that have visits."""
    if question.model in ("first", "last"):
        place = "b.until" if question.model == "last" else "b.since + 1"
        return _ONE.format(bounds=bounds, placed=placed, place=place, units=_UNITS)
    pairs = draft.table(_PAIRS.format(bounds=bounds, placed=placed), "pairs")
    if question.model == "decay":
        weight = _WEIGHT.format(half_life=draft.bind(question.half_life * DAY))
        totals = draft.table(_TOTALS.format(weight=weight, pairs=pairs), "totals")
        pairs = f"(SELECT *, {weight} AS weight FROM {pairs} JOIN {totals} USING (number))"
    shared = draft.table(_SHARED.format(pairs=pairs, share=_SHARES[question.model], units=_UNITS), "shared")
    return _DEALT.format(shared=shared, units=_UNITS)


def _short(number: Decimal) -> Decimal:
    """Without zeros at its end."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


KIND = Kind(Attribution, answer)
