"""`/paths`: the way on from an event, as a flow and as links."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest


def address(walks: Any, **question: Any) -> str:
    return f"/paths?q={quote(json.dumps({'range': walks.range, 'event': 'view'} | question))}"


@pytest.fixture
def links(rows_of: Any) -> Any:
    return lambda page: rows_of(page, "Links of the paths")


AFTER_A_VIEW = [
    ["1", "view", "cart", "2", "50.0 %"],
    ["1", "view", "(nothing more)", "1", "25.0 %"],
    ["1", "view", "buy", "1", "25.0 %"],
    ["2", "cart", "buy", "1", "50.0 %"],
    ["2", "cart", "(nothing more)", "1", "50.0 %"],
    ["2", "buy", "(nothing more)", "1", "100.0 %"],
    ["3", "buy", "(nothing more)", "1", "100.0 %"],
]


def test_paths_are_built_and_opened_again_from_their_address(walks: Any, tab: Any, pick: Any, links: Any) -> None:
    visit = tab(walks.analyst)
    page = visit.open(f"/paths?q={quote(json.dumps({'range': walks.range}))}")
    page.get_by_role("img", name=re.compile("step 0: 4")).wait_for()
    pick(page, "Event", "view")
    page.wait_for_url("**/paths?q=*")
    page.get_by_role("img", name=re.compile("step 0: 4, step 1: 3, step 2: 1")).wait_for()
    assert sorted(links(page)) == sorted(AFTER_A_VIEW)
    page.locator(".chart svg text", has_text="cart").first.wait_for()
    again = tab(walks.viewer).open(page.url.removeprefix(walks.url))
    assert sorted(links(again)) == sorted(AFTER_A_VIEW)
    assert again.get_by_label("Event", exact=True).input_value() == "view"
    assert again.get_by_role("button", name="Save to board").count() == 0
    assert visit.complaints == []


def test_the_way_back_and_fewer_steps(walks: Any, tab: Any, links: Any) -> None:
    page = tab(walks.viewer).open(address(walks, event="buy"))
    page.get_by_text("Nothing more").or_(page.get_by_role("img", name=re.compile("step 0: 2"))).first.wait_for()
    page.get_by_label("Look").click()
    page.get_by_role("option", name="Before it").click()
    page.get_by_role("img", name=re.compile("Paths before the event.*step 0: 2, step 1: 2, step 2: 1")).wait_for()
    page.get_by_label("Steps", exact=True).fill("1")
    page.get_by_role("img", name=re.compile(r"step 0: 2, step 1: 2\. ")).wait_for()
    assert links(page) == [["1", "buy", "cart", "1", "50.0 %"], ["1", "buy", "view", "1", "50.0 %"]]


def test_what_is_left_out_is_on_no_path(walks: Any, tab: Any, links: Any) -> None:
    page = tab(walks.viewer).open(address(walks, exclude=["cart"]))
    page.get_by_role("img", name=re.compile("step 0: 4, step 1: 2")).wait_for()
    assert links(page)[0] == ["1", "view", "buy", "2", "50.0 %"]
    page.get_by_label("Within").fill("4")
    page.get_by_label("Unit").click()
    page.get_by_role("option", name="minutes").click()
    page.get_by_role("img", name=re.compile("step 0: 4, step 1: 1")).wait_for()  # dee took five


def test_paths_of_a_single_step_are_a_table_alone(walks: Any, tab: Any, links: Any) -> None:
    """On this day somebody viewed, and did nothing more."""
    visit = tab(walks.viewer)
    day = {"since": "2025-03-18", "until": "2025-03-19"}
    page = visit.open(address(walks, range=day))
    assert links(page) == [["1", "view", "(nothing more)", "1", "100.0 %"]]
    assert page.locator(".chart").count() == 0
    assert visit.complaints == []


def test_a_narrow_screen_holds_the_flow(walks: Any, tab: Any, links: Any) -> None:
    page = tab(walks.viewer, width=390).open(address(walks))
    links(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
