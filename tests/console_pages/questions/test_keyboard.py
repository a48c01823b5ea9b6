"""Whoever walks through a form with the keyboard changes nothing by it, and can build a question."""

from typing import Any

import pytest

from bowerbird.console.pages.asking.address import decode, encode

FILTERED = {"all": [{"field": "property:plan", "value": "pro"}]}
FORMS = [
    ("/trends", "trend", {"breakdown": ["dialect", "property:plan"], "where": FILTERED}),
    ("/trends", "trend", {"series": [{"event": "signup", "measure": "sum", "of": "property:seats"}]}),
    ("/retention", "retention", {"start": {"event": "signup"}, "range": {"last": 8, "unit": "week"}}),
    ("/paths", "paths", {"event": "signup", "where": FILTERED}),
    ("/funnels", "funnel", {"steps": [{"event": "signup"}, {"event": "purchase"}], "breakdown": ["trait:plan"]}),
]


def asked(page: Any) -> Any:
    _, _, query = page.evaluate("location.href").partition("?q=")
    return decode(query.partition("&")[0])


@pytest.mark.parametrize(("path", "kind", "question"), FORMS)
def test_who_walks_through_a_form_changes_nothing(
    tab: Any, shop: Any, path: str, kind: str, question: dict[str, Any]
) -> None:
    page = tab(shop.analyst).open(f"{path}?q={encode(question)}")
    page.get_by_text("Answered in").wait_for()
    fields = page.locator(".form .q-select input")
    fields.first.wait_for()
    before, shown = asked(page), [field.input_value() for field in fields.all()]
    assert any(shown)
    for number in range(fields.count()):
        fields.nth(number).focus()
        page.keyboard.press("Tab")
    page.wait_for_timeout(700)  # what the last one might have caused
    assert asked(page) == before
    assert [field.input_value() for field in fields.all()] == shown


def test_a_filter_is_built_from_the_offered_options_with_the_keyboard(tab: Any, shop: Any, until: Any) -> None:
    page = tab(shop.analyst).open(f"/trends?q={encode({'series': [{'event': 'signup'}]})}")
    page.get_by_role("button", name="Add filter").last.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('q-menu')")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.innerText === 'Property or trait'")
    page.keyboard.press("Enter")
    field = page.get_by_label("Field", exact=True)
    field.focus()
    page.keyboard.type("plan")
    page.get_by_role("option", name="plan").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Value", exact=True).wait_for()
    page.keyboard.press("Tab")
    page.get_by_label("Value", exact=True).fill("pro")
    wanted = {"field": "property:plan", "op": "equals", "value": "pro"}
    until(lambda: asked(page).get("where") == wanted)
