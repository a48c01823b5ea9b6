"""The verbs that ask a running engine, as an operator types them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bowerbird.console.control import announce
from bowerbird.state.base import MOST_TOLD


@pytest.fixture
def asked(house: Any, data: Path, control_secret: str) -> Any:
    """The house, found through its data directory."""
    data.mkdir()
    announce(data, house.url)
    (data / "engine.token").write_text(control_secret)
    (data / "engine.token").chmod(0o600)
    return house


@pytest.fixture
def merged(asked: Any) -> tuple[str, str]:
    """Two people made one: (survivor, absorbed)."""
    asked.send(asked.event(user_id="u1", traits={"plan": "pro"}))
    asked.send(asked.event(email="ada@example.com", value="19.99", currency="EUR"))
    absorbed = asked.get("/people", email="ada@example.com")["people"][0]["person_id"]
    asked.send(asked.event(user_id="u1", email="ada@example.com"))
    return asked.get(f"/people/{absorbed}")["person_id"], absorbed


def test_audit_balances(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(asked.event(dedupe_key="k"), asked.event(dedupe_key="k"))
    told = bowerbird("audit")
    assert told.code == 0
    assert "2 accepted = 1 stored + 1 duplicate" in told.out
    assert "balanced" in told.out
    document = bowerbird("audit --json").document
    assert (document["accepted"], document["duplicate"], document["balanced"]) == (2, 1, True)
    assert bowerbird("audit --workspace nowhere").code == 1


def test_audit_exits_1_when_an_event_is_missing(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(asked.event())
    asked.warehouse.clear()
    told = bowerbird("audit")
    assert told.code == 1
    assert "NOT balanced" in told.out
    assert bowerbird("audit --json").code == 1


def test_audit_of_nothing_says_what_to_do(asked: Any, bowerbird: Callable[..., Any]) -> None:
    told = bowerbird("audit")
    assert told.code == 0
    assert "bowerbird serve" in told.out


def test_trace(asked: Any, bowerbird: Callable[..., Any]) -> None:
    event = asked.event("purchase", source_id="ord/1 2", user_id="u1")
    asked.send(event)
    told = bowerbird(("trace", "ord/1 2"))
    assert told.code == 0
    for word in (event.event_id, "stored", "key_1", "partition 0, row 1, event 0"):
        assert word in told.out
    assert bowerbird(f"trace {event.event_id} --json").document["found"][0]["source_id"] == "ord/1 2"
    unknown = bowerbird("trace nobody")
    assert unknown.code == 1
    assert "refused" in unknown.out


def test_trace_tells_the_campaign(asked: Any, bowerbird: Callable[..., Any]) -> None:
    event = asked.event("visit", properties={"utm_source": "mail", "utm_term": "shoes"})
    asked.send(event)
    assert "utm_source=mail, utm_term=shoes" in bowerbird(f"trace {event.event_id}").out


def test_person_find_and_show(merged: tuple[str, str], bowerbird: Callable[..., Any]) -> None:
    survivor, absorbed = merged
    assert survivor in bowerbird("person find email=ada@example.com").out
    for name in (survivor, absorbed, "user_id=u1"):
        told = bowerbird(f"person show {name}")
        assert told.code == 0
        for word in (survivor, absorbed, "ada@example.com", "plan", "pro", "seen"):
            assert word in told.out
    assert bowerbird(f"person show {absorbed} --json").document["person_id"] == survivor
    for nobody in ("nobody", "email=nobody@example.com"):
        told = bowerbird(f"person show {nobody}")
        assert told.code == 1
        assert "person find" in told.err or "/people" in told.err
    assert bowerbird("person find nonsense").out == "nobody carries these\n"
    for no_identifiers in ("person find one two", "person find =x", "person find kind=email"):
        assert bowerbird(no_identifiers).code == 1


def test_person_find_takes_the_beginning_of_an_identifier(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(*(asked.event(user_id=f"ada-{number}") for number in range(3)), asked.event(user_id="eve"))
    first = bowerbird("person find ada --limit 2 --json").document
    rest = bowerbird(f"person find ada --cursor {first['next']} --json").document
    people = first["people"] + rest["people"]
    assert [one["identifiers"][0]["value"] for one in people] == ["ada-0", "ada-1", "ada-2"]
    assert bowerbird("person show user_id=ada").code == 1, "who is shown or erased is named in full"


def test_person_find_goes_on_behind_a_page(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(*(asked.event(user_id=f"u{number}") for number in range(3)))
    first = bowerbird("person find --limit 2")
    assert ("user_id=u2" in first.out, "user_id=u0" in first.out) == (True, False)
    told, _, cursor = first.err.strip().rpartition(" ")
    assert told == "there are more: --cursor"
    rest = bowerbird(f"person find --limit 2 --cursor {cursor}")
    assert ("user_id=u2" in rest.out, "user_id=u0" in rest.out) == (False, True)
    assert rest.err == ""


def test_person_show_tells_how_many_conflicts_there_are(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(*(asked.event(user_id=f"u{number}", email="shop@example.com") for number in range(MOST_TOLD + 2)))
    told = bowerbird("person show email=shop@example.com").out
    assert f"latest {MOST_TOLD} of {MOST_TOLD + 1}; `person export` has all" in told
    assert "the latest" not in bowerbird("person show user_id=u1").out


def test_person_show_keeps_all_digits_in_json(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(asked.event(user_id="u1", value="12345678901234567890.123456789"))
    assert "12345678901234567890.123456789" in bowerbird("person show user_id=u1 --json").out


def test_person_unmerge(merged: tuple[str, str], asked: Any, bowerbird: Callable[..., Any]) -> None:
    survivor, absorbed = merged
    assert bowerbird(f"person unmerge {absorbed} --json").document == {"survivor": survivor, "absorbed": absorbed}
    assert asked.get(f"/people/{absorbed}")["person_id"] == absorbed
    assert bowerbird(f"person unmerge {absorbed}").code == 1


def test_person_erase_asks_first(merged: tuple[str, str], asked: Any, bowerbird: Callable[..., Any]) -> None:
    survivor, absorbed = merged
    assert bowerbird(f"person erase {absorbed}", stdin="n\n").code == 1
    assert bowerbird(f"person erase {absorbed} --json").code == 1
    assert len(asked.get("/events")["events"]) == 3
    told = bowerbird("person erase user_id=u1", stdin="y\n")
    assert told.code == 0
    assert "3 events" in told.out
    assert asked.get("/events")["events"] == []
    assert bowerbird(f"person erase {survivor} --yes").code == 1
    assert bowerbird("audit").code == 0


def test_person_export(merged: tuple[str, str], bowerbird: Callable[..., Any], tmp_path: Path, data: Path) -> None:
    survivor, _ = merged
    told = bowerbird("person export user_id=u1 ada.json")
    assert told.code == 0, told.err
    document = msgspec.json.decode((tmp_path / "ada.json").read_bytes())
    assert (document["person_id"], len(document["events"])) == (survivor, 3)
    assert bowerbird("person export user_id=u1 --json").document == document
    assert msgspec.json.decode(bowerbird("person export user_id=u1").out) == document


def test_export(asked: Any, bowerbird: Callable[..., Any], tmp_path: Path) -> None:
    asked.send(*[asked.event(user_id=f"u{number}") for number in range(5)])
    assert bowerbird("export out.ndjson --json").document == {"file": "out.ndjson", "format": "ndjson", "events": 5}
    assert len((tmp_path / "out.ndjson").read_bytes().splitlines()) == 5
    assert "5 events" in bowerbird("export out.data --format ndjson").out
    for line in ("export out.xls", "export out.xls --format xls", "export nowhere/out.ndjson"):
        told = bowerbird(line)
        assert told.code == 1
        assert told.err
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} >= {"out.ndjson", "out.data"}
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_replay(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.send(*[asked.event(user_id=f"u{number}") for number in range(20)])
    assert bowerbird("replay", stdin="n\n").code == 1
    assert bowerbird("replay --json").code == 1
    assert bowerbird("replay --yes --json").document == {"events": 20, "pending": 0}
    assert len(asked.get("/events")["events"]) == 20
    assert bowerbird("replay --yes --no-wait --json").document["events"] == 20


def test_quarantine(asked: Any, bowerbird: Callable[..., Any]) -> None:
    assert "nothing is in quarantine" in bowerbird("quarantine list").out
    steps = asked.engine.processor.steps
    broken = True

    def odd(item: Any, _: Any) -> None:
        if broken:
            raise ValueError("no way")

    asked.engine.processor.steps = (odd, *steps)
    events = [asked.event(), asked.event()]
    asked.send(*events)
    told = bowerbird("quarantine list --limit 1")
    assert events[1].event_id in told.out
    assert "no way" in told.out
    assert "--cursor" in told.err
    assert bowerbird("quarantine retry --json").document == {"released": 0, "stayed": 2}
    broken = False
    assert "1 left quarantine, 0 stayed" in bowerbird(f"quarantine retry {events[0].event_id}").out
    assert bowerbird("quarantine retry --json").document == {"released": 1, "stayed": 0}


def test_a_workspace_must_be_named_where_there_are_several(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.registry.add_workspace("acme")
    asked.send(asked.event(workspace="acme", user_id="u1"))
    told = bowerbird("person find")
    assert told.code == 1
    assert "acme, default" in told.err
    assert "u1" in bowerbird("person find --workspace acme").out


def test_without_a_data_directory_every_verb_says_so(data: Path, bowerbird: Callable[..., Any]) -> None:
    for line in ("audit", "trace x", "person find", "quarantine list", "export out.ndjson", "replay --yes"):
        told = bowerbird(line)
        assert told.code == 1
        assert "there is no data directory" in told.err
        assert not data.exists()


def test_an_engine_that_is_gone_is_said_to_be(data: Path, bowerbird: Callable[..., Any]) -> None:
    data.mkdir()
    announce(data, "http://127.0.0.1:9")
    told = bowerbird("audit --json")
    assert told.code == 1
    assert "127.0.0.1:9" in msgspec.json.decode(told.err)["error"]["message"]


def test_doctor_finds_a_sound_house_sound(asked: Any, data: Path, bowerbird: Callable[..., Any]) -> None:
    data.chmod(0o700)
    asked.send(asked.event())
    document = bowerbird("doctor --json").document
    assert document["healthy"]
    found = {one["check"]: one["status"] for one in document["checks"]}
    assert set(found) == {"versions", "directory", "permissions", "disk", "clock", "ports", "lag", "balance"}
    assert found["balance"] == found["lag"] == found["permissions"] == "OK"


def test_doctor_finds_what_is_wrong(asked: Any, data: Path, bowerbird: Callable[..., Any]) -> None:
    asked.send(asked.event())
    asked.warehouse.clear()
    (data / "engine.token").chmod(0o644)
    told = bowerbird("doctor --json")
    assert told.code == 1
    failed = {one["check"]: one["advice"] for one in told.document["checks"] if one["status"] == "FAIL"}
    assert set(failed) == {"balance", "permissions"}
    assert all(failed.values())
    assert "FAIL" in bowerbird("doctor").out


def test_doctor_finds_a_port_in_use(data: Path, house: Any, bowerbird: Callable[..., Any], monkeypatch: Any) -> None:
    port = house.url.rpartition(":")[2]
    monkeypatch.setenv("BOWERBIRD_PORT", port)
    told = bowerbird("doctor --json")
    (used,) = [one for one in told.document["checks"] if "is in use" in one["text"] and port in one["text"]]
    assert used["status"] == "WARN"
    assert told.code == 0
