"""`/events`: an event is found, its way followed, and what is shown saved."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def shop(serving: Any, until: Any) -> Any:
    """Events of a shop in the workspace of the tests, and one event elsewhere."""
    for number in range(4):
        serving.send(
            serving.key,
            name="order placed",
            event_id=f"order-{number}",
            user_id="shopper",
            properties={"plan": "gold" if number == 2 else "basic", "coupon": f"SECRET-{number}"},
        )
    serving.send(serving.key, name="order placed", event_id="order-2", user_id="shopper")
    serving.call("workspace", "create", "events-elsewhere")
    other = serving.call("key", "create", "--workspace", "events-elsewhere", "--scope", "events:write")["secret"]
    until(lambda: serving.send(other, name="of another workspace", event_id="elsewhere-1", user_id="stranger") == 202)
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    return serving


def test_an_event_is_found_and_its_way_followed(shop: Any, tab: Any) -> None:
    page = tab("viewer").open("/events")
    page.get_by_label("Event", exact=True).fill("order pl")
    page.get_by_role("option", name="order placed").click()
    page.wait_for_url("**name=order+placed*")  # its properties are offered now
    page.get_by_label("Property", exact=True).fill("plan")
    page.get_by_role("option", name="plan", exact=True).click()
    page.get_by_label("Property is").fill("gold")
    page.get_by_text("1 event", exact=True).wait_for()
    assert "property=plan" in page.url
    page.get_by_role("link", name="order placed").click()
    page.get_by_role("heading", name="From request to row").wait_for()
    for step in ("Accepted", "Durable in the log", "Stored", "Tied to a person"):
        page.get_by_role("heading", name=step, exact=True).wait_for()
    page.get_by_text("order-2", exact=True).first.wait_for()
    page.get_by_text("gold", exact=True).first.wait_for()
    page.get_by_role("link", name="Open the person").click()
    page.get_by_role("heading", name="shopper", level=1).wait_for()


def test_a_duplicate_tells_which_one_was_counted(shop: Any, tab: Any) -> None:
    page = tab("viewer").open("/events/order-2")
    page.get_by_text("2 events have this id").wait_for()
    page.get_by_role("heading", name="Recognised as a duplicate").wait_for()
    page.get_by_role("link", name="Open the event that was counted").wait_for()


def test_the_address_holds_the_search_and_the_columns(shop: Any, tab: Any, tmp_path: Path) -> None:
    query = "name=order+placed&person=shopper&columns=" + quote("event_id,p:plan")
    page = tab("viewer").open(f"/events?{query}")
    page.get_by_text("4 events", exact=True).wait_for()
    assert page.get_by_role("columnheader").all_inner_texts() == ["Event id", "plan"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    header, *rows = saved.read_text("utf-8-sig").splitlines()
    assert header == "Event id,plan"
    assert sorted(row.split(",")[1] for row in rows) == ["basic", "basic", "basic", "gold"]


def test_older_events_are_a_page_away(serving: Any, tab: Any, until: Any) -> None:
    for number in range(101):
        serving.send(serving.key, name="paged", event_id=f"paged-{number}", user_id="pager")
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    page = tab("viewer").open("/events?name=paged")
    page.get_by_text("100 events, and older ones").wait_for()
    page.get_by_role("button", name="Older").click()
    page.get_by_text("1 event", exact=True).wait_for()
    page.reload()
    page.get_by_text("1 event", exact=True).wait_for()
    page.get_by_role("button", name="Newest").click()
    page.get_by_text("100 events, and older ones").wait_for()


def test_personal_data_is_masked_for_viewers(shop: Any, tab: Any) -> None:
    owner, viewer = tab("admin").open("/events/order-1"), tab("viewer")
    said = {"name": "order placed", "property": "coupon", "pii": True}
    with shop.http() as http:
        headers = {"Authorization": f"Bearer {shop.key}"}
        assert http.put("/api/v1/catalog?workspace=default", json=said, headers=headers).status_code == 200
        owner.reload()
        owner.get_by_text("SECRET-1").first.wait_for()
        page = viewer.open("/events/order-1")
        page.get_by_text("••••").first.wait_for()
        assert "SECRET-1" not in page.content()
        page = viewer.open("/events?name=order+placed&columns=" + quote("name,p:coupon"))
        page.get_by_role("gridcell", name="••••").first.wait_for()
        assert "SECRET" not in page.content()
        page = viewer.open("/events?property=coupon&value=SECRET-1")
        page.get_by_text("'coupon' is marked as personal data").wait_for()
        http.put("/api/v1/catalog?workspace=default", json=said | {"pii": False}, headers=headers)


def test_another_workspace_stays_invisible(shop: Any, tab: Any) -> None:
    visit = tab("admin")
    page = visit.open("/events?name=of+another+workspace")
    page.get_by_text("No event is like that").wait_for()
    page = visit.open("/events?person=stranger")
    page.get_by_text("No event is like that").wait_for()
    page = visit.open("/events/elsewhere-1")
    page.get_by_text("No event has this id").wait_for()


def test_hostile_names_are_text_and_nonsense_is_told(tab: Any, hostile: str) -> None:
    visit = tab("admin")
    page = visit.open("/events/hostile")
    page.get_by_role("heading", name=hostile, exact=True).wait_for()
    assert page.evaluate("window.hacked") is None
    page = visit.open("/events?range=dates&since=yesterday")
    page.get_by_text("'yesterday' is no time").wait_for()
    page = visit.open("/events?cursor=nonsense&columns=nonsense,p:")
    page.get_by_role("columnheader", name="Who").wait_for()
    assert visit.complaints == []


def test_on_a_narrow_screen_nothing_hangs_out(tab: Any) -> None:
    visit = tab("viewer", width=390)
    for path, ready in (("/events", "Columns"), ("/events/o1", "Accepted")):
        page = visit.open(path)
        page.get_by_text(ready).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_value_has_its_currency(shop: Any, tab: Any, until: Any, tmp_path: Path) -> None:
    for number, value in enumerate((12.5, 100.125, 9)):
        event = {"name": "paid twice", "value": value, "currency": "EUR", "event_id": f"paid-{number}"}
        assert shop.send(shop.key, user_id="payer", **event) == 202
    with shop.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    page = tab("viewer").open("/events?name=paid+twice&columns=name,value")
    page.get_by_text("3 events", exact=True).wait_for()
    header = page.get_by_role("columnheader", name="Value")
    header.click()
    values = page.locator('.ag-center-cols-container [col-id="c1"]')
    expect(values).to_have_text(["9.00 EUR", "12.50 EUR", "100.125 EUR"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    told, *rows = saved.read_text("utf-8-sig").splitlines()
    assert told == "Event,Value,Currency"
    assert sorted(rows) == ["paid twice,100.125,EUR", "paid twice,12.5,EUR", "paid twice,9,EUR"]


def test_a_cell_that_is_cut_off_can_be_read(shop: Any, tab: Any, until: Any) -> None:
    long = "a" * 300
    assert shop.send(shop.key, name="long told", user_id="teller", properties={"text": long}) == 202
    with shop.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    page = tab("viewer").open("/events?name=long+told&columns=name,p:text,occurred_at")
    page.get_by_role("gridcell", name=long).hover()
    expect(page.locator(".ag-tooltip")).to_have_text(long)
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    page.get_by_role("columnheader", name=f"Time ({zone})").wait_for()
