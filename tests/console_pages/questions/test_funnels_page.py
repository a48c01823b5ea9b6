"""`/funnels`: built step by step, moved about, and the people behind each number."""

import csv
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

STEPS = [{"event": "view"}, {"event": "cart"}, {"event": "buy"}]


def address(walks: Any, **question: Any) -> str:
    return f"/funnels?q={quote(json.dumps({'range': walks.range, 'steps': STEPS} | question))}"


def said(page: Any, *numbers: str) -> None:
    """Waits until the chart says these numbers, step by step."""
    page.get_by_role(
        "img", name=re.compile(", ".join(rf"{at}\. {text}" for at, text in enumerate(numbers, 1)))
    ).wait_for()


@pytest.fixture
def rows(rows_of: Any) -> Any:
    return lambda page: rows_of(page, "The funnel by step")


def test_a_funnel_is_built_and_opened_again_from_its_address(walks: Any, tab: Any, pick: Any, rows: Any) -> None:
    visit = tab(walks.analyst)
    page = visit.open(f"/funnels?q={quote(json.dumps({'range': walks.range, 'steps': [{}, {}]}))}")
    page.get_by_role("button", name="Add step").wait_for()
    for number, step in enumerate(STEPS[:2]):
        pick(page, "Event", step["event"], number)
    said(page, "view: 4", "cart: 2")
    page.get_by_role("button", name="Add step").click()
    page.get_by_role("heading", name="Step 3").wait_for()
    pick(page, "Event", "buy")
    said(page, "view: 4", "cart: 2", "buy: 1")
    assert rows(page) == [
        ["1. view", "4", "–", "100.0 %", "–", "–", "–"],
        ["2. cart", "2", "50.0 %", "50.0 %", "2", "1 min 30 s", "1 min 30 s"],
        ["3. buy", "1", "50.0 %", "25.0 %", "1", "2 min", "2 min"],
    ]
    assert page.locator(".figure-value").all_inner_texts() == ["25.0 %", "3 min", "3 min"]

    again = tab(walks.viewer).open(page.url.removeprefix(walks.url))
    said(again, "view: 4", "cart: 2", "buy: 1")
    events = again.get_by_label("Event", exact=True)
    assert [each.input_value() for each in events.all()] == ["view", "cart", "buy"]
    assert again.get_by_role("button", name="Save to board").count() == 0
    assert visit.complaints == []


def test_a_page_without_a_question_says_what_to_do(walks: Any, tab: Any, pick: Any) -> None:
    page = tab(walks.analyst).open("/funnels")
    page.get_by_text("Choose two steps").wait_for()
    pick(page, "Event", "paid", 0)
    page.get_by_text("Choose two steps").wait_for()
    pick(page, "Event", "joined", 1)
    said(page, "paid: 2", "joined: 1")


def test_steps_are_moved_by_buttons_and_by_keys(walks: Any, tab: Any) -> None:
    page = tab(walks.analyst).open(address(walks))
    said(page, "view: 4", "cart: 2", "buy: 1")
    page.get_by_role("button", name="Move step 3 up").press("Enter")
    said(page, "view: 4", "buy: 2", "cart: 0")
    page.wait_for_function("document.activeElement.ariaLabel === 'Move step 2 up'")
    page.keyboard.press("Alt+ArrowDown")
    said(page, "view: 4", "cart: 2", "buy: 1")
    page.get_by_role("button", name="Remove step 2").click()
    said(page, "view: 4", "buy: 2")
    assert page.get_by_role("button", name=re.compile("Remove step")).count() == 0


def test_window_order_and_exclusions_change_the_numbers(walks: Any, tab: Any, pick: Any) -> None:
    page = tab(walks.analyst).open(address(walks, window={"amount": 90, "unit": "second"}))
    said(page, "view: 4", "cart: 1", "buy: 0")
    page.get_by_label("Within").fill("120")
    said(page, "view: 4", "cart: 2", "buy: 0")
    page = tab(walks.analyst).open(address(walks, steps=[{"event": "view"}, {"event": "buy"}]))
    said(page, "view: 4", "buy: 2")
    page.get_by_label("Order").click()
    page.get_by_role("option", name="With nothing in between").click()
    said(page, "view: 4", "buy: 1")
    page = tab(walks.analyst).open(address(walks, steps=[{"event": "view"}, {"event": "buy"}]))
    page.get_by_role("button", name="Add exclusion").click()
    pick(page, "Excluded event", "cart")
    said(page, "view: 4", "buy: 1")
    page.get_by_role("button", name="Remove exclusion").click()
    said(page, "view: 4", "buy: 2")


def test_people_of_a_step_and_of_its_drop_off(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer).open(address(walks))
    page.get_by_role("gridcell", name="2. cart").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2 people, by person id.").wait_for()
    assert sorted(dialog.get_by_role("link").all_inner_texts()) == ["ann", "bob"]
    dialog.get_by_role("button", name="Dropped off before it").click()
    dialog.get_by_role("link", name="dee").wait_for()
    assert sorted(dialog.get_by_role("link").all_inner_texts()) == ["cy", "dee"]
    dialog.get_by_role("link", name="dee").click()
    page.get_by_role("heading", name="dee", level=1).wait_for()


def test_the_chart_opens_people_too(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer).open(address(walks))
    said(page, "view: 4", "cart: 2", "buy: 1")
    box = page.locator(".chart").bounding_box()
    upper_half_of_step_2 = box["x"] + box["width"] * 0.53, box["y"] + box["height"] * 0.32
    page.mouse.move(*upper_half_of_step_2)
    page.wait_for_function("at => document.elementFromPoint(...at)?.tagName === 'path'", arg=upper_half_of_step_2)
    page.mouse.click(*upper_half_of_step_2)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("link", name="dee").wait_for()
    assert sorted(dialog.get_by_role("link").all_inner_texts()) == ["cy", "dee"]


def test_a_breakdown_and_its_people(walks: Any, tab: Any, rows: Any) -> None:
    page = tab(walks.viewer).open(address(walks, breakdown=["user_id"], limit=1))
    assert [row[:3] for row in rows(page)][3:] == [
        ["ann", "1. view", "1"],
        ["ann", "2. cart", "1"],
        ["ann", "3. buy", "1"],
        ["everything else", "1. view", "3"],
        ["everything else", "2. cart", "1"],
        ["everything else", "3. buy", "0"],
    ]
    page.get_by_role("row", name=re.compile("everything else 2. cart")).get_by_role("gridcell").nth(1).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("1 person, by person id.").wait_for()
    assert dialog.get_by_role("link").all_inner_texts() == ["bob"]


def test_times_to_convert_as_chart_and_file(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer).open(address(walks))
    page.get_by_role("button", name="Time to convert").click()
    page.get_by_role("img", name="3 min in the median").wait_for()
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    written = list(csv.reader(Path(file.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row for row in written[1:] if row[1] != "0"] == [["1 min – 5 min", "1"]]
    page.get_by_role("button", name="Table", exact=True).click()
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    written = list(csv.reader(Path(file.value.path()).read_text("utf-8-sig").splitlines()))
    assert written[2] == ["2. cart", "2", "0.5", "0.5", "2", "90.0", "90.0"]


def test_a_narrow_screen_holds_a_funnel(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer, width=390).open(address(walks, exclusions=[{"event": "paid"}]))
    said(page, "view: 4")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
