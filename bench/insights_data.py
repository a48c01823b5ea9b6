"""Ten million events of ninety days, the mix of `traffic`, as Parquet and in Bowerbird's warehouse; made once and
kept."""

import json
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import duckdb

from bowerbird.clock import SECOND
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.schema import MOVED, STORED, VERSION

DAY = 86_400 * SECOND
DAYS = 90
STALE = 3 * DAY
"""µs after which the data is made anew: the console's pages ask for the last 30 days."""
PARTITION = 500
"""Of the log, that no server writes, so that one can take over the data directory."""
_ROWS = Path(__file__).with_name("insights_rows.sql").read_text()
_ROOTS = """
    INSERT INTO roots SELECT person + 512, person
    FROM (
        SELECT ((p * 20 // 50) << 26) | ((p * 20 % 50) << 9) | $partition AS person
        FROM range(0, $people, 5) AS r(p))"""
_TRAITS = """
    INSERT INTO traits BY NAME
    SELECT 'default' AS workspace, person, unnest(['first_name', 'city']) AS name,
        unnest(['"Ada"', json_extract(any_value(traits), '$.city')::VARCHAR]) AS value,
        min(occurred_at) AS occurred_at, min(id_time)::VARCHAR AS event_id
    FROM read_parquet($files) WHERE traits IS NOT NULL GROUP BY person"""


class World(NamedTuple):
    """Events from `start` to `end` (µs) of `people` persons, and the folder that has them."""

    folder: Path
    events: int
    people: int
    start: int
    end: int

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def parts(self) -> list[Path]:
        return sorted((self.folder / "parts").glob("*.parquet"))

    def nodes(self, number: int) -> list[int]:
        """The person's number in the warehouse, and that of whom it was before."""
        person = number * 20 // 50 << 26 | number * 20 % 50 << 9 | PARTITION
        return [person, person + 512] if number % 5 == 0 else [person]


def world(folder: Path, events: int) -> World:
    """The events that the folder has; made now where it has none, which takes minutes and 3 GB."""
    told = folder / "world.json"
    if told.is_file():
        content = json.loads(told.read_text())
        version, have = content.pop("version", 0), World(folder, **content)
        if version != VERSION or have.events != events or time.time_ns() // 1000 - have.end > STALE:
            raise SystemExit(f"{folder} holds other events, or old ones: remove it, or give another --data")
        return have
    end = time.time_ns() // 1000 // DAY * DAY + DAY
    made = World(folder, events, max(100, events // 20), end - DAYS * DAY, end)
    _write_parts(made)
    _fill(made)
    told.write_text(
        json.dumps({"events": events, "people": made.people, "start": made.start, "end": end, "version": VERSION})
    )
    return made


def _write_parts(made: World) -> None:
    folder = made.folder / "parts"
    folder.mkdir(parents=True)
    bound = {"start": made.start, "step": DAYS * DAY // made.events, "crowd": made.people, "partition": PARTITION}
    with closing(duckdb.connect(config={"threads": 2})) as db:
        for first in range(0, made.events, MOVED):
            part = {"first": first, "end": min(first + MOVED, made.events)}
            db.execute(f"COPY ({_ROWS}) TO '{folder}/{first:09d}.parquet' (FORMAT parquet)", bound | part)


def _fill(made: World) -> None:
    """As the server does: into `hot`, and from there whole row groups into `cold`; the rest stays hot."""
    made.warehouse.unlink(missing_ok=True)
    columns = ", ".join(f'"{column}"' for column in STORED)
    insert = f"INSERT INTO hot ({columns}) SELECT {columns} FROM read_parquet($file)"
    warehouse = DuckWarehouse(made.warehouse)
    with closing(warehouse.cursor()) as cursor:
        for file in made.parts:
            cursor.execute(insert, {"file": str(file)})
            warehouse.move()
        cursor.execute(_ROOTS, {"people": made.people, "partition": PARTITION})
        cursor.execute(_TRAITS, {"files": [str(file) for file in made.parts]})
        cursor.execute(f"COPY (SELECT person, root FROM aliases) TO '{made.folder}/aliases.parquet' (FORMAT parquet)")
    warehouse.close()
