"""What `bowerbird doctor` looks at. Each check is one function; the list says in which order."""

import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from bowerbird.cli.audit import advice as unbalanced
from bowerbird.cli.engine import EngineClient, connect
from bowerbird.clock import SECOND, SystemClock
from bowerbird.console.control import running
from bowerbird.errors import BowerbirdError
from bowerbird.settings import Settings

_GIGA = 1_000_000_000
_LEAST_DISK = _GIGA // 4
_ENOUGH_DISK = 2 * _GIGA
_LONG_LAG = 60.0
_RELEASED = 1_760_000_000 * SECOND
"""A clock before this is wrong: this program did not exist yet."""
_ALIVE = 5.0
"""Seconds that the engine has to say that it is alive."""
_AHEAD = 60 * SECOND


class Finding(msgspec.Struct, frozen=True):
    check: str
    status: Literal["OK", "WARN", "FAIL"]
    text: str
    advice: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, in the order of `CHECKS`. A check that breaks is a finding, too."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found.extend(check(settings))
        except (BowerbirdError, OSError) as error:
            advice = getattr(error, "hint", "") or "See the message."
            found.append(Finding(check.__name__, "FAIL", str(error), advice))
    return found


def versions(_: Settings) -> Iterator[Finding]:
    import duckdb

    python = ".".join(map(str, sys.version_info[:3]))
    text = f"Python {python}, SQLite {sqlite3.sqlite_version}, DuckDB {duckdb.__version__}"
    if sqlite3.sqlite_version_info < (3, 35):
        yield Finding("versions", "FAIL", text, "SQLite must be 3.35 or later: use a newer Python.")
    elif int(duckdb.__version__.partition(".")[0]) < 2:
        yield Finding("versions", "FAIL", text, "DuckDB must be 2.0 or later: reinstall bowerbird.")
    else:
        yield Finding("versions", "OK", text)


def directory(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not data.is_dir():
        yield Finding("directory", "WARN", f"there is no {data}", "`bowerbird serve` makes it; --data names another.")
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("directory", "FAIL", f"{data} cannot be written", "Run as its owner, or give it to this user.")
    else:
        yield Finding("directory", "OK", str(data.resolve()))


def permissions(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not data.is_dir():
        return
    open_ones = [path for path in (data, *_files(data)) if _mode(path) & (stat.S_IROTH | stat.S_IWOTH)]
    if not open_ones:
        yield Finding("permissions", "OK", "nobody else can read the data")
    elif _mode(data) & stat.S_IXOTH:
        advice = f"chmod -R o-rwx {data}"
        yield Finding("permissions", "WARN", f"other users can read {len(open_ones)} files", advice)
    else:
        yield Finding("permissions", "OK", "the directory is closed to other users")
    token = data / "engine.token"
    if token.exists() and _mode(token) & 0o077:
        yield Finding("permissions", "FAIL", "other users can read the control token", f"chmod 600 {token}")


def disk(settings: Settings) -> Iterator[Finding]:
    usage = shutil.disk_usage(_existing(settings.data))
    text = f"{usage.free / _GIGA:.1f} GB of {usage.total / _GIGA:.1f} GB are free"
    if usage.free < _LEAST_DISK:
        yield Finding("disk", "FAIL", text, "Free some space: events are refused when the disk is full.")
    elif usage.free < _ENOUGH_DISK:
        yield Finding("disk", "WARN", text, "Free some space, or let the log expire: `log_keep_days`.")
    else:
        yield Finding("disk", "OK", text)


def clock(settings: Settings) -> Iterator[Finding]:
    now = SystemClock().now()
    newest = max((path.stat().st_mtime_ns // 1000 for path in _files(settings.data)), default=0)
    if now < _RELEASED:
        yield Finding("clock", "FAIL", "the clock is years behind", "Set it; run a time service such as chrony.")
    elif newest > now + _AHEAD:
        text = f"files of the data directory are {(newest - now) // SECOND} s in the future"
        yield Finding("clock", "WARN", text, "The clock was set back; run a time service such as chrony.")
    else:
        yield Finding("clock", "OK", "plausible")


def ports(settings: Settings) -> Iterator[Finding]:
    url = running(settings.data)
    if url is not None:
        yield Finding("ports", "OK", f"the engine listens at {url}")
        return
    for name, port in (("port", settings.port), ("console_port", settings.console_port)):
        if port and not _free(settings.host, port):
            advice = f"Stop what listens there, or choose another: --{name.replace('_', '-')}."
            yield Finding("ports", "WARN", f"{settings.host}:{port} is in use", advice)
        else:
            yield Finding("ports", "OK", f"{settings.host}:{port} is free")


def engine(settings: Settings) -> Iterator[Finding]:
    if not settings.data.is_dir():
        return
    with connect(settings, catch_up=False, patience=_ALIVE) as client:
        if client.beside:
            yield _lag(client)
        yield _balance(client)


CHECKS: tuple[Check, ...] = (versions, directory, permissions, disk, clock, ports, engine)


def _lag(client: EngineClient) -> Finding:
    lag = client.ready()["lag"]
    text = f"{lag['events']} events behind, the oldest by {lag['seconds']:.1f} s"
    if lag["seconds"] > _LONG_LAG:
        advice = "Is the processor at work? See the engine's output; after a burst or a replay, wait."
        return Finding("lag", "WARN", text, advice)
    return Finding("lag", "OK", text)


def _balance(client: EngineClient) -> Finding:
    audit = client.get("/audit").document
    text = f"{audit['accepted']} accepted, {audit['quarantined']} quarantined, {audit['pending']} pending"
    if not audit["balanced"]:
        return Finding("balance", "FAIL", f"{text}; it does not balance", unbalanced(audit))
    if audit["quarantined"]:
        return Finding("balance", "WARN", text, "`bowerbird quarantine list` says why.")
    return Finding("balance", "OK", text)


def _files(data: Path) -> list[Path]:
    return [path for path in data.rglob("*") if path.is_file()]


def _mode(path: Path) -> int:
    """Of a file that goes away meanwhile, as if it were closed to all."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0


def _existing(path: Path) -> Path:
    path = path.resolve()
    return path if path.exists() else _existing(path.parent)


def _free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
