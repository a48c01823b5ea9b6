"""`/quarantine`: what stands there, and who may try it again."""

from typing import Any

import msgspec
import pytest

from bowerbird.event import Event
from bowerbird.state.base import Changes, QuarantineEntry
from bowerbird.state.database import open_sqlite
from bowerbird.state.sql import SqlState


@pytest.fixture
def quarantined(serving: Any, until: Any, request: pytest.FixtureRequest) -> str:
    """An event whose cause of failure is gone: what went through is put into quarantine beside the running server."""
    source = request.node.name
    serving.send(serving.key, name="hard to handle", event_id=source, user_id="hard")
    found: list[Any] = []

    def there() -> bool:
        found[:] = serving.call("trace", source, "--workspace", "default")["found"]
        return bool(found) and found[0]["outcome"] == "stored"

    until(there)
    with serving.http() as http:
        answer = http.get(
            f"/api/v1/events/{source}?workspace=default", headers={"Authorization": f"Bearer {serving.key}"}
        ).json()
    place = answer["position"]
    event = Event("default", answer["event_id"], "scribe", "track", "hard to handle", 1, 1, "key", user_id="hard")
    entry = QuarantineEntry(
        *("default", "scribe", answer["event_id"], place["partition"], place["offset"], place["index"]),
        *("ValueError: cannot swallow", "attribute", msgspec.msgpack.encode(event), 1_790_000_000_000_000),
    )
    database = open_sqlite(serving.data / "state.db")
    SqlState(database).remember(Changes(quarantined=[entry]))
    database.dispose()
    return answer["event_id"]


def test_an_event_is_tried_again(quarantined: str, serving: Any, tab: Any) -> None:
    viewer = tab("viewer").open("/quarantine")
    viewer.get_by_text("in step attribute").wait_for()
    assert viewer.get_by_role("button", name="Retry").count() == 0

    analyst = tab("analyst").open("/quarantine")
    analyst.get_by_text("ValueError: cannot swallow").wait_for()
    analyst.get_by_text("Payload").click()
    analyst.get_by_text('"user_id": "hard"').wait_for()
    analyst.get_by_role("button", name=f"Retry {quarantined}").click()
    analyst.get_by_text("1 went through, 0 stayed").wait_for()
    analyst.get_by_text("Nothing is in quarantine").wait_for()
    assert serving.call("quarantine", "list", "--workspace", "default")["quarantine"] == []
    assert serving.call("trace", quarantined, "--workspace", "default")["found"][0]["outcome"] == "stored"


def test_all_are_tried_again(quarantined: str, tab: Any) -> None:
    assert quarantined
    page = tab("admin", width=390).open("/quarantine")
    page.get_by_text("ValueError: cannot swallow").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Retry all").click()
    page.get_by_text("Nothing is in quarantine").wait_for()


def test_another_workspaces_events_are_not_shown(quarantined: str, serving: Any, tab: Any) -> None:
    assert quarantined
    serving.call("workspace", "create", "quarantine-elsewhere")
    serving.call("user", "create", "--name", "outsider", "--password", "x", "--workspace", "quarantine-elsewhere")
    page = tab("outsider").open("/quarantine")
    page.get_by_text("Nothing is in quarantine").wait_for()
    tab("admin").open("/quarantine").get_by_role("button", name="Retry all").click()
