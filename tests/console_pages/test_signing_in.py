"""Who comes in at the console, how often one may guess, and what a session's end means."""

import re
import time
from typing import Any

import httpx
import pytest


def sign_in(http: httpx.Client, user: str, password: str, target: str = "/", **headers: str) -> httpx.Response:
    return http.post("/sign-in", data={"user": user, "password": password, "next": target}, headers=headers)


def test_the_first_user_signs_in_and_out(serving: Any, tab: Any) -> None:
    visit = tab()
    page = visit.page
    page.goto(f"{serving.url}/settings?tab=users")
    assert page.url == f"{serving.url}/sign-in?next=/settings%3Ftab%3Dusers"
    page.get_by_label("User").fill("admin")
    page.get_by_label("Password").fill(serving.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{serving.url}/settings?tab=users")
    page.get_by_role("button", name="Add user").wait_for()
    (held,) = [one for one in visit.context.cookies() if one["name"] == "bowerbird_session"]

    page.get_by_role("button", name="Signed in as admin").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{serving.url}/sign-in")

    assert not [one for one in visit.context.cookies() if "session" in one["name"]]
    with serving.http() as http:
        assert http.get("/", cookies={"bowerbird_session": held["value"]}).headers["Location"] == "/sign-in"
        bearer = {"Authorization": f"Bearer {held['value']}"}
        assert http.get("/api/v1/audit", headers=bearer).status_code == 401


def test_the_cookie_is_for_this_host_and_no_script(serving: Any, password: str) -> None:
    with serving.http("198.51.100.1") as http:
        plain = sign_in(http, "viewer", password).headers["Set-Cookie"]
        secure = sign_in(http, "viewer", password, **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
    assert re.fullmatch(r"bowerbird_session=[\w-]{32}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", plain)
    assert re.fullmatch(
        r"__Host-bowerbird_session=[\w-]{32}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax; Secure", secure
    )


def test_a_wrong_password_and_an_unknown_user_are_answered_alike(serving: Any) -> None:
    with serving.http("198.51.100.2") as http:
        known, unknown = sign_in(http, "viewer", "wrong"), sign_in(http, "nobody", "wrong")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("viewer", "nobody") == unknown.text
    assert "User or password is wrong." in known.text
    assert "set-cookie" not in known.headers


def test_guessing_one_user_is_slowed_down_from_wherever_it_comes(serving: Any) -> None:
    serving.call("user", "create", "--name", "guessed", "--password", "right", "--role", "viewer")
    statuses = []
    for number in range(6):
        with serving.http(f"203.0.113.{number}") as http:
            answer = sign_in(http, "guessed", "right" if number == 5 else "wrong")
            statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429]
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert "Too many attempts" in answer.text


def test_guessing_from_one_address_is_slowed_down_whoever_it_is_about(serving: Any, password: str) -> None:
    with serving.http("203.0.113.99") as http:
        statuses = [sign_in(http, f"somebody{number}", "wrong").status_code for number in range(6)]
        assert sign_in(http, "viewer", password).status_code == 429
    assert statuses == [401] * 5 + [429]
    with serving.http("203.0.113.98") as http:
        assert sign_in(http, "viewer", password).status_code == 303


def test_a_form_of_another_site_signs_nobody_in_or_out(serving: Any, password: str) -> None:
    session = serving.call("session", "create", "--user", "viewer")["session_id"]
    foreign = {"Origin": "http://elsewhere.example"}
    with serving.http("198.51.100.3") as http:
        assert sign_in(http, "viewer", password, **foreign).status_code == 403
        http.cookies.set("bowerbird_session", session)
        assert http.post("/sign-out", headers=foreign).status_code == 403
        assert http.get("/").status_code == 200
        assert http.post("/sign-out", headers={"Origin": serving.url}).status_code == 303
        http.cookies.set("bowerbird_session", session)
        assert http.get("/").status_code == 303


@pytest.mark.parametrize(
    "target",
    ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example/", "javascript:alert(1)", "/a\r\nb: c"],
)
def test_sign_in_leads_nowhere_else(serving: Any, password: str, target: str) -> None:
    with serving.http("198.51.100.4") as http:
        assert sign_in(http, "viewer", password, target).headers["Location"] == "/"


def test_an_api_key_opens_no_page(serving: Any) -> None:
    with serving.http() as http:
        http.cookies.set("bowerbird_session", serving.key)
        assert http.get("/").headers["Location"] == "/sign-in"


def test_a_broken_form_is_no_error(serving: Any) -> None:
    with serving.http("198.51.100.5") as http:
        for body in (b"", b"\xff\xfe", b"user=%ff&password=%00", b"a=1&" * 1000, b"user=" + b"x" * 100_000):
            answer = http.post("/sign-in", content=body, headers={"X-Forwarded-For": f"198.51.100.{len(body) % 200}"})
            assert answer.status_code in (401, 429), body[:20]


def test_a_new_password_puts_open_pages_out(serving: Any, tab: Any) -> None:
    serving.call("user", "create", "--name", "changing", "--password", "first", "--role", "viewer")
    page = tab("changing").open("/")
    serving.call("user", "password", "--name", "changing", "--password", "second")
    page.wait_for_url(f"{serving.url}/sign-in?next=/", timeout=5_000)


def test_the_right_password_takes_as_long_as_a_wrong_one_or_none(serving: Any) -> None:
    """Each is one hash; without it an answer takes a twentieth of that."""

    def median(name: str, address: str) -> float:
        taken = []
        for number in range(5):
            with serving.http(f"{address}{number}") as http:
                begun = time.perf_counter()
                sign_in(http, name, "wrong")
                taken.append(time.perf_counter() - begun)
        return sorted(taken)[2]

    serving.call("user", "create", "--name", "timed", "--password", "right", "--role", "viewer")
    known, unknown = median("timed", "192.0.2.1"), median("not-there", "192.0.2.2")
    assert 0.25 < known / unknown < 4
    assert min(known, unknown) > 0.01


def change_password(http: httpx.Client, password: str, new: str, again: str = "", **headers: str) -> httpx.Response:
    form = {"user": "ignored", "password": password, "new": new, "again": again or new}
    return http.post("/password", data=form, headers=headers)


def test_a_user_changes_the_own_password(serving: Any, tab: Any) -> None:
    serving.call("user", "create", "--name", "own", "--password", "first", "--role", "viewer")
    elsewhere = serving.call("session", "create", "--user", "own")["session_id"]
    page = tab("own").open("/")
    page.get_by_role("button", name="Signed in as own").click()
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Present password").fill("first")
    page.get_by_label("New password", exact=True).fill("second")
    page.get_by_label("New password, again").fill("third")
    page.get_by_role("button", name="Change password").click()
    page.get_by_text("The new password is not the same both times.").wait_for()
    page.get_by_label("Present password").fill("first")
    page.get_by_label("New password", exact=True).fill("second")
    page.get_by_label("New password, again").fill("second")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("heading", name="Your password is changed").wait_for()
    page.get_by_role("button", name="To the console").click()
    page.wait_for_url(f"{serving.url}/?")
    page.get_by_role("button", name="Signed in as own").wait_for()

    with serving.http("192.0.2.200") as http:
        assert sign_in(http, "own", "first").status_code == 401
        assert sign_in(http, "own", "second").status_code == 303
        assert http.get("/", headers={"Cookie": f"bowerbird_session={elsewhere}"}).status_code == 303


def test_changing_a_password_takes_the_present_one_and_the_own_page(serving: Any) -> None:
    serving.call("user", "create", "--name", "guarded", "--password", "right", "--role", "viewer")
    session = serving.call("session", "create", "--user", "guarded")["session_id"]
    with serving.http("192.0.2.201") as http:
        assert change_password(http, "right", "new").headers["Location"] == "/sign-in?next=/password"
        http.cookies.set("bowerbird_session", session)
        foreign = change_password(http, "right", "new", Origin="http://elsewhere.example")
        assert (foreign.status_code, "another site" in foreign.text) == (403, True)
        statuses = [change_password(http, "wrong", "new").status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        assert http.get("/").status_code == 200
    with serving.http("192.0.2.202") as http:
        assert sign_in(http, "guarded", "right").status_code == 429
