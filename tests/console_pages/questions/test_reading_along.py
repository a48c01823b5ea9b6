"""What stands beside the numbers, so that they can be understood, on the page, on boards and in pictures."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

BY_PLAN = {"series": [{"event": "signup"}], "breakdown": ["property:plan"]}
LISTEN = """
    window.drawn = [];
    const draw = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (...all) {
        window.drawn.push(all[0]);
        draw.apply(this, all);
    };
"""


def address(path: str, question: dict[str, Any]) -> str:
    return f"{path}?q={quote(json.dumps(question))}"


@pytest.fixture(scope="module")
def stranger(serving: Any, until: Any) -> str:
    """The owner of a workspace where one person is known by an anonymous id alone."""
    serving.call("workspace", "create", "strangers")
    key = serving.call("key", "create", "--workspace", "strangers", "--scope", "events:write")["secret"]
    user = ("--name", "strangers-owner", "--password", "x", "--role", "owner", "--workspace", "strangers")
    serving.call("user", "create", *user)
    until(lambda: serving.send(key, name="looked", anonymous_id="browser-9", event_id="l1") == 202)
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    return "strangers-owner"


def test_a_picture_has_a_title_the_range_and_the_whole_legend(shop: Any, tab: Any) -> None:
    visit = tab(shop.viewer)
    visit.page.add_init_script(LISTEN)
    page = visit.open(address("/trends", BY_PLAN | {"range": {"last": 14}}))
    page.locator(".chart svg").wait_for()
    before = page.locator(".chart svg").inner_html()
    page.evaluate("window.drawn = []")
    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG").click()
    assert picture.value.path().stat().st_size > 5_000
    drawn = page.evaluate("window.drawn")
    assert "Trend: signup by plan" in drawn
    assert any(said.startswith("Last 14 days · asked ") for said in drawn)
    assert drawn[-2:] == ["pro", "free"]
    assert page.locator(".chart svg").inner_html().count("<text") == before.count("<text")
    assert visit.complaints == []


def test_a_tile_is_titled_by_its_question_and_says_what_it_tells_of(shop: Any, tab: Any) -> None:
    question = BY_PLAN | {"range": {"last": 14}, "where": {"field": "property:plan", "value": "pro"}}
    page = tab(shop.analyst).open(address("/trends", question))
    page.get_by_text("Answered in").wait_for()
    page.get_by_role("button", name="Save to board").click()
    dialog = page.get_by_role("dialog")
    title = dialog.get_by_label("Title")
    assert title.input_value() == "Trend: signup by plan"
    dialog.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="New board").click()
    dialog.get_by_label("Name of the new board").fill("Described")
    dialog.get_by_label("Name of the new board").press("Enter")
    page.get_by_text("Saved to Described").wait_for()
    page = tab(shop.viewer).open("/boards")
    page.get_by_role("link", name="Described").click()
    about = page.locator(".tile .tile-about")
    about.wait_for()
    assert re.fullmatch(r"Last 14 days · 1 filter · asked\s+\d+:\d\d.*", about.inner_text())


def test_people_are_called_in_a_segment_as_everywhere(stranger: str, tab: Any) -> None:
    page = tab(stranger).open("/segments")
    page.get_by_role("gridcell", name="browser-9").wait_for()
    page = tab(stranger).open("/people")
    page.get_by_role("gridcell", name="browser-9").first.wait_for()
