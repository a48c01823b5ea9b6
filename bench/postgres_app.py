"""The other reference: a usual FastAPI app, one INSERT into PostgreSQL, committed, a request. Runs in .venv-bench.

python postgres_app.py LISTEN_FD SOCKET_DIRECTORY
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

INSERT = """
    INSERT INTO events (event_id, name, user_id, anonymous_id, value, currency, properties)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (event_id) DO NOTHING"""
TABLE = """
    CREATE TABLE IF NOT EXISTS events (
        event_id text PRIMARY KEY, name text NOT NULL, user_id text, anonymous_id text, value numeric,
        currency text, properties jsonb NOT NULL, received_at timestamptz NOT NULL DEFAULT now())"""


class Event(BaseModel):
    name: str
    event_id: str
    user_id: str | None = None
    anonymous_id: str | None = None
    value: float | None = None
    currency: str | None = None
    properties: dict[str, str | float | bool | None] = {}


class Record(BaseModel):
    event: Event


def create_app(socket_directory: str) -> FastAPI:
    pool: asyncpg.Pool

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        async with asyncpg.create_pool(host=socket_directory, user="postgres", min_size=32, max_size=32) as pool:
            await pool.execute(TABLE)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/analytics/events", status_code=202)
    async def record(sent: Record) -> dict[str, Any]:
        event = sent.event
        properties = event.model_dump_json(include={"properties"})
        who = (event.user_id, event.anonymous_id)
        await pool.execute(INSERT, event.event_id, event.name, *who, event.value, event.currency, properties)
        return {"data": {"name": event.name, "value": event.value or 0, "source": "api", "status": "accepted"}}

    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[2]), fd=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False,
        log_level="warning",
    )  # fmt: skip
