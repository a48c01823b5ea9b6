"""All stored events of a workspace as a file, written by DuckDB."""

import os
from pathlib import Path
from typing import Literal

import duckdb
from duckdb import DuckDBPyConnection

from bowerbird.errors import BowerbirdError

_PARQUET = """
    COPY (
        SELECT * EXCLUDE (person, value_exact) REPLACE (
            event_id::VARCHAR AS event_id,
            person_id::VARCHAR AS person_id,
            properties::JSON::VARCHAR AS properties,
            context::JSON::VARCHAR AS context),
            value_exact
        FROM events WHERE workspace = $workspace
    ) TO $target (FORMAT parquet, COMPRESSION zstd)"""

_NDJSON = """
    COPY (
        SELECT
            event_id, dialect, kind, name,
            strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS occurred_at,
            strftime(received_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS received_at,
            person_id, user_id, anonymous_id, email, account_id, list_id,
            coalesce(value_exact, rtrim(rtrim(value::VARCHAR, '0'), '.'))::JSON AS value,
            currency, click_id, properties::JSON AS properties
        FROM events WHERE workspace = $workspace
    ) TO $target (FORMAT json)"""


def export(cursor: DuckDBPyConnection, workspace: str, target: Path, form: Literal["parquet", "ndjson"]) -> int:
    """The file appears under its name when it is complete. Rows of NDJSON have the shape of the JSON API's; Parquet
    has all columns, with properties and context as JSON text. Raises `BowerbirdError` where there is no room."""
    partial = target.with_name(f"{target.name}.partial")
    copy = _PARQUET if form == "parquet" else _NDJSON
    try:
        count: int = cursor.execute(copy, {"workspace": workspace, "target": str(partial)}).fetchall()[0][0]
        os.replace(partial, target)
    except duckdb.IOException as problem:
        raise BowerbirdError(
            f"the export cannot be written: {problem}",
            f"Make room in {target.parent.parent}, or start the server with TMPDIR naming a directory that has it.",
        ) from problem
    finally:
        partial.unlink(missing_ok=True)
    return count
