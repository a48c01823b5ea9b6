"""What is wider than its place can still be read."""

import json
from typing import Any
from urllib.parse import quote


def address(path: str, question: dict[str, Any]) -> str:
    return f"{path}?q={quote(json.dumps(question))}"


def test_a_cohort_is_named_while_its_periods_scroll(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer, width=390).open(address("/retention", {"range": walks.range, "periods": 12}))
    page.get_by_role("gridcell", name="2025-03-03").wait_for()
    page.locator(".ag-center-cols-viewport").evaluate("(shown) => { shown.scrollLeft = 9999; }")
    page.get_by_role("columnheader", name="Week 12").wait_for()
    cohort, period = (
        page.get_by_role(role, name=name) for role, name in (("gridcell", "2025-03-03"), ("columnheader", "Week 12"))
    )
    assert cohort.bounding_box()["x"] + cohort.bounding_box()["width"] <= period.bounding_box()["x"] + 1
    assert cohort.bounding_box()["x"] >= 0


def test_the_head_of_a_funnel_can_be_read(walks: Any, tab: Any) -> None:
    question = {"range": walks.range, "steps": [{"event": "view"}, {"event": "cart"}]}
    page = tab(walks.viewer).open(address("/funnels", question) + "&as=table")
    page.get_by_role("gridcell", name="1. view").wait_for()
    cut = page.locator(".ag-header-cell-text").evaluate_all(
        "(all) => all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent)"
    )
    assert cut == []


def test_an_operator_can_be_read(shop: Any, tab: Any) -> None:
    where = {"field": "property:seats", "op": "greater", "value": 1}
    page = tab(shop.viewer).open(address("/trends", {"where": where}))
    operator, field = page.locator(".form .operator"), page.locator(".condition-main > .q-field").first
    operator.wait_for()
    assert operator.bounding_box()["width"] == field.bounding_box()["width"]


def test_names_in_a_flow_do_not_overlap(walks: Any, tab: Any) -> None:
    page = tab(walks.viewer).open(address("/paths", {"range": walks.range}))
    page.locator(".chart svg").wait_for()
    series = "getElement(Number(document.querySelector('.chart').id.slice(1))).chart.getOption().series[0]"
    assert page.evaluate(f"{series}.labelLayout.hideOverlap") is True
