"""Where pages lead on, and how they write what users are to write."""

import json
from typing import Any
from urllib.parse import quote


def address(path: str, question: dict[str, Any]) -> str:
    return f"{path}?q={quote(json.dumps(question))}"


def test_what_cannot_be_understood_leads_to_the_documentation(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open(address("/trends", {"nothing": 1}))
    page.get_by_role("alert").get_by_role("link", name="/docs").click()
    page.get_by_role("heading", name="Bowerbird API").wait_for()


def test_no_documentation_is_named_that_cannot_be_opened(newcomer: str, tab: Any) -> None:
    page = tab(newcomer).open("/trends")
    assert page.get_by_role("main").get_by_role("link", name="/docs").get_attribute("href") == "/docs"
    page = tab(newcomer).open("/settings?tab=retention")
    page.locator("code", has_text="bowerbird replay").wait_for()
    assert "`" not in page.get_by_role("main").inner_text()


def test_hints_stand_below_their_fields(newcomer: str, tab: Any) -> None:
    page = tab(newcomer).open("/settings?tab=lists")
    page.get_by_text("Empty: the next free one").wait_for()
    page.get_by_role("tab", name="Sites").click()
    page.get_by_text("Empty: a new one").wait_for()
    tabs = page.get_by_role("tab").evaluate_all("(all) => all.map((each) => getComputedStyle(each).opacity)")
    assert set(tabs) == {"1"}
