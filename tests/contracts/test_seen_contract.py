"""What every store of dedupe keys must do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lmdb import MapFullError

from bowerbird.state import seen as seen_module
from bowerbird.state.base import SeenKey
from bowerbird.state.seen import LmdbSeen, MemorySeen

KEY, OTHER = b"k" * 16, b"o" * 16
ONE, TWO = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"


@pytest.fixture(params=["memory", "lmdb"])
def open_seen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens the same store again and again, as restarts do."""
    kept: list[Any] = []

    def open_again() -> Any:
        if request.param == "memory":
            return kept[0] if kept else kept.append(MemorySeen()) or kept[0]
        while kept:
            kept.pop().close()
        kept.append(LmdbSeen(tmp_path / "seen", gather=3))
        return kept[0]

    yield open_again
    if request.param == "lmdb":
        for each in kept:
            each.close()


def test_a_key_is_known_once_put(open_seen: Any) -> None:
    seen = open_seen()
    assert seen.first(KEY, None) is None
    seen.put([SeenKey(KEY, None, ONE, 17)])
    assert seen.first(KEY, None) == (ONE, 17)
    assert seen.first(OTHER, None) is None


def test_what_was_synced_is_there_after_a_restart(open_seen: Any) -> None:
    seen = open_seen()
    seen.put([SeenKey(KEY, None, ONE, 17), SeenKey(OTHER, 20_000, TWO, 18)])
    seen.sync()
    seen = open_seen()
    assert seen.first(KEY, None) == (ONE, 17)
    assert seen.first(OTHER, 20_000) == (TWO, 18)


def test_a_day_key_is_known_under_its_day(open_seen: Any) -> None:
    seen = open_seen()
    seen.put([SeenKey(KEY, 20_000, ONE, 17)])
    assert [seen.first(KEY, day) is not None for day in (19_999, 20_000, 20_001)] == [False, True, False]
    assert seen.first(KEY, None) is None


def test_put_replaces(open_seen: Any) -> None:
    seen = open_seen()
    seen.put([SeenKey(KEY, None, ONE, 17)])
    seen.sync()
    seen.put([SeenKey(KEY, None, TWO, 18)])
    assert seen.first(KEY, None) == (TWO, 18)
    seen.sync()
    assert seen.first(KEY, None) == (TWO, 18)


def test_clear_forgets_everything(open_seen: Any) -> None:
    seen = open_seen()
    seen.put([SeenKey(KEY, None, ONE, 17), SeenKey(OTHER, 20_000, TWO, 18)])
    seen.sync()
    seen.put([SeenKey(OTHER, None, TWO, 18)])
    seen.clear()
    assert seen.first(KEY, None) is seen.first(OTHER, 20_000) is seen.first(OTHER, None) is None
    seen.put([SeenKey(KEY, 20_000, ONE, 17)])
    seen.sync()
    assert seen.first(KEY, 20_000) == (ONE, 17)


def test_lmdb_asks_for_a_sync_when_enough_has_gathered(tmp_path: Path) -> None:
    seen = LmdbSeen(tmp_path / "seen", gather=2)
    assert not seen.put([SeenKey(KEY, None, ONE, 17)])
    assert seen.put([SeenKey(OTHER, None, ONE, 17)])
    seen.sync()
    assert not seen.put([SeenKey(KEY, None, ONE, 17)])
    seen.close()


def test_lmdb_drops_days_that_are_over(tmp_path: Path) -> None:
    seen = LmdbSeen(tmp_path / "seen")
    for day in range(20_000, 20_010):
        seen.put([SeenKey(KEY, day, ONE, day)])
        seen.sync()
    assert len(seen.databases) == 1 + 4
    assert seen.first(KEY, 20_009) == (ONE, 20_009)
    seen.close()
    again = LmdbSeen(tmp_path / "seen")
    assert again.first(KEY, 20_009) == (ONE, 20_009)
    assert again.first(KEY, 20_001) is None
    again.close()


def test_lmdb_keeps_todays_keys_while_a_clock_ran_ahead(tmp_path: Path) -> None:
    seen = LmdbSeen(tmp_path / "seen")
    for day in (20_000, 21_000, 21_001, 21_002, 20_000):
        seen.put([SeenKey(KEY if day == 20_000 else OTHER, day, ONE, day)])
        seen.sync()
    assert seen.first(KEY, 20_000) == (ONE, 20_000)
    seen.close()
    again = LmdbSeen(tmp_path / "seen")
    again.put([SeenKey(OTHER, 20_001, ONE, 20_001)])
    again.sync()
    assert again.first(KEY, 20_000) == (ONE, 20_000)
    again.close()


def test_lmdb_takes_many_days_at_once(tmp_path: Path) -> None:
    """As when a long and quiet log is replayed."""
    seen = LmdbSeen(tmp_path / "seen")
    seen.put([SeenKey(KEY, day, ONE, day) for day in range(20_000, 20_200)])
    seen.sync()
    known = [day for day in range(20_000, 20_200) if seen.first(KEY, day)]
    assert known == [20_196, 20_197, 20_198, 20_199]
    seen.close()


def test_lmdb_on_a_full_disk_still_knows_its_keys_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_module, "_MAP_SIZE", 100_000)
    seen = LmdbSeen(tmp_path / "seen")
    seen.put([SeenKey(KEY, 20_000, ONE, 17)])
    seen.sync()
    seen.put([SeenKey(number.to_bytes(16, "big"), 20_001, ONE, number) for number in range(10_000)])
    for _ in range(2):
        with pytest.raises(MapFullError):
            seen.sync()
        assert seen.first(KEY, 20_000) == (ONE, 17)
        assert seen.first((5).to_bytes(16, "big"), 20_001) == (ONE, 5)
    seen.environment.set_mapsize(1 << 30)
    seen.sync()
    assert seen.first((5).to_bytes(16, "big"), 20_001) == (ONE, 5)
    seen.close()


def test_lmdb_writes_a_round_in_parts_and_says_when_it_ends(tmp_path: Path) -> None:
    seen = LmdbSeen(tmp_path / "seen", gather=5, part=2)
    keys = [SeenKey(bytes([200 - number]) * 16, number % 2 or None, ONE, number) for number in range(5)]
    assert seen.put(keys)
    newer = SeenKey(keys[0].key, None, TWO, 99)
    assert [seen.sync(), seen.put([newer]), seen.sync(), seen.put([]), seen.sync(), seen.put([])] == [
        *(False, True),
        *(False, True),
        *(True, False),
    ]
    assert [seen.first(key.key, key.day) for key in keys] == [(TWO, 99), *((ONE, number) for number in range(1, 5))]
    seen.close()
    again = LmdbSeen(tmp_path / "seen")
    assert [again.first(key.key, key.day) for key in keys[1:]] == [(ONE, number) for number in range(1, 5)]
    again.close()


puts = st.lists(
    st.builds(
        SeenKey,
        st.binary(min_size=16, max_size=16) | st.just(KEY),
        st.none() | st.integers(19_999, 20_001),
        st.sampled_from([ONE, TWO]),
        st.integers(0, 1 << 50),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(puts, max_size=4))
def test_lmdb_knows_what_memory_knows(tmp_path_factory: Any, batches: list[list[SeenKey]]) -> None:
    lmdb, memory = LmdbSeen(tmp_path_factory.mktemp("seen"), gather=20, part=7), MemorySeen()
    for batch in batches:
        memory.put(batch)
        if lmdb.put(batch):
            lmdb.sync()
    for each in (each for batch in batches for each in batch):
        assert lmdb.first(each.key, each.day) == memory.first(each.key, each.day)
    lmdb.close()
