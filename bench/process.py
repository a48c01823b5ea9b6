"""How fast the processor is on one core, how much memory it takes, and how long its commits last."""

import argparse
import os
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bowerbird.event import Positions
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.sqlite import SqliteLogReader
from filled_log import fill
from processing import memory, moving, processor, watched
from report import Report, quantile

MILLION = 1_000_000
CPU, *_, OTHER_CPU = sorted(os.sched_getaffinity(0)) * 2
Result = dict[str, Any]


def process(data: Path, mover_cpu: int) -> Result:
    with processor(data) as work, moving(work.warehouse, mover_cpu) as moves:
        watch = watched(work)
        work.recover()
        samples = [(0, *memory())]
        events = 0
        started, cpu_started = time.perf_counter(), time.thread_time()
        while work.run_once():
            events = sum(work.log.tally({}, work.applied).values())
            if events >= MILLION * len(samples):
                samples.append((events, *memory()))
        wall, cpu = time.perf_counter() - started, time.thread_time() - cpu_started
        return {
            "events": events,
            "wall": wall,
            "cpu": cpu,
            "phases": watch.cpu,
            "commits": watch.commits(),
            "moves": list(moves),
            "memory": samples,
        }


def reference(data: Path, _mover_cpu: int) -> Result:
    """The least that could be called processing: read, decode, drop what was seen before."""
    reader = SqliteLogReader(data / "log")
    seen: set[tuple[str, str]] = set()
    applied: Positions = {}
    events = 0
    cpu_started = time.thread_time()
    while rows := reader.read(applied, 10_000):
        for row in rows:
            for event in decode(row.events):
                events += 1
                if event.dedupe_key:
                    seen.add((event.dialect, event.dedupe_key))
            applied[row.partition] = row.offset
    reader.close()
    return {"events": events, "cpu": time.thread_time() - cpu_started}


def alone(task: Any, data: Path, mover_cpu: int = CPU) -> Result:
    """Runs the task in a new process on one core."""
    with get_context("spawn").Pool(1, os.sched_setaffinity, (0, {CPU})) as pool:
        result: Result = pool.apply(task, (data, mover_cpu))
        return result


def fresh(data: Path) -> Path:
    """The data directory as it was when its log had been filled."""
    for path in [*data.glob("warehouse.duckdb*"), *data.glob("state.db*"), *data.glob("seen.lmdb/*")]:
        path.unlink()
    return data


def show(report: Report, title: str, result: Result) -> None:
    events, wall, cpu = result["events"], result["wall"], result["cpu"]
    report.say(f"{title}: {events / wall:,.0f} events/s; {cpu / events * 1e6:.1f} µs of CPU an event, so")
    report.say(f"  {events / cpu:,.0f} events/s of a core that it has to itself (it had {cpu / wall:.0%} of one)")
    for phase, spent in sorted(result["phases"].items(), key=lambda each: -each[1]):
        report.say(f"  {spent / events * 1e6:7.2f} µs  {phase}")
    for what in ("commits", "moves"):
        took = [seconds * 1000 for seconds in result[what]]
        report.say(
            f"  {len(took)} {what}: p50 {quantile(took, 0.5):.0f} ms, p99 {quantile(took, 0.99):.0f} ms, "
            f"longest {max(took, default=0):.0f} ms"
        )


def show_memory(report: Report, samples: list[tuple[int, float, float]]) -> None:
    for events, anonymous, files in samples:
        report.say(f"  after {events / MILLION:4.0f} M events: {anonymous:6.0f} MB anonymous, {files:6.0f} MB of files")
    report.figure("memory_mb", [[events, round(anonymous), round(files)] for events, anonymous, files in samples])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=MILLION)
    options.add_argument("--row-events", type=int, default=1000, help="events in a row of the log (default: 1000)")
    options.add_argument("--live-events", type=int, default=200_000, help="events in rows of 50, as live traffic comes")
    args = options.parse_args()
    report = Report("process", "log → decode → steps → DuckDB, LMDB, SQLite, on one core")
    with tempfile.TemporaryDirectory() as directory:
        bulk, live = Path(directory) / "bulk", Path(directory) / "live"
        fill(bulk / "log", args.events, args.row_events)
        fill(live / "log", args.live_events, 50)
        least = alone(reference, bulk)
        beside = alone(process, fresh(bulk), OTHER_CPU)
        pinned = alone(process, fresh(bulk), CPU)
        small = alone(process, fresh(live), OTHER_CPU)
    show(report, f"rows of {args.row_events}, moves on the other core", beside)
    show_memory(report, beside["memory"])
    show(report, f"rows of {args.row_events}, moves on the same core", pinned)
    show(report, "rows of 50, moves on the other core", small)
    each = {name: result["cpu"] / result["events"] * 1e6 for name, result in [("us", beside), ("reference_us", least)]}
    report.say(f"reference (read, decode, a set of dedupe keys): {each['reference_us']:.1f} µs an event;")
    report.say(f"  the processor takes {each['us'] / each['reference_us']:.1f} times that")
    for name, value in each.items():
        report.figure(name, value)
    report.figure("events_s_on_the_clock", beside["events"] / beside["wall"])
    report.target("events_s_of_a_core", beside["events"] / beside["cpu"], least=40_000)
    report.target("longest_commit_ms", max(beside["commits"]) * 1000, most=500)
    report.target("longest_commit_one_core_ms", max(pinned["commits"]) * 1000, most=500)
    report.close()


if __name__ == "__main__":
    main()
