"""What an operator may ask of the processor."""

from decimal import Decimal
from typing import Any

import pytest

from bowerbird.errors import ConflictError, NotFoundError
from bowerbird.eventlog.codec import decode


def test_erase_removes_the_person_and_what_it_did(line: Any) -> None:
    ada = [
        line.event(user_id="ada", email="ada@example.com", properties={"secret": 1}),
        line.event(email="ada@example.com", dedupe_key="k"),
        line.event(email="ada@example.com", dedupe_key="k"),
        line.event("$identify", kind="identify", stored=False, user_id="ada", traits={"name": "Ada"}),
    ]
    bob = line.event(user_id="bob")
    line.send(*ada, bob)
    person_id = line.person_of(ada[0])
    assert line.operations.erase("default", person_id) == 4
    assert line.outcomes() == {"erased": 4, "stored": 1}
    assert line.people.person("default", person_id) is None
    kept = b"".join(row.events for row in line.log.read({}, 100)).lower()
    assert b"\xa3ada" not in kept, "as a text; an event's id may spell it too"
    assert b"ada@" not in kept
    assert [each.event_id for each in line.stored()] == [bob.event_id]
    with pytest.raises(NotFoundError):
        line.operations.erase("default", person_id)


def test_an_erasure_outlives_a_replay(line: Any) -> None:
    line.send(line.event(user_id="ada"), line.event(user_id="bob"))
    [person_id] = line.people.find("default", {"user_id": "ada"})
    line.operations.erase("default", person_id)
    line.operations.replay()
    line.run()
    assert line.outcomes() == {"erased": 1, "stored": 1}
    assert line.people.find("default", {"user_id": "ada"}) == []


def test_an_erased_event_does_not_come_back_with_its_copy(line: Any) -> None:
    """A copy names whoever carries the identifiers by then, or nobody."""
    secret = {"note": "private"}
    first = line.event(anonymous_id="dev", dedupe_key="k1", properties=secret)
    line.send(first, line.event(anonymous_id="dev", user_id="ada"), line.event(anonymous_id="dev", user_id="bob"))
    nameless = line.event(dedupe_key="n1", properties=secret)
    line.send(line.event(anonymous_id="dev", dedupe_key="k1", properties=secret))
    line.send(nameless, line.event(dedupe_key="n1", properties=secret))
    assert line.operations.erase("default", line.person_of(first)) == 3
    assert line.operations.erase("default", line.person_of(nameless)) == 2
    line.operations.replay()
    line.run()
    assert line.outcomes() == {"erased": 5, "stored": 1}
    assert b"private" not in b"".join(row.events for row in line.log.read({}, 100))


def test_a_copy_that_comes_after_an_erasure_stays_a_copy(line: Any) -> None:
    named = {"user_id": "ada", "dedupe_key": "k", "source_id": "k", "dedupe_ttl": 60_000_000}
    first = line.event(**named)
    line.send(first)
    line.operations.erase("default", line.person_of(first))
    line.send(line.event(**named))
    for _ in range(2):
        assert line.outcomes() == {"erased": 1, "duplicate": 1}
        assert line.people.find("default", {"user_id": "ada"}) == []
        line.operations.replay()
        line.run()


def test_a_key_made_of_who_somebody_is_goes_with_the_person(line: Any) -> None:
    newcomer = line.event(email="ada@x.io", dedupe_key="newcomer:94:ada@x.io")
    line.send(newcomer)
    line.operations.erase("default", line.person_of(newcomer))
    [row] = line.log.read({}, 10)
    [left] = decode(row.events)
    assert (left.kind, left.dedupe_key) == ("erased", None)


def test_an_event_that_never_counted_leaves_its_key_to_others(line: Any) -> None:
    person = line.event(user_id="ada")
    bad = line.event(user_id="ada", dedupe_key="k", source_id="k", value=Decimal("1e30"))
    line.send(person, bad)
    line.operations.erase("default", line.person_of(person))
    line.send(line.event(user_id="ada", dedupe_key="k", source_id="k"))
    for _ in range(2):
        assert line.outcomes() == {"erased": 2, "stored": 1}
        line.operations.replay()
        line.run()


def test_erase_takes_in_what_is_still_in_the_log(line: Any) -> None:
    line.send(line.event(user_id="ada"))
    [person_id] = line.people.find("default", {"user_id": "ada"})
    line.append([line.event(user_id="ada")])
    assert line.operations.erase("default", person_id) == 2


def test_erase_of_one_workspace_does_not_reach_another(line: Any) -> None:
    line.send(line.event(user_id="ada"), line.event(user_id="ada", workspace="other"))
    [person_id] = line.people.find("other", {"user_id": "ada"})
    with pytest.raises(NotFoundError):
        line.operations.erase("default", person_id)
    assert line.outcomes() == {"stored": 2}


def test_an_event_called_like_a_tombstone_is_stored(line: Any) -> None:
    line.send(line.event("$erased"))
    assert line.outcomes() == {"stored": 1}


def test_a_replay_without_the_logs_beginning_is_refused(line: Any) -> None:
    line.send(line.event(), line.event())

    class Expired:
        def __getattr__(self, name: str) -> Any:
            return getattr(line.log, name)

        def read(self, after: Any, limit: int, upto: Any = None) -> Any:
            return [row for row in line.log.read(after, limit, upto) if row.offset > 1]

    line.processor.log = Expired()
    with pytest.raises(ConflictError, match="no longer starts"):
        line.operations.replay()
    assert line.outcomes() == {"stored": 2}


@pytest.mark.parametrize("heads", [{}, {0: 1}])
@pytest.mark.parametrize("ahead", ["state", "warehouse"])
def test_a_replay_of_a_log_that_has_lost_rows_is_refused(line: Any, heads: dict[int, int], ahead: str) -> None:
    line.send(line.event(), line.event())
    behind = {"state": "warehouse", "warehouse": "state"}[ahead]
    setattr(line.processor, behind, Emptied(getattr(line.processor, behind)))

    class Lost:
        def __getattr__(self, name: str) -> Any:
            return getattr(line.log, name)

        def heads(self) -> dict[int, int]:
            return heads

    line.processor.log = Lost()
    with pytest.raises(ConflictError, match="would lose what is stored: partition 0"):
        line.operations.replay()
    assert line.outcomes() == {"stored": 2}


class Emptied:
    """A store that has applied nothing yet."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def applied(self) -> dict[int, int]:
        return {}
