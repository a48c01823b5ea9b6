"""The registry's tables, as `migrations.py` has made them. Times are µs."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("schema_version", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("last_workspace", Integer, nullable=False),
)
"""One row. `version` grows with every change that a snapshot shows; `last_workspace` is the last number given."""

workspaces = Table(
    "workspaces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)

workspace_settings = Table(
    "workspace_settings",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, ForeignKey("workspaces.name"), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("label", Text, nullable=False),
)
"""`hash` is unique among keys not revoked; `scopes` are joined by blanks."""

lists = Table(
    "lists",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sites = Table(
    "sites",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, ForeignKey("workspaces.name"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("workspace", Text, ForeignKey("workspaces.name"), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("username", Text, ForeignKey("users.name"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

metrics = Table(
    "metrics",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("name", Text, primary_key=True),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("list_id", Text, primary_key=True),
    Column("email_hash", LargeBinary, primary_key=True),
)

saved = Table(
    "saved",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""`document` is JSON; names are unique within a workspace and kind."""

described = Table(
    "described",
    metadata,
    Column("workspace", Text, ForeignKey("workspaces.name"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("property", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("pii", Boolean, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""`property` is empty for the event itself."""
