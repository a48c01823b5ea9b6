"""`/attribution`: what conversions are owed to, by one model and by two."""

import csv
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

PAID = {"conversion": {"event": "paid"}}


def address(question: dict[str, Any], **more: str) -> str:
    return f"/attribution?q={quote(json.dumps(question))}" + "".join(f"&{name}={value}" for name, value in more.items())


@pytest.fixture
def cells(rows_of: Any) -> Any:
    return lambda page: rows_of(page, "Conversions and revenue by name")


def test_an_event_is_chosen_and_comes_again_from_the_address(walks: Any, tab: Any, pick: Any, cells: Any) -> None:
    visit = tab(walks.analyst)
    page = visit.open("/attribution")
    page.get_by_text("Choose what counts as a conversion").wait_for()
    pick(page, "Event", "paid")
    page.get_by_role("img", name=re.compile(r"Last touch: summer 1.00, \(direct\) 1.00")).wait_for()
    assert cells(page) == [["summer", "1", "30.00"], ["(direct)", "1", "20.00"]]
    assert page.locator(".figure-value").all_inner_texts() == ["2", "50.00"]
    page.get_by_label("Model").click()
    page.get_by_role("option", name="Linear").click()
    page.get_by_role("img", name=re.compile("Linear: spring 0.50, summer 0.50")).wait_for()
    page.get_by_role("button", name="Revenue").click()
    page.get_by_role("img", name=re.compile("Eur by name. Linear: spring 15.00, summer 15.00")).wait_for()
    again = tab(walks.viewer).open(page.url.removeprefix(walks.url))
    again.get_by_role("img", name=re.compile("Linear: spring 15.00, summer 15.00")).wait_for()
    assert again.get_by_label("Event", exact=True).input_value() == "paid"
    assert again.get_by_role("button", name="Save to board").count() == 0
    assert visit.complaints == []


def test_two_models_stand_side_by_side(walks: Any, tab: Any, cells: Any) -> None:
    page = tab(walks.viewer).open(address(PAID))
    page.get_by_label("Compare with").click()
    page.get_by_role("option", name="First touch").click()
    page.get_by_role(
        "img", name=re.compile("Last touch: summer 1.00.*First touch: summer 0.00.*spring 1.00")
    ).wait_for()
    compared = [
        ["summer", "1", "30.00", "–", "–"],
        ["(direct)", "1", "20.00", "1", "20.00"],
        ["spring", "–", "–", "1", "30.00"],
    ]
    assert cells(page) == compared
    assert "with=first" in page.url
    again = tab(walks.viewer).open(page.url.removeprefix(walks.url))
    assert cells(again) == compared


def test_the_look_back_bounds_what_counts(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer).open(address(PAID | {"model": "first"}))
    page.get_by_role("img", name=re.compile("spring 1.00")).wait_for()
    page.get_by_label("Days before").fill("1")
    page.get_by_role("img", name=re.compile(r"First touch: \(direct\) 2.00")).wait_for()


def test_the_file_has_all_digits(walks: Any, tab: Any, cells: Any) -> None:
    page = tab(walks.viewer).open(address(PAID | {"model": "position"}))
    cells(page)
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    written = list(csv.reader(Path(file.value.path()).read_text("utf-8-sig").splitlines()))
    assert written[1] == ["spring", "0.5", "EUR", "15"]


def test_a_narrow_screen_holds_the_bars(walks: Any, tab: Any, cells: Any) -> None:
    page = tab(walks.viewer, width=390).open(address(PAID, **{"with": "first"}))
    cells(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
