"""docs/api.md tells the truth."""

import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| `(GET|POST|PUT|DELETE) (/\S+)` \| (?:`([a-z:]+)`|–) \|$", re.MULTILINE)


def _own(app: FastAPI) -> dict[str, Any]:
    return {path: item for path, item in app.openapi()["paths"].items() if "servers" not in item}


def test_every_route_is_listed_and_asks_for_the_scope_it_says(shared_house: Any) -> None:
    listed = {(method, path): scope for method, path, scope in ROW.findall(TEXT)}
    routes = {(method.upper(), path) for path, item in _own(shared_house.app).items() for method in item}
    assert set(listed) == routes
    shared_house.registry.add_key("key-without-scopes", scopes=())
    with shared_house.client("key-without-scopes") as http:
        for (method, path), scope in listed.items():
            answer = http.request(method, path.format(event_id="e1", person_id="p1", name="s1", board_id="b1"))
            if scope:
                assert f"lacks the scope {scope}." in answer.json()["error"]["message"]
            else:
                assert answer.status_code == 200


def test_every_metric_is_named(house: Any) -> None:
    house.send(house.event())
    exposed = set(re.findall(r"^(bowerbird_\w+)", house.http.get("/metrics").text, re.MULTILINE))
    assert exposed - {name for name in exposed if name.endswith("_created")} == set(re.findall(r"bowerbird_\w+", TEXT))


def test_every_code_is_named(shared_house: Any) -> None:
    console = Path(__file__).parents[2] / "src" / "bowerbird" / "console"
    source = "\n".join(path.read_text() for path in console.rglob("*.py"))
    codes = set(re.findall(r'(?:ApiError|failure)\(\s*\d{3},\s*"([a-z_]+)"', source))
    assert len(codes) > 8
    assert codes <= set(re.findall(r"`([a-z_]+)`", TEXT))


def test_the_row_has_the_fields_that_are_listed(house: Any) -> None:
    house.send(house.event())
    fields = re.search(r"A row has `([^`]+)`", TEXT)
    assert fields is not None
    assert list(house.get("/events")["events"][0]) == re.split(r",\s+", fields[1])
    more = re.search(r"and adds `([^`]+)`", TEXT)
    assert more is not None
    assert set(house.get(f"/events/{house.get('/events')['events'][0]['event_id']}")) == {
        *re.split(r",\s+", fields[1]),
        *re.split(r",\s+", more[1]),
    }
