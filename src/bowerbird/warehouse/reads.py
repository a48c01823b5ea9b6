"""Questions to the tables, as SQL with bound parameters, and their answers as stored events.

Statements are put together from the texts in this file; whatever a caller gives is bound.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from bowerbird.event import Position, Positions
from bowerbird.person_ids import PERSON_ID, number_of
from bowerbird.warehouse.base import EventQuery, StoredEvent
from bowerbird.warehouse.event_ids import EVENT_ID, split_or_none
from bowerbird.warehouse.rows import FARTHEST, decimal_text

Statement = tuple[str, dict[str, Any]]
"""SQL, and its parameters by name."""

_HEAD = f"""
    workspace, dialect, kind, name, epoch_us(occurred_at) AS occurred_us, epoch_us(received_at), key_id,
    ({PERSON_ID})::VARCHAR, user_id, anonymous_id, email, phone, account_id, list_id, value, value_exact, currency,
    order_id, click_id, source_id, duplicate_of"""
_PLACE = '"partition", "offset", "index", outcome'
_STORED = f"{_PLACE}, ({EVENT_ID})::VARCHAR AS id, {_HEAD}"

_HOT = f"""
    SELECT {_STORED}, properties, traits, context
    FROM (SELECT *, 'stored' AS outcome, NULL AS duplicate_of FROM hot"""  # noqa: S608
_COLD = f"""
    SELECT {_STORED}, properties::JSON::VARCHAR, traits, context::JSON::VARCHAR
    FROM (SELECT *, 'stored' AS outcome, NULL AS duplicate_of FROM cold"""  # noqa: S608
_OTHERS = f"""
    SELECT {_PLACE}, event_id AS id, {_HEAD}, NULL, NULL, NULL
    FROM (SELECT * FROM others"""  # noqa: S608
_MAY_HAVE = " AND (property_names IS NULL OR contains(property_names, $property_noted))"
_HAS = " AND variant_extract({}, $property)::VARCHAR = $property_value"
_NEWEST = "ORDER BY occurred_at DESC, id_time DESC, id_low DESC LIMIT $limit"
_OLDEST = "ORDER BY occurred_at, {id} LIMIT $limit"
_decode = msgspec.json.Decoder().decode


def page(query: EventQuery) -> Statement:
    """The newest rows of `hot` and `cold`. Each table gives its own page, so content is read of few rows only."""
    clauses, parameters = _conditions(query)
    parameters["limit"] = query.limit
    where = f"WHERE {' AND '.join(clauses)}"
    hot = cold = ""
    if query.property is not None:
        parameters["property"], parameters["property_value"] = query.property
        parameters["property_noted"] = f"/{query.property[0]}/"
        hot, cold = _HAS.format("properties::JSON::VARIANT"), _MAY_HAVE + _HAS.format("properties")
    sql = f"{_HOT} {where}{hot} {_NEWEST}) UNION ALL {_COLD} {where}{cold} {_NEWEST})"
    return f"{sql} ORDER BY occurred_us DESC, id DESC LIMIT $limit", parameters


def by_id(workspace: str | None, event_id: str) -> Statement:
    """Rows of any outcome by event id or source id, oldest first."""
    parameters: dict[str, Any] = {"id": event_id, "limit": 100}
    stored = "source_id = $id"
    if (pair := split_or_none(event_id)) is not None:
        parameters["id_time"], parameters["id_low"] = pair
        stored = "(id_time = $id_time AND id_low = $id_low OR source_id = $id)"
    others = "(event_id = $id OR source_id = $id)"
    if workspace is not None:
        parameters["workspace"] = workspace
        stored, others = (f"{where} AND workspace = $workspace" for where in (stored, others))
    stored = f"WHERE {stored} {_OLDEST.format(id='id_time, id_low')})"
    others = f"WHERE {others} {_OLDEST.format(id='event_id')})"
    sql = f"{_HOT} {stored} UNION ALL {_COLD} {stored} UNION ALL {_OTHERS} {others}"
    return f"{sql} ORDER BY occurred_us, id LIMIT $limit", parameters


def by_people(workspace: str, people: Sequence[str]) -> Statement:
    """Every row of the people, oldest first."""
    parameters = {"workspace": workspace, "people": numbers(people)}
    where = "WHERE workspace = $workspace AND person = ANY($people::BIGINT[]))"
    sql = f"{_HOT} {where} UNION ALL {_COLD} {where} UNION ALL {_OTHERS} {where} ORDER BY occurred_us, id"
    return sql, parameters


def repeating(workspace: str, event_ids: Sequence[str]) -> Statement:
    """Rows of duplicates of these events, oldest first."""
    where = "WHERE workspace = $workspace AND duplicate_of = ANY($ids::VARCHAR[]))"
    return f"{_OTHERS} {where} ORDER BY occurred_us, id", {"workspace": workspace, "ids": list(event_ids)}


def by_outcome(upto: Positions | None) -> Statement:
    """Rows by workspace, dialect and outcome, up to an offset in each partition; None: all rows. The partitions are
    bound as lists, so that the statement does not grow with them."""
    rest = "GROUP BY ALL"
    parameters: dict[str, Any] = {}
    if upto is not None:
        bounds = '(SELECT unnest($partitions::INTEGER[]) AS "partition", unnest($offsets::BIGINT[]) AS upto)'
        rest = f'JOIN {bounds} USING ("partition") WHERE "offset" <= upto GROUP BY ALL'
        parameters = {"partitions": list(upto), "offsets": list(upto.values())}
    sql = f"""
        SELECT workspace, dialect, outcome, sum(n)::BIGINT FROM (
            SELECT workspace, dialect, 'stored' AS outcome, count(*) AS n FROM hot {rest}
            UNION ALL SELECT workspace, dialect, 'stored', count(*) FROM cold {rest}
            UNION ALL SELECT workspace, dialect, outcome, count(*) FROM others {rest})
        GROUP BY ALL"""  # noqa: S608
    return sql, parameters


def stored_event(row: tuple[Any, ...]) -> StoredEvent:
    """A row of any of these statements but `by_outcome`."""
    content = (_decode(text) if text else {} for text in row[26:])
    value = None if row[19] is None else row[20] or decimal_text(row[19])
    fields: Any = (*row[3:19], value, *row[21:26], *content)
    return StoredEvent(Position(*row[:3]), *fields)


def _conditions(query: EventQuery) -> tuple[list[str], dict[str, Any]]:
    clauses, parameters = ["workspace = $workspace"], {"workspace": query.workspace}

    def add(clause: str, **bound: Any) -> None:
        clauses.append(clause)
        parameters.update(bound)

    if query.name is not None:
        add("name = $name", name=query.name)
    if query.people is not None:
        add("person = ANY($people::BIGINT[])", people=numbers(query.people))
    if query.list_id is not None:
        add("list_id = $list_id", list_id=query.list_id)
    if query.dialect is not None:
        add("dialect = $dialect", dialect=query.dialect)
    if query.since is not None:
        add("occurred_at >= make_timestamp($since)", since=_time(query.since))
    if query.until is not None:
        add("occurred_at < make_timestamp($until)", until=_time(query.until))
    if query.before is not None:
        # Two clauses, because only a plain bound on occurred_at lets DuckDB leave row groups out.
        add("occurred_at <= make_timestamp($at)", at=_time(query.before[0]))
        id_time, id_low = split_or_none(query.before[1]) or (None, None)
        older = "(id_time < $id_time OR id_time = $id_time AND id_low < $id_low)"
        add(f"(occurred_at < make_timestamp($at) OR {older})", id_time=id_time, id_low=id_low)
    return clauses, parameters


def numbers(people: Sequence[str]) -> list[int]:
    """Those of the texts that are person ids; any other names nobody."""
    found = []
    for text in people:
        with suppress(ValueError):
            found.append(number_of(text))
    return found


def _time(micros: int) -> int:
    """The nearest time that DuckDB knows."""
    return min(max(micros, -FARTHEST), FARTHEST)
