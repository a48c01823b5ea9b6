"""`/revenue`: money, exact, with its charts' numbers as text."""

import csv
import re
from pathlib import Path
from typing import Any


def test_revenue_of_a_currency_and_its_groups(shop: Any, tab: Any, rows_of: Any) -> None:
    page = tab(shop.viewer).open("/revenue")
    page.get_by_role("img", name=re.compile("35.50 EUR from 3 orders of 2 buyers")).wait_for()
    figures = [text.split("\n") for text in page.locator(".figure").all_inner_texts()]
    assert figures[:3] == [
        ["Revenue", "35.50", "EUR"],
        ["Orders", "3", "11.83 on average"],
        ["Buyers", "2", "50.0 % bought again"],
    ]
    page.get_by_role("button", name="Add breakdown").click()
    page.get_by_label("Break down by").click()
    page.keyboard.type("User id")
    page.get_by_role("option", name="User id").click()
    page.get_by_role("gridcell", name="u1", exact=True).wait_for()
    assert rows_of(page, "Revenue in EUR by group")[0][:4] == ["u1", "15.50", "2", "1"]


def test_lifetime_value_by_cohort_and_its_file(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/revenue")
    page.get_by_role("button", name="Lifetime value").click()
    page.get_by_role("img", name=re.compile("Lifetime value in EUR")).wait_for()
    assert "as=cohorts" in page.url
    with page.expect_download() as rows:
        page.get_by_role("button", name="CSV").click()
    written = list(csv.reader(Path(rows.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row[:1] + row[2:3] for row in written] == [["Currency", "People"], ["EUR", "2"]]
    assert written[-1][-1] == "17.75"
