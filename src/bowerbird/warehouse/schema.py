"""The warehouse's tables.

`hot` takes batches as they come, with properties as JSON text; `cold` holds them as VARIANT, in whole row groups;
`others` holds what is no event row: duplicates, identify-only, quarantined and erased events, without their content,
so that event queries never meet them. `positions` says how far the log has been applied: the greatest offset
of each partition.

Ids of `others` are text: what could not be decoded is accounted for under whatever id it claimed.

The view `events` is hot and cold as one: properties and context as VARIANT, traits as JSON text or NULL.
"""

ROW_GROUP = 122_880
"""Rows of a DuckDB row group. A table that only ever takes whole groups has no tail to shred again."""

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

_COLUMNS = """
    person_id UUID,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
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

_CONTENT = "traits VARCHAR, properties {type} NOT NULL, context {type}"
_FATE = "outcome VARCHAR NOT NULL, duplicate_of VARCHAR"
_EVENTS = """
    SELECT * REPLACE (properties::JSON::VARIANT AS properties, context::JSON::VARIANT AS context) FROM hot
    UNION ALL
    SELECT * FROM cold"""

TABLES = (
    f"CREATE TABLE IF NOT EXISTS hot (event_id UUID NOT NULL, {_COLUMNS}, {_CONTENT.format(type='VARCHAR')})",
    f"CREATE TABLE IF NOT EXISTS cold (event_id UUID NOT NULL, {_COLUMNS}, {_CONTENT.format(type='VARIANT')})",
    f"CREATE TABLE IF NOT EXISTS others (event_id VARCHAR NOT NULL, {_COLUMNS}, {_FATE})",
    'CREATE TABLE IF NOT EXISTS positions ("partition" INTEGER NOT NULL, "offset" BIGINT NOT NULL)',
    f"CREATE VIEW IF NOT EXISTS events AS {_EVENTS}",
)
"""`value` is rounded where a sum can do without the rest; `value_exact` then holds all digits, else NULL."""
