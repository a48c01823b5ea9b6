"""`/people`: somebody is found, looked at, unmerged, erased; and a viewer changes nothing."""

from typing import Any

import httpx
import pytest


def settled(serving: Any, until: Any) -> None:
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)


@pytest.fixture(scope="module")
def merged(serving: Any, until: Any) -> Any:
    """An anonymous visitor who became ada, whose plan changed."""
    send = lambda **fields: serving.send(serving.key, **fields)  # noqa: E731
    send(name="visited", anonymous_id="cookie-ada", event_id="ada-1")
    send(name="signed up", user_id="ada", event_id="ada-2")
    settled(serving, until)
    send(name="came back", user_id="ada", anonymous_id="cookie-ada", event_id="ada-3")
    settled(serving, until)
    serving.call("workspace", "create", "people-elsewhere")
    other = serving.call("key", "create", "--workspace", "people-elsewhere", "--scope", "events:write")["secret"]
    until(lambda: serving.send(other, name="seen", user_id="somebody else") == 202)
    settled(serving, until)
    return serving


def test_a_person_is_found_by_any_identifier(merged: Any, tab: Any) -> None:
    page = tab("viewer").open("/people")
    page.get_by_role("link", name="ada", exact=True).wait_for()
    page.get_by_label("Identifier").fill("cookie-ada")
    page.get_by_role("gridcell", name="cookie-ada, ada").or_(
        page.get_by_role("gridcell", name="ada, cookie-ada")
    ).wait_for()
    assert page.get_by_role("link", name="ada", exact=True).count() == 1
    page.get_by_label("Identifier").fill("nobody at all")
    page.get_by_text("Nobody has this identifier").wait_for()
    assert "q=nobody+at+all" in page.url


def test_people_are_found_by_the_beginning_of_an_identifier(serving: Any, tab: Any, until: Any, rows_of: Any) -> None:
    for number in range(60):
        serving.send(serving.key, name="begun", user_id=f"beginner-{number:02}", event_id=f"begun-{number}")
    serving.send(serving.key, name="begun", user_id="beginner", event_id="begun")
    settled(serving, until)
    page = tab("viewer").open("/people")
    page.get_by_label("Identifier").fill("beginner")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="First").wait_for()
    assert [row[0] for row in rows_of(page, "People")] == [f"beginner-{number:02}" for number in range(49, 60)]
    page.get_by_role("button", name="First").click()
    page.get_by_role("button", name="More").wait_for()
    assert rows_of(page, "People")[0][0] == "beginner"
    page.get_by_label("Identifier").fill("beginner-3")
    page.get_by_role("link", name="beginner-39", exact=True).wait_for()
    page.get_by_role("button", name="More").wait_for(state="detached")
    assert len(rows_of(page, "People")) == 10
    page = tab("viewer").open("/people?q=eginner")
    page.get_by_text("Nobody has this identifier").wait_for()


def test_a_viewer_looks_and_changes_nothing(merged: Any, tab: Any) -> None:
    page = tab("viewer").open("/people?q=ada&kind=user_id")
    page.get_by_role("link", name="ada", exact=True).click()
    page.get_by_role("heading", name="Merges").wait_for()
    page.get_by_role("link", name="came back").wait_for()
    for event in ("visited", "signed up"):
        assert page.get_by_role("link", name=event).count() == 1
    assert page.get_by_role("button", name="Undo", exact=True).count() == 0
    assert page.get_by_role("button", name="Erase").count() == 0


