"""Questions over ten million events: Bowerbird and ClickHouse in the same run, with the same rows, two threads each."""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bowerbird.warehouse.duck import DuckWarehouse
from insights_clickhouse import ORDERS, ClickHouse, clickhouse
from insights_data import DAY, World, world
from insights_questions import Asked, Bowerbird, questions
from report import Report, median

HOME = Path(tempfile.gettempdir()) / "bowerbird-bench-insights"


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = act()
    return time.perf_counter() - started, answer


def compare(report: Report, asked: Asked, theirs: ClickHouse, runs: int) -> None:
    """In turns, the first of them cold; the numbers of every run have to agree."""
    seconds: dict[str, list[float]] = {name: [] for name in ("ours", *ORDERS)}
    for run in range(runs + 1):
        took, answer = timed(lambda run=run: asked.ours(run))  # type: ignore[misc]
        seconds["ours"].append(took)
        numbers = asked.our_numbers(answer)
        for table in ORDERS:
            took, rows = theirs.ask(asked.sql(run).format(events=table))
            seconds[table].append(took)
            if asked.their_numbers(rows) != numbers or not numbers:
                raise SystemExit(f"{asked.name}: {numbers} here, {asked.their_numbers(rows)} in ClickHouse")
    tell(report, asked.name, seconds)


def tell(report: Report, name: str, seconds: dict[str, list[float]]) -> None:
    warm = {which: median(values[1:]) for which, values in seconds.items()}
    key = name.replace(" ", "_")
    best = min(warm[table] for table in ORDERS)
    cold = min(seconds[table][0] for table in ORDERS)
    orders = ", ".join(f"{table} {warm[table]:.3f}" for table in ORDERS)
    report.say(f"{name}: {warm['ours']:.3f} s, first {seconds['ours'][0]:.3f}; ClickHouse {orders}, first {cold:.3f}")
    report.figure(f"{key}_first_s", seconds["ours"][0])
    report.figure(f"{key}_clickhouse_s", best)
    report.figure(f"{key}_clickhouse_first_s", cold)
    report.target(f"{key}_s", warm["ours"], most=1)
    report.target(f"{key}_to_clickhouse", warm["ours"] / best, most=1)


def sizes(report: Report, made: World) -> None:
    ours = made.warehouse.stat().st_size
    report.say(f"{ours / 1e6:.0f} MB here, {ours / made.events:.1f} bytes an event")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--runs", type=int, default=7, help="of each question, beside the first")
    options.add_argument("--data", type=Path, default=HOME, help="where the events are kept from run to run")
    options.add_argument("--only", default="", help="questions whose name has this")
    args = options.parse_args()
    report = Report("insights", f"questions over {args.events:,} events of {90 * DAY // DAY} days, two threads")
    made = world(args.data, args.events)
    sizes(report, made)
    with closing(DuckWarehouse(made.warehouse)) as warehouse, clickhouse(made) as theirs:
        for asked in questions(Bowerbird(warehouse, made.end), made):
            if args.only in asked.name:
                compare(report, asked, theirs, args.runs)
    report.close()


if __name__ == "__main__":
    main()
