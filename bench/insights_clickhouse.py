"""The same events in ClickHouse (chDB, embedded), properties as its JSON type."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from insights_data import World

PYTHON = Path(__file__).parents[1] / ".venv-bench/bin/python"
ORDERS = {"by_time": "workspace, occurred_at", "by_name": "workspace, name, occurred_at"}
"""Tables, and what each is sorted by. Every question is put to both, and the faster one counts."""
_NAMES = ("workspace", "dialect", "kind", "name", "id_low")
_TEXTS = ("key_id", "user_id", "anonymous_id", "email", "phone", "account_id", "list_id", "currency", "order_id")
_TYPES = {
    **dict.fromkeys(("id_time", "id_ahead", "person", '"partition"', '"offset"', '"index"'), "Int64"),
    **dict.fromkeys(_NAMES, "LowCardinality(String)"),
    **dict.fromkeys((*_TEXTS, "click_id", "source_id", "value_exact", "traits"), "Nullable(String)"),
    "occurred_at": "DateTime64(6, 'UTC')",
    "value": "Nullable(Decimal(38, 9))",
    "properties": "JSON",
    "context": "JSON",
}
_COLUMNS = ", ".join(f"{name} {type_}" for name, type_ in _TYPES.items())
_READ = f"SELECT {', '.join(_TYPES)} FROM file('{{folder}}/parts/*.parquet')"
_MAKE = (
    *(f"CREATE TABLE {table} ({_COLUMNS}) ENGINE = MergeTree ORDER BY ({key})" for table, key in ORDERS.items()),
    "CREATE TABLE aliases (person UInt64, root Int64) ENGINE = MergeTree ORDER BY person",
    *(f"INSERT INTO {table} {_READ}" for table in ORDERS),
    "INSERT INTO aliases SELECT * FROM file('{folder}/aliases.parquet')",
    """CREATE DICTIONARY roots (person UInt64, root Int64) PRIMARY KEY person
        SOURCE(CLICKHOUSE(TABLE 'aliases')) LAYOUT(HASHED()) LIFETIME(0)""",
    *(f"OPTIMIZE TABLE {table} FINAL" for table in ORDERS),
)
PERSON = "dictGetOrDefault('roots', 'root', toUInt64(person), person)"
"""Of this moment: after merges. A dictionary in memory, which is faster than a join."""


class Spent(NamedTuple):
    """Seconds."""

    clock: float
    cpu: float
    """Of all threads: what a question costs, however busy the machine is otherwise."""


class ClickHouse:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, sql: str) -> tuple[Spent, list[list[Any]]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(sql)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"ClickHouse ended at: {sql}")
        answer = json.loads(line)
        return Spent(answer["seconds"], answer["cpu"]), answer["rows"]


@contextmanager
def clickhouse(world: World) -> Iterator[ClickHouse]:
    """With the world's events in it; filled once."""
    filled = world.folder / "chdb.filled"
    if not filled.is_file():
        shutil.rmtree(world.folder / "chdb", ignore_errors=True)
    command = [str(PYTHON), str(Path(__file__).with_name("insights_chdb.py")), str(world.folder / "chdb")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        database = ClickHouse(process)
        if not filled.is_file():
            for statement in _MAKE:
                database.ask(statement.format(folder=world.folder))
            filled.touch()
        database.ask("SET max_threads = 2")
        yield database
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(60)
