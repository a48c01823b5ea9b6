"""Who types a value into a filter is offered those that the field has, and may type another one."""

from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird.console.pages.asking.address import decode, encode

FILTERED = {"all": [{"field": "property:plan", "value": "x"}, {"field": "property:seats", "op": "in", "value": [1]}]}


def offered(page: Any, label: str) -> list[str]:
    """What the browser offers in this field."""
    found: list[str] = page.get_by_label(label, exact=True).first.evaluate(
        "field => [...document.getElementById(field.dataset.offers).options].map(option => option.value)"
    )
    return found


def test_values_are_offered_and_others_can_be_typed(shop: Any, tab: Any, until: Any) -> None:
    page = tab(shop.viewer).open(f"/trends?q={encode({'series': [{'event': 'signup'}], 'where': FILTERED})}")
    value = page.get_by_label("Value", exact=True)
    value.wait_for()
    assert offered(page, "Value") == [], "nothing is looked for before somebody comes to the field"
    value.focus()
    until(lambda: offered(page, "Value") == ["pro", "free"])
    page.get_by_label("Values", exact=True).focus()
    until(lambda: offered(page, "Values") == ["1", "2", "3"])
    value.fill("something else")
    until(lambda: "something else" in str(asked(page)["where"]))


def test_one_is_chosen_with_the_keyboard_or_the_mouse(shop: Any, tab: Any, until: Any) -> None:
    page = tab(shop.analyst).open(f"/trends?q={encode({'series': [{'event': 'signup'}], 'where': FILTERED})}")
    chosen = lambda: [each["value"] for each in asked(page)["where"]["all"]]  # noqa: E731
    value = page.get_by_label("Value", exact=True)
    value.click()
    value.fill("r")
    options = page.get_by_role("listbox", name="Values seen lately").get_by_role("option")
    until(lambda: options.all_inner_texts() == ["pro", "free"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert value.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    assert value.input_value() == "free"
    assert options.count() == 0
    until(lambda: chosen() == ["free", [1]])

    page.get_by_label("Values", exact=True).focus()
    page.keyboard.press("ArrowDown")
    until(lambda: options.all_inner_texts() == ["1", "2", "3"])
    page.keyboard.press("Escape")
    assert options.count() == 0
    page.keyboard.press("ArrowDown")
    options.filter(has_text="3").click()
    until(lambda: chosen() == ["free", [1, 3]])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(lambda: chosen() == ["free", [1, 3, 2]])
    value.fill("fr")
    page.keyboard.press("Tab")
    until(lambda: chosen()[0] == "fr")
    assert options.count() == 0


def asked(page: Any) -> Any:
    _, _, query = page.evaluate("location.href").partition("?q=")
    return decode(query.partition("&")[0])


def test_another_field_has_other_values(shop: Any, tab: Any, until: Any, pick: Any) -> None:
    page = tab(shop.analyst).open(f"/trends?q={encode({'where': FILTERED['all'][0]})}")
    page.get_by_label("Value", exact=True).focus()
    until(lambda: offered(page, "Value") == ["pro", "free"])
    pick(page, "Field", "seats")
    page.get_by_label("Value", exact=True).focus()
    until(lambda: offered(page, "Value") == ["1", "2", "3"])
    page.get_by_label("Field", exact=True).last.focus()


def test_the_search_for_events_offers_them_too(shop: Any, tab: Any, until: Any) -> None:
    page = tab(shop.viewer).open("/events?name=signup&property=plan")
    page.get_by_label("Property is").focus()
    until(lambda: offered(page, "Property is") == ["pro", "free"])


@pytest.fixture
def marked(shop: Any, serving: Any) -> Iterator[None]:
    """`plan` is personal."""
    headers = {"Authorization": f"Bearer {shop.key}"}
    with serving.http() as http:
        said = {"name": "signup", "property": "plan", "pii": True}
        assert http.put("/api/v1/catalog", json=said, headers=headers).status_code == 200
        yield
        http.put("/api/v1/catalog", json=said | {"pii": False}, headers=headers)


@pytest.mark.usefixtures("marked")
def test_viewers_are_not_offered_what_is_marked(shop: Any, tab: Any, until: Any) -> None:
    for who, values in ((shop.analyst, ["pro", "free"]), (shop.viewer, [])):
        page = tab(who).open(f"/trends?q={encode({'where': FILTERED})}")
        page.get_by_label("Value", exact=True).focus()
        until(lambda: offered(page, "Value") == values)  # noqa: B023
        page.get_by_label("Values", exact=True).focus()
        until(lambda: offered(page, "Values") == ["1", "2", "3"])  # noqa: B023
        assert offered(page, "Value") == values
