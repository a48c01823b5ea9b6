"""`/catalog`: names are found, described, hidden and shown again; a viewer only reads."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def learned(serving: Any, until: Any) -> Any:
    for name in ("catalogued", "obsolete"):
        serving.send(serving.key, name=name, event_id=f"of-{name}", user_id="u", properties={"price": 1, "coupon": "x"})
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    return serving


def test_an_event_is_described_and_hidden(learned: Any, tab: Any) -> None:
    page = tab("analyst").open("/catalog")
    page.get_by_role("gridcell", name="obsolete").click()
    page.get_by_role("heading", name="obsolete").wait_for()
    page.get_by_text("integer 1").wait_for()
    page.get_by_role("button", name="Describe obsolete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it means").fill("Sent by the old app.")
    dialog.get_by_role("checkbox", name="Hidden").click()
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("Sent by the old app.").wait_for()
    page.get_by_role("button", name="All events").click()
    page.get_by_role("gridcell", name="catalogued").wait_for()
    assert page.get_by_role("gridcell", name="obsolete").count() == 0
    (said,) = [one for one in catalog(learned) if one["name"] == "obsolete"]
    assert (said["description"], said["hidden"]) == ("Sent by the old app.", True)

    page = tab("viewer").open("/events")
    page.get_by_label("Event", exact=True).fill("o")
    page.get_by_role("option", name="catalogued").wait_for()
    assert page.get_by_role("option", name="obsolete").count() == 0
    page = tab("viewer").open("/events?hidden=1")
    page.get_by_label("Event", exact=True).fill("obso")
    page.get_by_role("option", name="obsolete").wait_for()


def catalog(serving: Any) -> Any:
    with serving.http() as http:
        headers = {"Authorization": f"Bearer {serving.key}"}
        return http.get("/api/v1/catalog?workspace=default", headers=headers).json()["events"]


def test_a_property_is_marked(learned: Any, tab: Any) -> None:
    page = tab("admin").open("/catalog?event=catalogued")
    page.get_by_role("button", name="Describe coupon").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Personal data").click()
    dialog.get_by_role("button", name="Save").click()
    page.locator(".line", has_text="coupon").get_by_text("personal data").wait_for()
    page = tab("viewer").open("/events/of-catalogued")
    page.get_by_text("••••").first.wait_for()


def test_a_viewer_only_reads(learned: Any, tab: Any) -> None:
    page = tab("viewer", width=390).open("/catalog?event=catalogued")
    page.get_by_role("heading", name="Properties").wait_for()
    assert page.get_by_role("button", name="Describe").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="See these events").click()
    page.get_by_role("heading", name="Events", level=1).wait_for()
    page.get_by_text("1 event", exact=True).wait_for()


def test_another_workspaces_names_are_not_shown(learned: Any, tab: Any) -> None:
    learned.call("workspace", "create", "catalog-elsewhere")
    learned.call("user", "create", "--name", "reader", "--password", "x", "--workspace", "catalog-elsewhere")
    page = tab("reader").open("/catalog")
    page.get_by_text("No events yet").wait_for()
