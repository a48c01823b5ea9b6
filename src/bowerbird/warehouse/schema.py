"""The warehouse's tables.

`hot` takes batches as they come, with properties as JSON text; `cold` holds them as VARIANT, in whole row groups;
`others` holds what is no event row: duplicates, identify-only, quarantined and erased events, without their content,
so that event queries never meet them. `positions` says how far the log has been applied: the greatest offset
of each partition.

What compresses badly as it is stands taken apart: an event id as `id_time` and `id_low` (`event_ids.py`), the time of
receipt as µs by which `id_time` is ahead of it, a person id as its number (`bowerbird.person_ids`). The view
`events` computes `event_id` and `person_id` of them, which costs nothing until they are asked for; whatever looks for
an event or a person asks for the stored columns. Event ids of `others` are text: what could not be decoded is accounted
for under whatever id it claimed.

The view `events` is hot and cold as one: properties and context as VARIANT, traits as JSON text or NULL.
"""

from bowerbird.person_ids import PERSON_ID
from bowerbird.warehouse.event_ids import EVENT_ID

VERSION = 5
"""Of these tables; one more with each change that a file of before does not have."""
OLDEST = 4
"""A file from this version on becomes one of today by making the tables that it lacks."""

ROW_GROUP = 122_880
"""Rows of a DuckDB row group. A table that only ever takes whole groups has no tail to shred again."""
MOVED = 2 * ROW_GROUP
"""Rows that move at a time. Sorted by name, each row group of them holds fewer kinds of properties than it would if it
moved alone: DuckDB takes none apart where one has `price` and another `Price`."""

TEXT = (
    "workspace",
    "dialect",
    "kind",
    "name",
    "key_id",
    "user_id",
    "anonymous_id",
    "email",
    "phone",
    "account_id",
    "list_id",
    "currency",
    "order_id",
    "click_id",
    "source_id",
)
"""Fields of an event that are stored as they are."""

STORED = (
    *("id_time", "id_low", "id_ahead", "person", "partition", "offset", "index", "occurred_at"),
    *TEXT,
    *("value", "value_exact", "traits", "properties", "context"),
)
"""Columns of `hot` and `cold` that are stored, as opposed to computed."""

INTEGERS = frozenset(
    ("id_time", "id_ahead", "person", "partition", "offset", "index", "occurred_at", "received_at", "root")
)
"""Columns that arrive as integers; all others arrive as text."""

_COLUMNS = """
    person BIGINT,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    workspace VARCHAR NOT NULL,
    dialect VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    key_id VARCHAR NOT NULL,
    user_id VARCHAR,
    anonymous_id VARCHAR,
    email VARCHAR,
    phone VARCHAR,
    account_id VARCHAR,
    list_id VARCHAR,
    currency VARCHAR,
    order_id VARCHAR,
    click_id VARCHAR,
    source_id VARCHAR,
    value DECIMAL(38, 9),
    value_exact VARCHAR"""

_IDS = "id_time BIGINT NOT NULL, id_low VARCHAR NOT NULL, id_ahead BIGINT NOT NULL"
_CONTENT = "traits VARCHAR, properties {type} NOT NULL, context {type}"
_COMPUTED = "received_at TIMESTAMP GENERATED ALWAYS AS (make_timestamp(id_time - id_ahead)) VIRTUAL"
"""Nothing dearer: DuckDB computes it for each row inserted, too."""
_FATE = "outcome VARCHAR NOT NULL, duplicate_of VARCHAR"
_HOT = _CONTENT.format(type="VARCHAR")
_COLD = f"{_CONTENT.format(type='VARIANT')}, property_names VARCHAR"

_BEFORE = f"""
    {EVENT_ID} AS event_id, {PERSON_ID} AS person_id, person,
    "partition", "offset", "index", occurred_at, received_at"""
_SHOWN = f"{_BEFORE}, {', '.join(TEXT)}, value, value_exact, traits"
_EVENTS = f"""
    SELECT {_SHOWN}, properties::JSON::VARIANT AS properties, context::JSON::VARIANT AS context FROM hot
    UNION ALL
    SELECT {_SHOWN}, properties, context FROM cold"""  # noqa: S608

TABLES = (
    f"CREATE TABLE IF NOT EXISTS hot ({_IDS}, {_COLUMNS}, {_HOT}, {_COMPUTED})",
    f"CREATE TABLE IF NOT EXISTS cold ({_IDS}, {_COLUMNS}, {_COLD}, {_COMPUTED})",
    f"""CREATE TABLE IF NOT EXISTS others (
        event_id VARCHAR NOT NULL, {_COLUMNS}, received_at TIMESTAMP NOT NULL, {_FATE})""",
    'CREATE TABLE IF NOT EXISTS positions ("partition" INTEGER NOT NULL, "offset" BIGINT NOT NULL)',
    f"CREATE VIEW IF NOT EXISTS events AS {_EVENTS}",
    f"CREATE TABLE IF NOT EXISTS schema_version AS SELECT {VERSION} AS version",
    f"UPDATE schema_version SET version = {VERSION} WHERE version < {VERSION}",  # noqa: S608
)
"""`value` is rounded where a sum can do without the rest; `value_exact` then holds all digits, else NULL.

`property_names` of a row in `cold`, such as `/Price/ProductID/`: it has no other properties at the top level. NULL: it
may have any. DuckDB reads all properties of a row group in which no row has the one that is asked for, at 0.3 to 0.7
µs a row, so whoever asks for one asks for it in rows that may have it alone.
"""
