"""Questions over ten million events through the API: on a quiet server, and while 3,000 events a second come in."""

import argparse
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx

from bowerbird.person_ids import person_id
from bowerbird.state.base import Changes, Merge
from bowerbird.state.database import open_sqlite
from bowerbird.state.sql import SqlState
from insights_data import World, world
from insights_questions import filter_question, funnel_question, retention_question, trend_question
from insights_world import data_directory, options
from open_loop import Sent, send
from report import Report, median, quantile
from servers import Server, everything

SETTLING = 3.0
"""Seconds of load before the first question."""
Asked = tuple[str, str, dict[str, Any]]
"""(method, path, JSON body or query)"""


def somebody(made: World, data: Path) -> str:
    """A person of the warehouse whom the state knows too, with everybody who was merged into it."""
    root, *others = map(person_id, made.nodes(made.people // 200 // 5 * 5))
    created = [("default", each, made.start) for each in (root, *others)]
    merges = [Merge("default", root, each, f"merge-{each}", (), made.start) for each in others]
    engine = open_sqlite(data / "state.db")
    SqlState(engine).remember(Changes(created=created, merges=merges))
    engine.dispose()
    return root


def questions(made: World, person: str) -> dict[str, Asked]:
    return {
        "trend by property": ("POST", "/api/v1/insights/trend", trend_question(made)),
        "funnel of three steps": ("POST", "/api/v1/insights/funnel", funnel_question(made)),
        "retention over 8 weeks": ("POST", "/api/v1/insights/retention", retention_question(made)),
        "timeline of a person": ("GET", "/api/v1/events", {"person": person}),
        "property filter": ("POST", "/api/v1/insights/trend", filter_question(made, 1)),
    }


def ask(client: httpx.Client, asked: Asked) -> float:
    """Seconds."""
    method, path, content = asked
    started = time.perf_counter()
    answer = client.request(method, path, **({"json": content} if method == "POST" else {"params": content}))
    took = time.perf_counter() - started
    answer.raise_for_status()
    return took


def measure(server: Server, asked: dict[str, Asked], runs: int) -> dict[str, float]:
    """Median seconds of each question."""
    headers = {"Authorization": f"Bearer {server.secret}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.console_port}", headers=headers, timeout=60) as client:
        took: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(runs):
            for name, question in asked.items():
                took[name].append(ask(client, question))
    return {name: median(values) for name, values in took.items()}


def loaded(server: Server, asked: dict[str, Asked], args: argparse.Namespace) -> tuple[dict[str, float], Sent]:
    """The same while events come in; asks until the load is over, so that all of it meets questions."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        sending: Future[Sent] = pool.submit(send, server.port, server.secret, args.rate, args.seconds)
        time.sleep(SETTLING)
        rounds: list[dict[str, float]] = []
        while not sending.done():
            rounds.append(measure(server, asked, 1))
        sent = sending.result()
    return {name: median([each[name] for each in rounds]) for name in asked}, sent


def tell(report: Report, quiet: dict[str, float], busy: dict[str, float], sent: Sent) -> None:
    for name, seconds in quiet.items():
        key = name.replace(" ", "_")
        report.say(f"{name}: {seconds:.3f} s on a quiet server, {busy[name]:.3f} s under load")
        report.figure(f"{key}_quiet_s", seconds)
        report.target(f"{key}_load_to_quiet", busy[name] / seconds, most=2)
    waits = [seconds * 1000 for seconds in sent.waits]
    report.say(
        f"{len(waits)} events sent, {sent.refused} without a 202; answers: p50 {quantile(waits, 0.5):.1f} ms, "
        f"longest {max(waits):.1f} ms"
    )
    report.target("arriving_p99_ms", quantile(waits, 0.99), most=50)


def main() -> None:
    known = options(__doc__)
    known.add_argument("--rate", type=int, default=3000, help="events a second, one a request")
    known.add_argument("--seconds", type=int, default=40)
    known.add_argument("--runs", type=int, default=7, help="of each question on the quiet server")
    args = known.parse_args()
    report = Report("insights_live", f"questions over {args.events:,} events while {args.rate} come in a second")
    made = world(args.data, args.events)
    with data_directory(made) as data:
        asked = questions(made, somebody(made, data))
        with everything(data, 1) as server:
            measure(server, asked, 1)  # what the engine keeps is there after it
            quiet = measure(server, asked, args.runs)
            busy, sent = loaded(server, asked, args)
    tell(report, quiet, busy, sent)
    report.close()


if __name__ == "__main__":
    main()
