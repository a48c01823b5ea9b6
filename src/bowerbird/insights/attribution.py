"""Which campaigns, sources, media, referrers or links conversions and revenue are owed to."""

from decimal import Context, Decimal
from typing import Literal

import msgspec

from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.question import Asking, Kind, Question
from bowerbird.insights.ranges import Period
from bowerbird.insights.touches import CLICK_DAYS, touches

DAY = 86_400_000_000
LONGEST_LOOKBACK = 365
MOST_KEYS = 100
VISIT_MINUTES = 30
_EXACT = Context(prec=100)
_UNITS = 10**12
"""A conversion is dealt out in so many units of credit."""
_CONVERSIONS = """
    SELECT row_number() OVER () AS number, person, instant, value, currency FROM (
        SELECT arg_min_null(person, oldest) AS person, min(instant) AS instant, arg_min_null(value, oldest) AS value,
            arg_min_null(currency, oldest) AS currency
        FROM (SELECT *, row(instant, id_time, id_low) AS oldest FROM {events})
        WHERE order_id IS NOT NULL GROUP BY order_id
        UNION ALL SELECT person, instant, value, currency FROM {events} WHERE order_id IS NULL)"""
_PAIRS = """
    SELECT c.number, c.instant, c.value, c.currency, t.instant AS touched, t.key
    FROM {conversions} AS c LEFT JOIN {touches} AS t
    ON t.person = c.person
    AND t.instant <= c.instant AND t.instant >= c.instant - to_microseconds({lookback}::BIGINT)"""
_ONE = """
    SELECT {pick}(key, (touched, key)) AS key, {units}::HUGEINT AS units,
        any_value(value)::DECIMAL(38, 9) AS amount, any_value(currency) AS currency
    FROM {pairs} GROUP BY number"""
_VISITS = """
    SELECT * FROM {pairs} WINDOW w AS (PARTITION BY number ORDER BY touched, key)
    QUALIFY key IS NULL OR key IS DISTINCT FROM lag(key) OVER w
        OR touched - lag(touched) OVER w > INTERVAL {minutes} MINUTE"""
_PLACED = """
    SELECT *, row_number() OVER w AS place, count(*) OVER all_of_it AS places, max(touched) OVER all_of_it AS newest
    FROM {visits}
    WINDOW w AS (PARTITION BY number ORDER BY touched, key), all_of_it AS (PARTITION BY number)"""
_WEIGHED = "SELECT *, {weight} AS weight FROM {placed}"
_SHARED = """
    SELECT number, key, value, currency, place = places AS last,
        floor(weight / sum(weight) OVER conversion * {units})::BIGINT AS units,
        round(value::DOUBLE * (weight / sum(weight) OVER conversion), 9)::DECIMAL(38, 9) AS amount
    FROM {weighed} WINDOW conversion AS (PARTITION BY number)"""
_DEALT = """
    SELECT key, currency,
        CASE WHEN last THEN {units} - (sum(units) OVER conversion - units) ELSE units END::HUGEINT AS units,
        CASE WHEN last THEN value - (sum(amount) OVER conversion - amount) ELSE amount END::DECIMAL(38, 9) AS amount
    FROM {shared} WINDOW conversion AS (PARTITION BY number)"""
_WEIGHTS = {
    "linear": "1.0::DOUBLE",
    "position": """CASE WHEN places <= 2 THEN 1.0 WHEN place IN (1, places) THEN 0.4
        ELSE 0.2 / (places - 2) END::DOUBLE""",
    "decay": "coalesce(pow(0.5, epoch_us(newest - touched)::DOUBLE / {half_life}::DOUBLE), 1)",
}
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
    Touches that follow one another with the same name, each within 30 minutes of the one before, are one. Touches
    at one instant stand in the order of their names.

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
    pairs = draft.table(_pairs(question, asking, draft), "pairs")
    credits = draft.table(_credits(question, draft, pairs), "credits")
    keys = draft.table(_KEYS.format(credits=credits), "keys")
    return draft.finish(_ANSWER.format(credits=credits, keys=keys, most=draft.bind(question.limit + 1)))


def _pairs(question: Attribution, asking: Asking, draft: Draft) -> str:
    """Every conversion with each of its touches; without any, with NULL."""
    bounds = asking.bounds(question)
    lookback = question.lookback * DAY
    touching = Period(bounds.since - lookback, bounds.until, bounds.zone)
    clicking = Period(touching.since - CLICK_DAYS * DAY, bounds.until, bounds.zone)
    events = Events(draft, touching)
    where = asking.conditions.clause(question.touches, events)
    return _PAIRS.format(
        conversions=_conversions(question, asking, Events(draft, bounds)),
        touches=touches(events, Events(draft, clicking), question.by, where),
        lookback=draft.bind(lookback),
    )


def _conversions(question: Attribution, asking: Asking, events: Events) -> str:
    """A table `number`, `person`, `instant`, `value`, `currency`, a row for each conversion."""
    person = events.person()
    plain = [events.plain(column) for column in ("id_time", "id_low", "order_id", "value", "currency")]
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


def _credits(question: Attribution, draft: Draft, pairs: str) -> str:
    """SQL for rows `key`, `units`, `amount`, `currency`: the parts of conversions."""
    if question.model in ("first", "last"):
        return _ONE.format(pick="arg_min" if question.model == "first" else "arg_max", units=_UNITS, pairs=pairs)
    weight = _WEIGHTS[question.model]
    if question.model == "decay":
        weight = weight.format(half_life=draft.bind(question.half_life * DAY))
    visits = draft.table(_VISITS.format(pairs=pairs, minutes=VISIT_MINUTES), "visits")
    placed = draft.table(_PLACED.format(visits=visits), "placed")
    weighed = draft.table(_WEIGHED.format(weight=weight, placed=placed), "weighed")
    shared = draft.table(_SHARED.format(weighed=weighed, units=_UNITS), "shared")
    return _DEALT.format(shared=shared, units=_UNITS)


def _short(number: Decimal) -> Decimal:
    """Without zeros at its end."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


KIND = Kind(Attribution, answer)
