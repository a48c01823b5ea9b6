"""What else is on the console's port: probes, metrics, documentation, and one form for every failure."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bowerbird.errors import BowerbirdError, ConflictError, DataDirectoryBusyError
from bowerbird.wiring.collector import dialects


def test_probes_need_no_key(house: Any) -> None:
    with house.client(None) as http:
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/readyz").json() == {"status": "ready", "lag": {"events": 0, "seconds": 0.0}}


def test_not_ready_when_the_engine_does_not_answer(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError("disk gone: /secret/path")

    monkeypatch.setattr(house.log, "read", broken)
    answer = house.http.get("/readyz")
    assert answer.status_code == 503
    assert "/secret" not in answer.text
    assert "bowerbird_up 0.0" in house.http.get("/metrics").text


def test_metrics_tell_numbers_and_nobodys_data(house: Any) -> None:
    house.send(house.event(email="ada@example.com", dedupe_key="k"), house.event(dedupe_key="k"))
    with house.client(None) as http:
        answer = http.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.text.splitlines()
    for line in (
        'bowerbird_accepted_events_total{dialect="scribe",workspace="default"} 2.0',
        'bowerbird_events{dialect="scribe",outcome="stored",workspace="default"} 1.0',
        'bowerbird_events{dialect="scribe",outcome="duplicate",workspace="default"} 1.0',
        'bowerbird_events{dialect="scribe",outcome="pending",workspace="default"} 0.0',
        "bowerbird_balanced 1.0",
        "bowerbird_lag_events 0.0",
        "bowerbird_up 1.0",
    ):
        name, _, rest = line.partition("{")
        labels = set(re.findall(r'\w+="\w+"', rest))
        found = [one for one in lines if one.startswith(name) and labels == set(re.findall(r'\w+="\w+"', one))]
        assert [one.rpartition(" ")[2] for one in found] == [line.rpartition(" ")[2]], line
    assert any(line.startswith("process_") or line.startswith("python_") for line in lines)
    assert "ada@example.com" not in answer.text


def test_openmetrics_where_the_scraper_asks_for_it(house: Any) -> None:
    answer = house.http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_a_browser_is_shown_a_page_where_there_is_nothing(house: Any) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    with house.client(None) as http:
        answer = http.get("/no<b>where", headers=browser)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert "<b>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser)):
            assert http.get(path, headers=headers).json()["error"]["code"] == "not_found"


def test_the_front_leads_to_the_documentation(house: Any) -> None:
    answer = house.http.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == "/docs"
    assert "`" not in answer.text.split("</nav>")[0]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/audit", 405),
        ("DELETE", "/healthz", 405),
        ("GET", "/api/v1/people?limit=0", 422),
    ],
)
def test_failures_have_one_form(house: Any, method: str, path: str, status: int) -> None:
    answer = house.http.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "hint"}
    assert (status == 405) == ("allow" in answer.headers)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConflictError("no", "do so"), 409),
        (DataDirectoryBusyError("busy", "wait"), 503),
        (BowerbirdError("odd", "look"), 500),
        (RuntimeError("secret internals"), 500),
    ],
)
def test_what_breaks_inside_is_told_without_internals(house: Any, monkeypatch: Any, error: Any, status: int) -> None:
    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr(house.engine, "replay", broken)
    answer = house.http.post("/api/v1/replay")
    assert answer.status_code == status
    assert answer.json()["error"]["hint"]
    assert "Traceback" not in answer.text
    assert "secret" not in answer.text


def test_answers_with_data_are_not_cached(house: Any) -> None:
    for path in ("/api/v1/events", "/api/v1/people", "/api/v1/audit", "/api/v1/export?format=ndjson"):
        assert house.http.get(path).headers["Cache-Control"] == "no-store"


def test_the_openapi_document_is_sound(shared_house: Any) -> None:
    document = shared_house.http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = set(document["components"]["schemas"])
    text = shared_house.http.get("/openapi.json").text
    assert set(re.findall(r"#/components/schemas/([\w.-]+)", text)) <= names
    ids = [op["operationId"] for item in document["paths"].values() for op in item.values() if isinstance(op, dict)]
    assert len(ids) == len(set(ids))
    schemes = set(document["components"]["securitySchemes"])
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                assert {name for one in operation.get("security", []) for name in one} <= schemes


def test_the_documented_vendor_paths_are_those_that_are_spoken(shared_house: Any) -> None:
    document = shared_house.app.openapi()
    for dialect in dialects("http://127.0.0.1:8001/"):
        documented = {
            (method.upper(), path)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and dialect.name.title() in operation["tags"]
        }
        assert documented
        assert documented <= {(route.method, route.path) for route in dialect.routes}
        for _, path in documented:
            assert document["paths"][path]["servers"][0]["url"] == "http://127.0.0.1:8000"


def test_answers_fit_their_schemas(house: Any) -> None:
    house.send(
        house.event("purchase", user_id="u1", properties={"n": 1}, dedupe_key="k"),
        house.event(email="ada@example.com"),
        house.event(user_id="u1", email="ada@example.com", dedupe_key="k"),
    )
    document = house.app.openapi()
    person = house.get("/people")["people"][0]["person_id"]
    event = house.get("/events")["events"][0]["event_id"]
    for template, path in (
        ("/api/v1/audit", "/audit"),
        ("/api/v1/events", "/events"),
        ("/api/v1/events/{event_id}", f"/events/{event}"),
        ("/api/v1/events/{event_id}/trace", f"/events/{event}/trace"),
        ("/api/v1/people", "/people"),
        ("/api/v1/people/{person_id}", f"/people/{person}"),
        ("/api/v1/catalog", "/catalog"),
        ("/api/v1/quarantine", "/quarantine"),
    ):
        schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(house.get(path))


def test_the_docs_page_needs_no_other_host(shared_house: Any) -> None:
    with shared_house.client(None) as http:
        answer = http.get("/docs")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert not re.findall(r"""(?:src|href)\s*=\s*(?!['"]?[#/])""", answer.text)
    assert not re.findall(r"url\(|@import", answer.text)
    for path in shared_house.app.openapi()["paths"]:
        assert f"<code>{path}</code>" in answer.text


def test_the_docs_page_shows_requests_that_can_be_copied(shared_house: Any) -> None:
    text = shared_house.http.get("/docs").text
    assert "curl -X POST &#x27;http://127.0.0.1:8000/v1/events&#x27;" in text
    assert "Authorization: Bearer &lt;key&gt;" in text
    assert "Auth-Type: api" in text
