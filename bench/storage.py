"""How many bytes a stored event takes: warehouse, log, state and dedupe keys told separately."""

import argparse
import tempfile
from pathlib import Path

from filled_log import fill
from processing import processor
from report import Report

DAY = 86_400


def process(data: Path) -> tuple[int, int]:
    """Everything from the log into the stores, all that can move moved. Returns (accepted, stored) events."""
    with processor(data) as work:
        work.recover()
        while work.run_once():
            while work.warehouse.move():
                pass
        work.seen.sync()
        work.state.synced()
        counts = work.warehouse.counts(work.applied)
    stored = sum(count for (_, _, outcome), count in counts.items() if outcome == "stored")
    return sum(counts.values()), stored


def on_disk(path: Path) -> int:
    """Bytes that the file, or everything in the directory, occupies; holes are not counted."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_blocks * 512 for each in files)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--row-events", type=int, default=500)
    args = options.parse_args()
    report = Report("storage", f"a day's {args.events:,} events of five dialects")
    with tempfile.TemporaryDirectory(prefix="bowerbird-bench-") as directory:
        data = Path(directory)
        fill(data / "log", args.events, args.row_events, per_second=max(1, args.events // DAY))
        accepted, stored = process(data)
        parts = {
            "warehouse": on_disk(data / "warehouse.duckdb"),
            "state": sum(on_disk(path) for path in data.glob("state.db*")),
            "dedupe_keys": on_disk(data / "seen.lmdb"),
            "log": on_disk(data / "log"),
        }
    report.say(f"{accepted:,} accepted, {stored:,} stored")
    for name, size in parts.items():
        report.say(f"{name.replace('_', ' '):12s} {size / 1e6:8.1f} MB, {size / stored:6.1f} bytes a stored event")
        report.figure(f"{name}_bytes", size / stored)
    report.target("bytes_a_stored_event", parts["warehouse"] / stored, most=60)
    report.close()


if __name__ == "__main__":
    main()
