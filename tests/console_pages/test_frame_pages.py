"""What every page keeps to: its own host, its policy, its visitor's rights, narrow screens, hostile data."""

import re
from typing import Any

import pytest

from bowerbird.console.pages.table import PAGES

PATHS = [entry.path for entry in PAGES if "{" not in entry.path]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_no_other_host_and_breaks_no_rule_of_its_policy(tab: Any, path: str) -> None:
    visit = tab("admin")
    page = visit.open(path)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_load_state("networkidle")
    assert visit.foreign() == []
    assert visit.complaints == []
    assert any(url.startswith("ws://") for url in visit.requests)


def test_the_policy_lets_no_foreign_script_run(serving: Any) -> None:
    session = serving.call("session", "create", "--user", "viewer")["session_id"]
    with serving.http() as http:
        http.cookies.set("bowerbird_session", session)
        answers = [http.get("/"), http.get("/")]
    for answer in answers:
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        nonce = re.findall(r"'nonce-([\w-]+)'", policy["script-src"])[0]
        assert policy["script-src"] == f"'self' 'nonce-{nonce}' 'unsafe-eval'"
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert set(re.findall(r"<script( nonce=\"[\w-]+\")?", answer.text)) == {f' nonce="{nonce}"'}
        assert answer.headers["Cache-Control"] == "no-store"
    assert answers[0].headers["Content-Security-Policy"] != answers[1].headers["Content-Security-Policy"]


def test_what_was_there_before_is_there_still(serving: Any) -> None:
    with serving.http() as http:
        assert http.get("/docs").status_code == 200
        assert http.get("/healthz").json() == {"status": "ok"}
        assert "bowerbird_up" in http.get("/metrics").text
        for method, path, status in (("GET", "/api/v1/nothing", 404), ("POST", "/api/v1/audit", 405)):
            answer = http.request(method, path)
            assert (answer.status_code, set(answer.json())) == (status, {"error"})
        assert http.post("/").status_code == 405


def test_nobody_gets_a_page_or_its_socket(serving: Any) -> None:
    socket = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    session = serving.call("session", "create", "--user", "viewer")["session_id"]
    with serving.http() as http:
        for path in PATHS:
            assert http.get(path).status_code == 303
        assert http.get(socket).status_code == 403
        http.cookies.set("bowerbird_session", session)
        assert http.get(socket).status_code == 200
        assert http.get(socket, headers={"Origin": "http://elsewhere.example"}).status_code == 403
        assert http.get(socket, headers={"Origin": serving.url}).status_code == 200


def test_a_viewer_sees_no_settings(tab: Any) -> None:
    page = tab("viewer").open("/")
    page.get_by_role("link", name="Overview").wait_for()
    assert page.get_by_role("link", name="Settings").count() == 0
    answer = page.goto(page.url + "settings")
    assert answer.status == 403
    page.get_by_text("This page is not for your role").wait_for()
    assert page.get_by_role("tab").count() == 0


def test_another_role_takes_effect_in_open_pages(serving: Any, tab: Any) -> None:
    serving.call("user", "create", "--name", "promoted", "--password", "x", "--role", "owner")
    owner, promoted = tab("admin").open("/settings?tab=users"), tab("promoted").open("/")
    promoted.get_by_role("link", name="Settings").wait_for()
    owner.get_by_role("combobox", name="Role of promoted").click()
    owner.get_by_role("option", name="viewer").click()
    owner.get_by_text("promoted is viewer now").wait_for()
    promoted.get_by_role("link", name="Settings").wait_for(state="detached")


def test_nobody_acts_in_anothers_page(tab: Any) -> None:
    """The message that opens a dialog in the owner's page works from there, and not from a viewer's."""
    owner, viewer = tab("admin").open("/settings?tab=keys"), tab("viewer").open("/")
    owner.get_by_role("button", name="Create key").wait_for()
    message = owner.evaluate(
        """() => {
            const [id, found] = Object.entries(mounted_app.elements).find(
                ([, one]) => one.props?.label === "Create key" && one.events.length);
            return {id: Number(id), client_id: window.clientId, listener_id: found.events[0].listener_id, args: []};
        }"""
    )
    viewer.evaluate("(message) => window.socket.emit('event', message)", message)
    viewer.get_by_role("button", name="Theme").click()
    viewer.get_by_role("button", name="Signed in as viewer").click()
    viewer.get_by_text("viewer of default").wait_for()
    assert owner.get_by_role("dialog").count() == 0
    owner.evaluate("(message) => window.socket.emit('event', message)", message)
    owner.get_by_role("dialog").wait_for()


def test_data_is_shown_as_text(tab: Any, serving: Any, hostile: str) -> None:
    assert serving.send(serving.key, name=hostile[:255], event_id="hostile-again", user_id=hostile) == 202
    page = tab("viewer").open("/")
    page.get_by_role("gridcell", name=hostile, exact=True).first.wait_for()
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img").count() == 0


def test_on_a_narrow_screen_the_navigation_is_a_drawer(tab: Any) -> None:
    page = tab("admin", width=390).open("/")
    page.get_by_role("gridcell").first.wait_for()
    assert not page.get_by_role("link", name="Settings").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Pages").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("heading", name="Settings", level=1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_keyboard_skips_to_the_page_and_walks_the_table(tab: Any) -> None:
    page = tab("viewer").open("/")
    page.get_by_role("gridcell").first.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('role')") in ("gridcell", "columnheader")


def test_a_theme_is_remembered(tab: Any) -> None:
    visit = tab("viewer", color_scheme="light")
    page = visit.open("/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Theme").click()
    page.get_by_text("Dark", exact=True).click()
    page.wait_for_function("document.body.classList.contains('body--dark')")
    page = visit.open("/")
    page.wait_for_function("document.body.classList.contains('body--dark')")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(tab: Any, scheme: str) -> None:
    """Of the colours that the style sheet names: 4.5 to 1, as WCAG AA asks."""
    page = tab("viewer", color_scheme=scheme).open("/")
    page.wait_for_function(f"document.body.classList.contains('body--{scheme}')")

    def colour(name: str) -> str:
        return page.evaluate(f"getComputedStyle(document.body).getPropertyValue('--{name}').trim()")

    for text, behind in (
        *((text, behind) for text in ("text", "muted", "accent") for behind in ("page", "surface", "sunken")),
        ("accent-strong", "accent-soft"),
        ("on-accent", "accent"),
        ("on-accent", "bad"),
        ("bad", "bad-soft"),
        ("bad", "surface"),
        ("good", "surface"),
        ("warn", "surface"),
    ):
        assert contrast(colour(text), colour(behind)) >= 4.5, (text, behind)


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_nothing_is_written_where_the_server_was_started(serving: Any, tab: Any) -> None:
    tab("viewer").open("/")
    assert list(serving.cwd.iterdir()) == []
