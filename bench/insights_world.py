"""What the benchmarks over the world of `insights_data` share: their options, and a data directory that has it."""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from insights_data import World


def options(description: str | None) -> argparse.ArgumentParser:
    """`--events` and `--data`."""
    made = argparse.ArgumentParser(description=description)
    home = Path(tempfile.gettempdir()) / "bowerbird-bench-insights"
    made.add_argument("--events", type=int, default=10_000_000)
    made.add_argument("--data", type=Path, default=home, help="where the events are kept from run to run")
    return made


@contextmanager
def data_directory(made: World) -> Iterator[Path]:
    """A new one with a copy of the warehouse."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-bench-") as folder:
        data = Path(folder)
        shutil.copy(made.warehouse, data / "warehouse.duckdb")
        yield data
