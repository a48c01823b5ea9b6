"""`bowerbird import`, on a data directory without a server: real log, real stores."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def _scribe(name: str = "seen", **fields: Any) -> str:
    return json.dumps({"event": {"name": name, **fields}})


def _audit(bowerbird: Callable[..., Any]) -> dict[str, Any]:
    told = bowerbird("audit --json")
    assert told.code == 0
    return told.document


def test_lines_become_events_once_however_often_they_are_imported(bowerbird: Any, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(_scribe(event_id=f"e{number}", user_id="u1") for number in range(2500)) + "\n\n")
    told = bowerbird("import events.ndjson --dialect scribe")
    assert told.code == 0
    assert "2500 events of 2500 lines" in told.out
    (tmp_path / "events.ndjson.gz").write_bytes(gzip.compress(file.read_bytes()))
    assert bowerbird("import events.ndjson.gz -d scribe --json").document == {
        "lines": 2500,
        "events": 2500,
        "refused": 0,
        "refused_file": None,
    }
    taken = _audit(bowerbird)
    assert (taken["accepted"], taken["stored"], taken["duplicate"], taken["pending"]) == (5000, 2500, 2500, 0)
    traced = bowerbird("trace e7 --json").document["found"]
    assert [one["outcome"] for one in traced] == ["stored", "duplicate"]
    assert traced[0]["steps"][0]["facts"]["key_id"] == "import"


def test_refused_lines_are_kept_with_number_and_reason(bowerbird: Any, tmp_path: Path) -> None:
    lines = [_scribe(), "{", '{"event": {"name": ""}}', "", _scribe(user_id="u1"), "\udcff"]
    (tmp_path / "events.ndjson").write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    told = bowerbird("import events.ndjson --dialect scribe")
    assert told.code == 0
    assert "2 events of 5 lines" in told.out
    assert "3 lines were refused" in told.err
    refused = [json.loads(line) for line in (tmp_path / "events.ndjson.refused.ndjson").read_text().splitlines()]
    assert [(one["line"], one["reason"]) for one in refused] == [
        (2, "json_malformed"),
        (3, "invalid"),
        (6, "encoding_invalid"),
    ]
    assert refused[1]["body"] == '{"event": {"name": ""}}'
    assert "name" in refused[1]["why"]


def test_a_line_beyond_the_body_limit_is_refused_and_read_over(
    bowerbird: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("BOWERBIRD_BODY_LIMIT", "1024")
    fits = _scribe(properties={"a": "x" * 900})
    long = _scribe(properties={"a": "x" * 300_000})
    (tmp_path / "events.ndjson").write_text("\n".join([long, fits, long]))
    document = bowerbird("import events.ndjson --dialect scribe --refused no.ndjson --json").document
    assert (document["lines"], document["events"], document["refused"]) == (3, 1, 2)
    refused = [json.loads(line) for line in (tmp_path / "no.ndjson").read_text().splitlines()]
    assert [(one["line"], one["reason"], one["body"]) for one in refused] == [
        (1, "body_too_large", None),
        (3, "body_too_large", None),
    ]


BODIES = {
    "scribe": _scribe("Buy", user_id="u1"),
    "klaviyo": json.dumps(
        {
            "data": {
                "type": "event",
                "attributes": {
                    "profile": {"$email": "a@example.com"},
                    "metric": {"name": "Buy"},
                    "properties": {},
                },
            }
        }
    ),
    "flywheel": json.dumps({"event": {"event": "Buy", "user_id": "u1"}}),
    "successeve": json.dumps({"contact_uid": "u1", "event_uid": "buy", "params": {}}),
    "octeth": json.dumps({"ListID": 7, "Event": "Buy", "Email": "a@example.com"}),
}


@pytest.mark.parametrize("dialect", BODIES)
def test_every_dialect_can_be_imported(bowerbird: Any, tmp_path: Path, dialect: str) -> None:
    assert bowerbird("list create --workspace default --name news --id 7").code == 0
    (tmp_path / "one.ndjson").write_text(BODIES[dialect])
    told = bowerbird(f"import one.ndjson --dialect {dialect}")
    assert told.code == 0
    assert "refused" not in told.err, (tmp_path / "one.ndjson.refused.ndjson").read_text()
    assert _audit(bowerbird)["dialects"][dialect]["stored"] >= 1


def test_a_new_subscriber_is_new_once(bowerbird: Any, tmp_path: Path) -> None:
    assert bowerbird("list create --workspace default --name news --id 7").code == 0
    bodies = [
        {"ListID": 7, "Event": f"e{number}", "Email": f"{number % 2}@example.com", "ID": f"u{number % 2}"}
        for number in range(6)
    ]
    (tmp_path / "list.ndjson").write_text("\n".join(json.dumps(body) for body in bodies))
    assert bowerbird("import list.ndjson -d octeth --json").document["events"] == 6 + 2
    assert bowerbird("import list.ndjson -d octeth --json").document["events"] == 6


def test_a_workspaces_metrics_stay_limited(bowerbird: Any, tmp_path: Path) -> None:
    assert bowerbird("workspace set default klaviyo.metrics=2").code == 0
    names = ["A", "B", "C", "A"]
    (tmp_path / "k.ndjson").write_text("\n".join(BODIES["klaviyo"].replace("Buy", name) for name in names))
    document = bowerbird("import k.ndjson -d klaviyo --json").document
    assert (document["events"], document["refused"]) == (3, 1)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("import events.ndjson --dialect nobody", "scribe"),
        ("import events.ndjson --dialect scribe --workspace nowhere", "workspace create"),
        ("import broken.ndjson.gz --dialect scribe", "decompress"),
        ("import plain.ndjson.gz --dialect scribe", "decompress"),
    ],
)
def test_what_cannot_be_imported_says_why(bowerbird: Any, tmp_path: Path, line: str, word: str) -> None:
    (tmp_path / "events.ndjson").write_text(_scribe())
    (tmp_path / "plain.ndjson.gz").write_text(_scribe())
    (tmp_path / "broken.ndjson.gz").write_bytes(gzip.compress(_scribe().encode() * 1000)[:-20])
    told = bowerbird(line)
    assert told.code == 1
    assert word in told.err
    assert bowerbird("import missing.ndjson --dialect scribe").code == 2


def test_a_file_that_breaks_off_is_taken_in_up_to_there(bowerbird: Any, tmp_path: Path) -> None:
    lines = "\n".join(_scribe(event_id=f"e{number}", user_id="u") for number in range(8)).encode()
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(lines + b"\n")[:-8])
    told = bowerbird("import cut.ndjson.gz --dialect scribe")
    assert told.code == 1
    assert "8 events of the first 8 lines are in the log" in told.err
    assert _audit(bowerbird)["stored"] == 8


def test_the_file_itself_is_no_place_for_refused_lines(bowerbird: Any, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text(_scribe())
    for elsewhere in ("events.ndjson", "./events.ndjson", "nowhere/events.ndjson"):
        told = bowerbird(f"import events.ndjson --dialect scribe --refused {elsewhere}")
        assert told.code == 1
        assert elsewhere.split("/")[0] in told.err
    assert (tmp_path / "events.ndjson").read_text() == _scribe()


def test_a_byte_order_mark_is_passed_over(bowerbird: Any, tmp_path: Path) -> None:
    (tmp_path / "marked.ndjson").write_text(_scribe(), "utf-8-sig")
    assert bowerbird("import marked.ndjson --dialect scribe --json").document["events"] == 1


def test_a_workspace_without_event_tracking_takes_no_import(bowerbird: Any, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text(_scribe())
    assert bowerbird("workspace set default event_tracking=off").code == 0
    told = bowerbird("import events.ndjson --dialect scribe")
    assert told.code == 1
    assert "event_tracking=on" in told.err
