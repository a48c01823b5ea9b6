"""Load: as many requests as 32 connections get answered, by wrk, or by a slower sender of our own without it."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from typing import NamedTuple

from report import quantile

CONNECTIONS = 32
PATH = "/v1/analytics/events"
BODY = (
    '{"event":{"name":"signup","user_id":"user-%d","anonymous_id":"anon-%d","event_id":"evt-%s",'
    '"properties":{"path":"/pricing","plan":"pro","utm_source":"newsletter"}}}'
)
SCRIPT = """
local run = "%s"
local count = 0
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %s"
wrk.headers["Content-Type"] = "application/json"
request = function()
    count = count + 1
    return wrk.format(nil, nil, nil, string.format('%s', count %% 5000, count %% 9000, run .. "-" .. count))
end
done = function(summary, latency)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format('{"requests":%%d,"seconds":%%f,"bad":%%d,"p50":%%f,"p99":%%f}',
        summary.requests, summary.duration / 1e6, bad, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Load(NamedTuple):
    """Answered requests a second, and milliseconds until half and 99 % of them were answered."""

    rate: float
    p50: float
    p99: float


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "a sender in Python, which needs as much CPU as a server"


def load(port: int, secret: str, seconds: float, run: str) -> Load:
    """Single events for so long; `run` makes their ids differ from those of other runs. Raises when one is refused."""
    return _wrk(port, secret, seconds, run) if shutil.which("wrk") else asyncio.run(_send(port, secret, seconds, run))


def _wrk(port: int, secret: str, seconds: float, run: str) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (run, secret, BODY))
        script.flush()
        printed = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{PATH}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    result = json.loads(printed[printed.index('{"requests"') :])
    if result["bad"]:
        raise RuntimeError(f"{result['bad']} requests were not answered with success")
    return Load(result["requests"] / result["seconds"], result["p50"], result["p99"])


async def _send(port: int, secret: str, seconds: float, run: str) -> Load:
    took: list[float] = []
    started = time.perf_counter()
    end = started + seconds
    senders = (_sender(port, secret, end, f"{run}-{number}", took) for number in range(CONNECTIONS))
    await asyncio.gather(*senders)
    rate = len(took) / (time.perf_counter() - started)
    return Load(rate, quantile(took, 0.5) * 1000, quantile(took, 0.99) * 1000)


async def _sender(port: int, secret: str, end: float, run: str, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json"
    count = 0
    while (started := time.perf_counter()) < end:
        count += 1
        body = BODY % (count % 5000, count % 9000, f"{run}-{count}")
        writer.write(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(f"a request was answered with {answer[:80]!r}")
        length = answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - started)
    writer.close()
