"""`/boards`: questions kept with others, answered when somebody looks."""

import json
import re
from typing import Any
from urllib.parse import quote


def save(page: Any, title: str, board: str, new: bool) -> None:
    page.get_by_role("button", name="Save to board").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("Board", exact=True).click()
    page.get_by_role("option", name="New board" if new else board).click()
    if new:
        dialog.get_by_label("Name of the new board").fill(board)
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text(f"Saved to {board}").wait_for()
    dialog.wait_for(state="hidden")


def titles(page: Any) -> list[str]:
    return list(page.locator(".tile h2").all_inner_texts())


def change(page: Any, tile: str, act: str) -> None:
    page.get_by_role("button", name=f"Change {tile}").click()
    page.locator(".q-menu").get_by_text(act, exact=True).click()


def test_a_board_from_its_first_tile_to_its_end(shop: Any, tab: Any, until: Any) -> None:
    page = tab(shop.analyst).open(f"/trends?as=number&q={quote(json.dumps({'series': [{'event': 'signup'}]}))}")
    page.locator(".figure-value", has_text="3").wait_for()
    save(page, "Sign-ups", "Growth", new=True)
    save(page, "Again", "Growth", new=False)

    watching = tab(shop.viewer).open("/boards")
    watching.get_by_role("link", name="Growth").click()
    watching.locator(".tile .figure-value", has_text="3").first.wait_for()
    assert titles(watching) == ["Sign-ups", "Again"]
    assert watching.get_by_role("button", name=re.compile("Change|Rename|Delete")).count() == 0

    page = tab(shop.analyst).open(watching.url.removeprefix(shop.url))
    page.locator(".tile .figure-value").nth(1).wait_for()
    change(page, "Again", "Move earlier")
    until(lambda: titles(page) == ["Again", "Sign-ups"], 10)
    change(page, "Again", "Rename")
    page.get_by_role("dialog").get_by_label("Title").fill("First")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    until(lambda: titles(page) == ["First", "Sign-ups"], 10)
    change(page, "First", "Remove from board")
    until(lambda: titles(page) == ["Sign-ups"], 10)
    page.get_by_role("button", name="Open Sign-ups").click()
    page.get_by_role("heading", name="Trends", level=1).wait_for()
    page.locator(".figure-value", has_text="3").wait_for()

    page.go_back()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete board").click()
    page.get_by_text("No boards yet").wait_for()


def test_a_viewer_cannot_save(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/trends")
    page.get_by_role("button", name="CSV").wait_for()
    assert page.get_by_role("button", name="Save to board").count() == 0
    assert page.goto(f"{shop.url}/boards").status == 200
    page.get_by_text("No boards yet").wait_for()
    assert page.get_by_role("button", name="New board").count() == 0


def test_a_tile_that_cannot_be_answered_leaves_the_others_alone(shop: Any, tab: Any, serving: Any) -> None:
    gone = {"breakdown": ["segment:not there"]}
    tiles = [
        {"title": "Broken", "kind": "trend", "question": gone},
        {"title": "Whole", "kind": "trend", "question": {}, "view": "number"},
    ]
    headers = {"Authorization": f"Bearer {shop.key}"}
    with serving.http() as http:
        put = http.put("/api/v1/boards/b1", json={"name": "Half", "tiles": tiles}, headers=headers)
        assert put.status_code == 200, put.text
        page = tab(shop.viewer).open("/boards/b1")
        page.get_by_role("alert").filter(has_text="There is no segment 'not there'").wait_for()
        page.locator(".tile .figure-value", has_text="7").wait_for()
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.board')).gridTemplateColumns.split(' ').length")
            == 2
        )
        page.set_viewport_size({"width": 390, "height": 800})
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.board')).gridTemplateColumns.split(' ').length")
            == 1
        )
        assert http.delete("/api/v1/boards/b1", headers=headers).status_code == 200


def test_another_workspaces_board_is_not_there(shop: Any, tab: Any, serving: Any) -> None:
    headers = {"Authorization": f"Bearer {serving.key}"}
    with serving.http() as http:
        assert http.put("/api/v1/boards/theirs", json={"name": "Theirs"}, headers=headers).status_code == 200
        page = tab(shop.owner).open("/boards/theirs")
        page.get_by_text("There is no such board").wait_for()
        assert http.delete("/api/v1/boards/theirs", headers=headers).status_code == 200
