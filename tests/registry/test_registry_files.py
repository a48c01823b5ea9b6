"""Who may read the registry's files, and what stands in them."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import BowerbirdError
from bowerbird.registry.sql import SqlRegistry, open_sqlite


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_may_read_the_files(registry: SqlRegistry, directory: Path) -> None:
    registry.keys.create("default", ["admin"])
    assert mode(directory) == 0o700
    names = {path.name for path in directory.iterdir()}
    assert {"registry.db", "registry.db-wal", "pepper"} <= names
    assert {mode(path) for path in directory.iterdir()} == {0o600}


def test_a_lax_umask_does_not_matter(directory: Path, clock: FixedClock) -> None:
    before = os.umask(0)
    try:
        registry = open_sqlite(directory, clock)
        registry.keys.create("default", ["admin"])
        assert mode(directory) == 0o700
        assert {mode(path) for path in directory.iterdir()} == {0o600}
        registry.close()
    finally:
        os.umask(before)


def test_a_directory_that_is_there_keeps_its_mode(directory: Path, clock: FixedClock) -> None:
    directory.mkdir(mode=0o750)
    directory.chmod(0o750)
    open_sqlite(directory, clock).close()
    assert mode(directory) == 0o750


def test_nothing_secret_stands_in_the_files(registry: SqlRegistry, directory: Path) -> None:
    _, made = registry.keys.create("default", ["admin"])
    registry.keys.create("default", ["admin"], "weak-vendor-key-77")
    registry.keys.create("default", ["admin"], "tiny8")
    registry.users.create("ana", "correct horse battery", "owner", "default")
    session = registry.users.open_session("ana").secret
    registry.registers.subscribe("default", "94", "ana@private.example")
    registry.close()
    pepper = (directory / "pepper").read_bytes()
    stored = b"".join(path.read_bytes() for path in directory.glob("registry.db*"))
    assert b"ana" in stored
    for secret in (made, "weak-vendor-key", "tiny8", "correct horse", session, "private.example"):
        assert secret.encode() not in stored
    assert pepper not in stored


def test_two_installations_hash_the_same_secret_differently(
    registry: SqlRegistry, tmp_path: Path, clock: FixedClock
) -> None:
    other = open_sqlite(tmp_path / "other", clock)
    registry.keys.create("default", ["admin"], "same")
    other.keys.create("default", ["admin"], "same")
    other.close()
    assert (tmp_path / "other" / "pepper").read_bytes() != (tmp_path / "data" / "pepper").read_bytes()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_without_its_pepper_the_registry_does_not_open(
    registry: SqlRegistry, directory: Path, reopened: Callable[[], SqlRegistry], damage: Callable[[Path], object]
) -> None:
    damage(directory / "pepper")
    with pytest.raises(BowerbirdError, match="pepper") as caught:
        reopened()
    assert "backup" in caught.value.hint


def test_a_path_of_any_shape_works(tmp_path: Path, clock: FixedClock) -> None:
    odd = tmp_path / "a b?c#d%20é" / "deep"
    open_sqlite(odd, clock).close()
    assert (odd / "registry.db").exists()
