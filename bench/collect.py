"""Single events, durable, one collector, 32 connections: against a bare app, and against FastAPI with PostgreSQL."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from load import Load, generator, load
from postgres import postgres, programs
from report import Report, median
from servers import Server, collector, everything, script

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent / ".venv-bench/bin/python"
OWN, BARE, POSTGRES, SERVE = "bowerbird", "bare app", "FastAPI + PostgreSQL", "bowerbird serve"
Start = Callable[[Path], AbstractContextManager[Server]]


def bare(_: Path) -> AbstractContextManager[Server]:
    return script(sys.executable, str(HERE / "bare_app.py"), "{}")


@contextmanager
def fastapi(_: Path) -> Iterator[Server]:
    bin_directory = programs()
    if bin_directory is None:
        raise RuntimeError("PostgreSQL is not installed")
    with (
        postgres(bin_directory) as sockets,
        script(str(ENVIRONMENT), str(HERE / "postgres_app.py"), "{}", sockets) as app,
    ):
        yield app


def contestants(report: Report) -> dict[str, Start]:
    starts: dict[str, Start] = {OWN: collector, BARE: bare, SERVE: lambda data: everything(data, 1)}
    if programs() and ENVIRONMENT.exists():
        starts[POSTGRES] = fastapi
    else:
        report.say("skipped: FastAPI + PostgreSQL (bench/run.sh installs PostgreSQL and .venv-bench where it may)")
    return starts


def race(starts: dict[str, Start], rounds: int, seconds: int) -> dict[str, list[Load]]:
    """Takes turns, so that whatever else the machine does hits all alike."""
    loads: dict[str, list[Load]] = {name: [] for name in starts}
    for round_number in range(rounds):
        for name, start in starts.items():
            with ExitStack() as stack:
                data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bowerbird-bench-")))
                server = stack.enter_context(start(data))
                _warm_up(server)
                loads[name].append(load(server.port, server.secret, seconds, f"{round_number}"))
    return loads


def _warm_up(server: Server) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            load(server.port, server.secret, 1, "warm")
            return
        except (OSError, RuntimeError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def show(report: Report, loads: dict[str, list[Load]]) -> None:
    for name, runs in loads.items():
        rate, p50, p99 = (median([each[field] for each in runs]) for field in range(3))
        best = max(each.rate for each in runs)
        report.say(f"{name:21s} {rate:8,.0f} requests/s (best {best:8,.0f}), p50 {p50:6.2f} ms, p99 {p99:6.2f} ms")
        report.figure(name.replace(" ", "_"), {"rate": round(rate), "best": round(best), "p50_ms": p50, "p99_ms": p99})


def ratio(loads: dict[str, list[Load]], other: str) -> float:
    """The median of the rounds' ratios."""
    return median([own.rate / each.rate for own, each in zip(loads[OWN], loads[other], strict=True)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=6, help="of each round and server")
    args = options.parse_args()
    report = Report("collect", f"{args.rounds} rounds of {args.seconds} s, load from {generator()}")
    loads = race(contestants(report), args.rounds, args.seconds)
    show(report, loads)
    report.target("bowerbird_to_bare_app", ratio(loads, BARE), least=0.55)
    if POSTGRES in loads:
        report.target("bowerbird_to_fastapi_postgres", ratio(loads, POSTGRES), least=4)
    report.target("p99_ms", median([each.p99 for each in loads[OWN]]), most=20)
    report.close()


if __name__ == "__main__":
    main()
