"""The state's tables. Times are µs since the epoch, UTC; JSON columns hold text."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

from bowerbird.state.base import FOUND_WHOLE, LONGEST_FOUND

metadata = MetaData()

ROOTS = text("root = person_id")
FINDABLE = text(f"kind <> '{FOUND_WHOLE}' AND length(value) <= {LONGEST_FOUND}")

positions = Table(
    "positions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
    Column("committed_at", BigInteger),
)
"""`committed_at` is the row's at `offset`; NULL: an earlier version did not note it."""

nodes = Table(
    "nodes",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("root", String(36), nullable=False),
    Column("merged_into", String(36)),
    Column("user_id", Text),
    Index("nodes_by_root", "root"),
    Index("roots_by_age", "workspace", "created_at", "person_id", sqlite_where=ROOTS, postgresql_where=ROOTS),
    sqlite_with_rowid=False,
)
"""`merged_into` is the pointer that a merge set; `root` follows all pointers to their end."""

identifiers = Table(
    "identifiers",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("identifiers_by_person", "person_id"),
    Index("identifiers_by_value", "workspace", "kind", "value", sqlite_where=FINDABLE, postgresql_where=FINDABLE),
)
"""`key` is the digest of (workspace, kind, value). Digests come in no order, so rows stand by age, and only an index of
keys is written to all over."""

merges = Table(
    "merges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("survivor", String(36), nullable=False, index=True),
    Column("absorbed", String(36), nullable=False, index=True),
    Column("event_id", String(36), nullable=False),
    Column("identifiers", Text, nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
)

kept_apart = Table(
    "kept_apart",
    metadata,
    Column("one", String(36), primary_key=True),
    Column("other", String(36), primary_key=True),
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("other_id", String(36), primary_key=True, index=True),
    Column("kind", String, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("resolution", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The latest of its kind: two people who share an e-mail contest it with every event."""

traits = Table(
    "traits",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("event_id", String(36), nullable=False),
    sqlite_with_rowid=False,
)

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("first_seen", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

catalog = Table(
    "catalog",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("list_id", String, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("property", Text, primary_key=True),
    Column("type", String, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""`property` and `type` are '' in the row that counts the event itself."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("dialect", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("index", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("step", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("quarantine_by_workspace", "workspace", "event_id"),
)

unsynced_keys = Table(
    "unsynced_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("keys", LargeBinary, nullable=False),
)
"""The dedupe keys of each batch until the key store has them on disk."""

DERIVED = (positions, nodes, identifiers, merges, conflicts, traits, accounts, catalog, quarantine, unsynced_keys)
"""What a replay of the log gives again; `kept_apart` is an operator's word and stays."""
