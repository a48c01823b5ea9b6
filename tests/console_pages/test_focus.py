"""Who works with the keyboard sees where the focus is, and keeps it."""

from typing import Any

import pytest

FOCUSED = "[document.activeElement.tagName, document.activeElement.getAttribute('aria-label')]"
OUTLINE = """(selector) => [...document.querySelectorAll(selector)].filter((each) => each.offsetParent).map((each) => {
    each.focus({focusVisible: true});
    return getComputedStyle(each).outlineStyle + getComputedStyle(each).outlineWidth;
})"""


@pytest.mark.parametrize(
    ("path", "selector"),
    [
        ("/settings", ".q-tab"),
        ("/settings", "main .q-btn"),
        ("/catalog", ".q-toggle"),
        ("/trends", "main .q-btn:enabled"),
    ],
)
def test_the_focus_is_seen(tab: Any, path: str, selector: str) -> None:
    page = tab("admin").open(path)
    page.locator(selector).first.wait_for()
    page.keyboard.press("Tab")
    outlines = page.evaluate(OUTLINE, selector)
    assert outlines
    assert set(outlines) == {"solid2px"}


def test_a_dialog_gives_the_focus_back(tab: Any) -> None:
    page = tab("admin").open("/boards")
    opener = page.get_by_role("button", name="New board")
    opener.press("Enter")
    page.wait_for_function("document.activeElement.tagName === 'INPUT'")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.wait_for_function("document.activeElement.innerText?.includes('New board')")


def test_who_opens_a_row_goes_on_from_there(tab: Any) -> None:
    page = tab("admin").open("/catalog")
    page.get_by_role("gridcell", name="purchase", exact=True).click(trial=True)
    page.get_by_role("gridcell", name="purchase", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="All events").wait_for()
    page.wait_for_function("document.activeElement !== document.body")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.innerText?.includes('All events')")


def test_a_drawer_takes_the_focus_and_gives_it_back(tab: Any) -> None:
    page = tab("admin", width=390).open("/trends")
    menu = page.get_by_role("button", name="Pages")
    assert menu.get_attribute("aria-expanded") == "false"
    menu.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('navigation-link')")
    page.wait_for_function("document.querySelector('.menu-button').getAttribute('aria-expanded') === 'true'")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Pages'")
    page.wait_for_function("document.querySelector('.menu-button').getAttribute('aria-expanded') === 'false'")
    page.get_by_role("link", name="Settings").wait_for(state="hidden")


def test_a_menu_is_walked_with_the_arrow_keys(tab: Any) -> None:
    page = tab("admin").open("/trends")
    page.get_by_role("button", name="Add filter").last.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('q-menu')")
    focused = "document.activeElement.innerText"
    for key, title in (
        ("ArrowDown", "Property or trait"),
        ("ArrowDown", "People in a segment"),
        ("End", "Group of filters"),
        ("ArrowDown", "Property or trait"),
        ("ArrowUp", "Group of filters"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(focused) == title


ADDED = [
    ("/trends", "Add filter", "Field", "Remove condition"),
    ("/trends", "Add series", "Event", "Remove series B"),
    ("/trends", "Add breakdown", "Break down by", "Remove breakdown"),
    ("/funnels", "Add step", "Event", "Remove step 3"),
    ("/funnels", "Add exclusion", "Excluded event", "Remove exclusion"),
]
"""Page, what adds, the field that has the focus then, and what removes: then the first has it again."""


@pytest.mark.parametrize(("path", "add", "field", "remove"), ADDED)
def test_what_is_added_to_a_form_takes_the_focus(tab: Any, path: str, add: str, field: str, remove: str) -> None:
    page = tab("admin").open(path)
    page.get_by_role("button", name=add).last.focus()
    page.keyboard.press("Enter")
    if add == "Add filter":
        page.wait_for_function("document.activeElement.classList.contains('q-menu')")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.wait_for_function("(label) => document.activeElement.getAttribute('aria-label') === label", arg=field)
    page.get_by_role("button", name=remove).last.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("(text) => document.activeElement.innerText?.includes(text)", arg=add)


def test_a_page_has_one_main_landmark_and_no_nameless_picture(tab: Any) -> None:
    page = tab("admin").open("/")
    page.get_by_role("gridcell").first.wait_for()
    assert page.get_by_role("main").count() == 1
    assert page.locator("[role=img][aria-label='']").count() == 0
    assert page.get_by_text("No Rows To Show").count() == 0
