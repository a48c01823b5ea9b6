"""How long after its 202 an event can be read through the API, while 3,000 events a second come in."""

import argparse
import tempfile
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import httpx

from open_loop import MARK, Sent, send
from report import Report, quantile
from servers import Server, everything

PAUSE = 0.05
"""Seconds between two looks; a delay is measured as up to so much longer than it was."""
PATIENCE = 30.0


def look(server: Server, sending: "Future[Sent]") -> dict[int, float]:
    """When each marked event was first seen in an answer, on the monotonic clock."""
    seen: dict[int, float] = {}
    headers = {"Authorization": f"Bearer {server.secret}"}
    deadline = float("inf")
    with httpx.Client(base_url=f"http://127.0.0.1:{server.console_port}", headers=headers, timeout=30) as client:
        while time.monotonic() < deadline:
            answer = client.get("/api/v1/events", params={"name": MARK, "limit": 200}).raise_for_status()
            now = time.monotonic()
            for event in answer.json()["events"]:
                seen.setdefault(event["properties"]["mark"], now)
            if sending.done():
                deadline = min(deadline, now + PATIENCE)
                if seen.keys() >= sending.result().acknowledged.keys():
                    break
            time.sleep(PAUSE)
    return seen


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--rate", type=int, default=3000, help="events a second, one a request")
    options.add_argument("--workers", type=int, default=2)
    args = options.parse_args()
    report = Report("freshness", f"{args.rate} events/s for {args.seconds} s, {args.workers} collector processes")
    with (
        tempfile.TemporaryDirectory(prefix="bowerbird-bench-") as data,
        everything(Path(data), args.workers) as server,
        ProcessPoolExecutor(1, get_context("spawn")) as pool,
    ):
        sending = pool.submit(send, server.port, server.secret, args.rate, args.seconds)
        seen = look(server, sending)
        sent = sending.result()
    delays = [seen[mark] - at for mark, at in sent.acknowledged.items() if mark in seen]
    waits = [seconds * 1000 for seconds in sent.waits]
    report.say(f"{len(waits)} requests, {sent.refused} without a 202; of {len(sent.acknowledged)} marked events")
    report.say(f"  {len(sent.acknowledged) - len(delays)} were not seen within {PATIENCE:.0f} s")
    for name, values in (("answer_ms", waits), ("readable_ms", [max(0.0, delay) * 1000 for delay in delays])):
        shares = {"p50": quantile(values, 0.5), "p99": quantile(values, 0.99), "longest": max(values, default=0.0)}
        report.say(f"{name.replace('_ms', '')}: " + ", ".join(f"{share} {ms:.1f} ms" for share, ms in shares.items()))
        report.figure(name, {share: round(ms, 1) for share, ms in shares.items()})
    report.figure("unseen", len(sent.acknowledged) - len(delays))
    report.target("readable_p99_s", quantile(delays, 0.99), most=1)
    report.close()


if __name__ == "__main__":
    main()
