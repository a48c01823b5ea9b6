"""`/segments`: built, counted, listed, saved and used."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

from bowerbird.console.pages.asking.address import encode


def test_a_segment_is_built_saved_used_and_removed(shop: Any, tab: Any, rows_of: Any) -> None:
    page = tab(shop.analyst).open("/segments")
    page.locator(".figure-value", has_text="3").wait_for()
    page.get_by_role("button", name="Add filter").click()
    page.get_by_text("People who did something").click()
    page.get_by_label("Event", exact=True).click()
    page.keyboard.type("purchase")
    page.get_by_role("option", name="purchase").click()
    page.locator(".figure-value", has_text="2").wait_for()
    assert {"u1", "u2"} <= {cell for row in rows_of(page, "People in the segment") for cell in row}
    page.get_by_role("button", name="Save segment").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Buyers")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    line = page.locator(".line", has_text="Buyers")
    line.wait_for()

    question = {"series": [{"event": "signup"}], "breakdown": ["segment:Buyers"]}
    trend = tab(shop.viewer).open(f"/trends?q={quote(json.dumps(question))}")
    expect(trend.get_by_role("gridcell")).to_have_text(["in Buyers", "2", "not in Buyers", "1"])

    opened = tab(shop.viewer).open("/segments")
    opened.locator(".line", has_text="Buyers").get_by_role("button", name="Open").click()
    opened.wait_for_url("**/segments?q=**")
    opened.locator(".figure-value", has_text="2").wait_for()
    assert opened.get_by_role("button", name="Save segment").count() == 0
    assert opened.get_by_role("button", name="Delete").count() == 0

    line.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete segment").click()
    page.get_by_text("Deleted Buyers").wait_for()


def test_people_are_links_to_their_profiles_a_page_at_a_time(shop: Any, tab: Any) -> None:
    question = encode({"condition": {"all": []}, "traits": ["user_id"], "limit": 2})
    page = tab(shop.viewer).open(f"/segments?q={question}")
    page.locator(".figure-value", has_text="3").wait_for()
    links = page.locator(".ag-row a")
    links.nth(1).wait_for()
    first = [link.get_attribute("href") for link in links.all()]
    assert len(first) == 2
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("button", name="First page").wait_for()
    expect(page.locator(".ag-row a")).to_have_count(1)
    assert page.locator(".ag-row a").get_attribute("href") not in first
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    assert len(Path(file.value.path()).read_text().splitlines()) == 4  # everybody, with a head


def test_a_segment_of_events_alone_is_refused_in_words(shop: Any, tab: Any) -> None:
    question = encode({"condition": {"field": "property:plan", "value": "pro"}})
    page = tab(shop.analyst).open(f"/segments?q={question}")
    page.get_by_role("alert").first.wait_for()
    page.get_by_role("button", name="Save segment").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Wrong")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("A segment is about people").wait_for()
