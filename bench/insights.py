"""Questions over ten million events: Bowerbird and ClickHouse in the same run, with the same rows, two threads each."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from bowerbird.warehouse.duck import DuckWarehouse
from insights_clickhouse import ORDERS, ClickHouse, Spent, clickhouse
from insights_data import DAY, World, world
from insights_questions import Asked, Bowerbird, questions
from insights_world import options
from report import Report, median


def timed(act: Callable[[int], Any], run: int) -> tuple[Spent, Any]:
    started, cpu_started = time.perf_counter(), time.process_time()
    answer = act(run)
    return Spent(time.perf_counter() - started, time.process_time() - cpu_started), answer


def compare(report: Report, asked: Asked, theirs: ClickHouse, runs: int) -> None:
    """In turns, the first of them cold; the numbers of every run have to agree."""
    spent: dict[str, list[Spent]] = {name: [] for name in ("ours", *ORDERS)}
    for run in range(runs + 1):
        took, answer = timed(asked.ours, run)
        spent["ours"].append(took)
        numbers = asked.our_numbers(answer)
        for table in ORDERS:
            took, rows = theirs.ask(asked.sql(run).format(events=table))
            spent[table].append(took)
            if asked.their_numbers(rows) != numbers or not numbers:
                raise SystemExit(f"{asked.name}: {numbers} here, {asked.their_numbers(rows)} in ClickHouse")
    tell(report, asked.name, spent)


def tell(report: Report, name: str, spent: dict[str, list[Spent]]) -> None:
    clock = {which: median([each.clock for each in values[1:]]) for which, values in spent.items()}
    cpu = {which: median([each.cpu for each in values[1:]]) for which, values in spent.items()}
    best = min(ORDERS, key=lambda table: clock[table])
    key = name.replace(" ", "_")
    for which in ("ours", *ORDERS):
        first = spent[which][0].clock
        report.say(f"{name}, {which}: {clock[which]:.3f} s, first {first:.3f} s; {cpu[which]:.3f} s of CPU")
    report.figure(f"{key}_first_s", spent["ours"][0].clock)
    report.figure(f"{key}_clickhouse_s", clock[best])
    report.figure(f"{key}_clickhouse_first_s", min(spent[table][0].clock for table in ORDERS))
    report.figure(f"{key}_cpu_to_clickhouse", cpu["ours"] / cpu[best])
    report.target(f"{key}_s", clock["ours"], most=1)
    report.target(f"{key}_to_clickhouse", clock["ours"] / clock[best], most=1)


def sizes(report: Report, made: World) -> None:
    ours = made.warehouse.stat().st_size
    report.say(f"{ours / 1e6:.0f} MB here, {ours / made.events:.1f} bytes an event")


def main() -> None:
    known = options(__doc__)
    known.add_argument("--runs", type=int, default=7, help="of each question, beside the first")
    known.add_argument("--only", default="", help="questions whose name has this")
    args = known.parse_args()
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
