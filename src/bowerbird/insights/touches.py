"""Touches: events that say which campaign, source, medium, referrer or link brought a person."""

from collections.abc import Sequence

from bowerbird.insights.draft import all_of
from bowerbird.insights.events import Events
from bowerbird.insights.fields import Field

URLS = ("$current_url", "current_url", "url", "page_url", "landing_url")
"""Properties that may hold the address of the page, its parameters included."""
REFERRERS = ("referrer", "$referrer", "$referring_domain")
CLICK_DAYS = 30
"""For which an event with a click's id counts as brought by the click."""
_HOST = r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/?#@]*@)?(?:www\.)?([^/?#:\s]+\.[^/?#:\s]+)"
_CLICKS = """
    SELECT id, arg_min(value, (instant, id_time, id_low)) AS value, min(instant) AS instant FROM (
        SELECT coalesce(click_id, source_id) AS id, {value} AS value, occurred_at AS instant, id_time, id_low
        FROM {events})
    WHERE id IS NOT NULL GROUP BY id"""
_TOUCHES = """
    SELECT * FROM (
        SELECT e.person, e.instant, coalesce(e.own, k.value) AS key
        FROM {events} AS e LEFT JOIN {clicks} AS k
        ON k.id = e.click AND e.instant BETWEEN k.instant AND k.instant + INTERVAL {days} DAY)
    WHERE key IS NOT NULL"""
_OWN = "SELECT * FROM (SELECT person, instant, own AS key FROM {events}) WHERE key IS NOT NULL"


def touches(events: Events, clicks: Events, by: str, where: str = "true") -> str:
    """A table `person`, `instant`, `key` of what the events say. `where`: for which of the
    events it holds. `clicks`: the events among which clicks are looked for."""
    person, instant = events.person(), events.plain("occurred_at")
    kind, click_id, source_id = (events.plain(name) for name in ("kind", "click_id", "source_id"))
    own, telling = _own(events, by)
    if by != "referrer":
        telling = [*telling, click_id, f"nullif({kind} = 'click', false)"]
    tells = " OR ".join(f"{each} IS NOT NULL" for each in telling)
    table = events.table(all_of([f"{person} IS NOT NULL", tells, where]), "touching")
    click = f"CASE WHEN {kind} = 'click' THEN coalesce({click_id}, {source_id}) ELSE {click_id} END"
    # OFFSET: addresses are taken apart of those rows alone that are left
    rows = events.draft.table(
        f"SELECT {person} AS person, {instant} AS instant, {own} AS own, {click} AS click FROM (FROM {table} OFFSET 0)",
        "touched",
    )
    if by == "referrer":
        return events.draft.table(_OWN.format(events=rows), "touches")
    known = _clicks(clicks, by)
    return events.draft.table(_TOUCHES.format(events=rows, clicks=known, days=CLICK_DAYS), "touches")


def read_by(by: str) -> list[str]:
    """Names of the properties, at the top level, whose values `touches` tells."""
    if by == "link":
        return []
    if by == "referrer":
        return [*REFERRERS]
    return [f"utm_{by}", f"$utm_{by}", "utm", by, *URLS]


def _clicks(events: Events, by: str) -> str:
    """A table `id`, `value`, `instant` of tracked links' clicks; of several with one id the first counts."""
    value = _first([events.text(Field("property", (by,))), events.text(Field("property", (f"utm_{by}",)))])
    for column in ("click_id", "source_id", "occurred_at", "id_time", "id_low"):
        events.plain(column)
    events.only("kind = 'click'")
    table = events.table(name="clicked")
    return events.draft.table(_CLICKS.format(value=value, events=table), "clicks")


def _own(events: Events, by: str) -> tuple[str, list[str]]:
    """What the event says by itself, NULL for nothing; and the properties of which it has one then."""
    if by == "link":
        return "NULL::VARCHAR", []
    urls = _properties(events, URLS)
    if by == "referrer":
        referrers = _properties(events, REFERRERS)
        return f"nullif({_host(events, _first(referrers))}, coalesce({_host(events, _first(urls))}, ''))", referrers
    utm = f"utm_{by}"
    named = [events.text(Field("property", path)) for path in ((utm,), (f"${utm}",), ("utm", by))]
    return _first([*named, *(_parameter(events, url, utm) for url in urls)]), [*named, *urls]


def _properties(events: Events, names: Sequence[str]) -> list[str]:
    return [events.text(Field("property", (name,))) for name in names]


def _parameter(events: Events, url: str, name: str) -> str:
    """A parameter of a URL, decoded; as it is where that is no UTF-8."""
    pattern = events.draft.bind(rf"[?&]{name}=([^&#]*)")
    found = f"replace(regexp_extract({url}, {pattern}, 1), '+', ' ')"
    found = f"coalesce(TRY(url_decode({found})), {found})"
    return f"CASE WHEN contains({url}, {events.draft.bind(name)}) THEN {found} END"


def _host(events: Events, url: str) -> str:
    """The host of a URL or of what begins with one, in small letters, without `www.`; NULL for none."""
    return f"nullif(regexp_extract(lower({url}), {events.draft.bind(_HOST)}, 1), '')"


def _first(texts: Sequence[str]) -> str:
    """The first that is neither NULL nor empty."""
    return f"coalesce({', '.join(f'nullif({each}, {chr(39) * 2})' for each in texts)})"