def test_an_owner_undoes_a_merge(merged: Any, tab: Any) -> None:
    page = tab("admin").open("/people?q=ada&kind=user_id")
    page.get_by_role("link", name="ada", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert len(merged.call("person", "find", "user_id=ada", "--workspace", "default")["people"][0]["aliases"]) == 1
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("Undone", exact=True).wait_for()
    (ada,) = merged.call("person", "find", "user_id=ada", "--workspace", "default")["people"]
    (visitor,) = merged.call("person", "find", "anonymous_id=cookie-ada", "--workspace", "default")["people"]
    assert ada["person_id"] != visitor["person_id"]
    assert ada["aliases"] == []


def test_traits_have_a_history(serving: Any, tab: Any, until: Any) -> None:
    headers = {"Authorization": serving.key, "Auth-Type": "api"}
    for plan in ("free", "gold"):
        event = {"event": "changed", "user_id": "grace", "identify": True, "properties": {"plan": plan, "city": "Ulm"}}
        url = f"{serving.collector}/v1/events"
        assert httpx.post(url, json={"event": event}, headers=headers, trust_env=False).status_code == 200
        settled(serving, until)
    (person,) = serving.call("person", "find", "user_id=grace", "--workspace", "default")["people"]
    page = tab("viewer").open(f"/people/{person['person_id']}")
    page.get_by_text("gold", exact=True).first.wait_for()
    page.get_by_text("2 values since").click()
    page.get_by_text("free", exact=True).wait_for()


def test_erasing_wants_the_name_typed(serving: Any, tab: Any, until: Any) -> None:
    serving.send(serving.key, name="signed up", user_id="gone tomorrow", event_id="gone-1")
    settled(serving, until)
    (person,) = serving.call("person", "find", "user_id=gone tomorrow", "--workspace", "default")["people"]
    page = tab("admin").open(f"/people/{person['person_id']}")
    page.get_by_role("button", name="Erase").click()
    button = page.get_by_role("button", name="Erase for ever")
    page.get_by_label("Type it here").fill("gone")
    assert button.is_disabled()
    page.get_by_label("Type it here").fill("gone tomorrow")
    button.click()
    page.get_by_role("heading", name="People", level=1).wait_for()
    assert serving.call("person", "find", "user_id=gone tomorrow", "--workspace", "default")["people"] == []


def test_another_workspace_stays_invisible(merged: Any, tab: Any) -> None:
    (other,) = merged.call("person", "find", "user_id=somebody else", "--workspace", "people-elsewhere")["people"]
    visit = tab("admin")
    visit.open("/people?q=somebody+else").get_by_text("Nobody has this identifier").wait_for()
    visit.open(f"/people?q={other['person_id']}").get_by_text("Nobody has this identifier").wait_for()
    visit.open(f"/people/{other['person_id']}").get_by_text("Nobody has this id").wait_for()


def test_what_is_marked_is_masked_for_viewers(merged: Any, tab: Any) -> None:
    said = {"name": "signed up", "property": "user_id", "pii": True}
    headers = {"Authorization": f"Bearer {merged.key}"}
    with merged.http() as http:
        assert http.put("/api/v1/catalog?workspace=default", json=said, headers=headers).status_code == 200
        (ada,) = merged.call("person", "find", "user_id=ada", "--workspace", "default")["people"]
        page = tab("viewer").open(f"/people/{ada['person_id']}")
        page.get_by_text("••••").first.wait_for()
        assert page.get_by_text("ada", exact=True).count() == 0
        page = tab("viewer").open("/people?q=ada")
        page.get_by_text("Nobody has this identifier").wait_for()
        page = tab("viewer").open("/people?q=ada&kind=user_id")
        page.get_by_text("'user_id' is marked as personal data").wait_for()
        page = tab("viewer").open("/events?person=ada")
        page.get_by_text("No event is like that").wait_for()
        tab("analyst").open("/people?q=ada").get_by_role("link", name="ada", exact=True).wait_for()
        tab("analyst").open(f"/people/{ada['person_id']}").get_by_role("heading", name="ada", level=1).wait_for()
        http.put("/api/v1/catalog?workspace=default", json=said | {"pii": False}, headers=headers)


def test_on_a_narrow_screen_nothing_hangs_out(merged: Any, tab: Any) -> None:
    (ada,) = merged.call("person", "find", "user_id=ada", "--workspace", "default")["people"]
    visit = tab("admin", width=390)
    for path, ready in (("/people", "First seen"), (f"/people/{ada['person_id']}", "Identifiers")):
        page = visit.open(path)
        page.get_by_text(ready).first.wait_for()
        page.get_by_role("gridcell").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
