"""The browser's Back undoes what was changed last."""

import re
from typing import Any


def test_back_and_forward_lead_through_what_was_asked(shop: Any, tab: Any, pick: Any) -> None:
    visit = tab(shop.analyst)
    page = visit.open("/")
    page.get_by_role("link", name="Trends").click()
    page.get_by_text("Answered in").wait_for()
    opened = page.url
    pick(page, "Event", "signup")
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    page.wait_for_timeout(1100)  # changes in quick succession are one step
    page.get_by_role("button", name="Add breakdown").click()
    pick(page, "Break down by", "plan")
    page.get_by_role("img", name=re.compile("pro: 2, free: 1")).wait_for()

    page.evaluate("history.back()")
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    assert page.get_by_label("Event", exact=True).input_value() == "signup"
    assert page.get_by_label("Break down by").count() == 0
    page.evaluate("history.forward()")
    page.get_by_role("img", name=re.compile("pro: 2, free: 1")).wait_for()
    page.evaluate("history.back()")
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    page.evaluate("history.back()")
    page.wait_for_url(opened)
    page.get_by_text("Answered in").wait_for()
    page.evaluate("history.back()")
    page.wait_for_url(f"{shop.url}/")
    page.get_by_role("heading", name="Overview").wait_for()
    assert visit.complaints == []


def test_opening_a_page_and_what_it_shows_by_itself_is_one_step(shop: Any, tab: Any) -> None:
    page = tab(shop.analyst).open("/")
    page.get_by_role("link", name="Retention").click()
    page.get_by_text("Answered in").wait_for()
    page.wait_for_url(re.compile("q="))
    page.evaluate("history.back()")
    page.wait_for_url(f"{shop.url}/")
