"""A PostgreSQL server of our own, with its default settings, for as long as a benchmark runs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None when it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = str(debian[-1]) if debian else shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgres(bin_directory: Path) -> Iterator[str]:
    """Gives the directory of its socket; it listens nowhere else. As root it runs as user `postgres`."""
    who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="bowerbird-postgres-") as directory:
        if who:
            shutil.chown(directory, "postgres")
        data = f"{directory}/data"
        subprocess.run(
            [*who, bin_directory / "initdb", "-D", data, "-U", "postgres", "-A", "trust"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=directory,
        )
        control = [*who, bin_directory / "pg_ctl", "-D", data, "-w", "-s", "-l", f"{directory}/log"]
        options = f"-c listen_addresses= -c unix_socket_directories={directory}"
        subprocess.run([*control, "-o", options, "start"], check=True, cwd=directory)
        try:
            yield directory
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], check=True, cwd=directory)
