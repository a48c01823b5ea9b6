"""`/live` and the overview: events as they come."""

from typing import Any

from bowerbird.console.masks import Masks
from bowerbird.console.pages.stream import Filter, Tail
from bowerbird.event import Event
from bowerbird.eventlog.base import LogRow
from bowerbird.eventlog.codec import encode
from bowerbird.registry.described import Description


def test_events_show_as_they_come_through_the_filter_until_it_is_paused(serving: Any, tab: Any, until: Any) -> None:
    page = tab("viewer").open("/live?name=lively")

    def comes() -> int:
        serving.send(serving.key, name="quiet", user_id="liv")
        serving.send(serving.key, name="lively event", user_id="liv")
        return page.get_by_role("link", name="lively event").count()

    until(comes)
    page.locator(".line", has_text="lively event").first.get_by_text("liv · scribe · track").wait_for()
    assert page.get_by_role("link", name="quiet").count() == 0
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused.").wait_for()
    serving.send(serving.key, name="lively, while paused", user_id="liv", event_id="live-paused")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="lively, while paused").wait_for()


def test_a_filter_holds_for_what_is_shown_already(serving: Any, tab: Any, until: Any) -> None:
    page = tab("viewer").open("/live?dialect=nonsense")

    def comes() -> int:
        for name in ("kept in sight", "out of sight"):
            serving.send(serving.key, name=name, user_id="liv")
        return page.get_by_role("link", name="out of sight").count()

    until(comes)
    page.get_by_label("Event contains").fill("kept")
    page.wait_for_function(
        "[...document.querySelectorAll('.line')].every((l) => !l.checkVisibility() || l.innerText.includes('kept'))"
    )
    assert page.get_by_role("link", name="kept in sight").first.is_visible()
    page.get_by_label("Event contains").fill("")
    page.get_by_role("link", name="out of sight").first.wait_for(state="visible")
    page.get_by_label("Dialect").click()
    page.get_by_role("option", name="klaviyo").click()
    page.get_by_role("link", name="kept in sight").first.wait_for(state="hidden")


class Log:
    def __init__(self) -> None:
        self.rows: list[LogRow] = []

    def heads(self) -> dict[int, int]:
        return {0: len(self.rows)}

    def read(self, after: dict[int, int], _limit: int, _upto: Any = None) -> list[LogRow]:
        return self.rows[after.get(0, 0) :]


def test_an_event_that_cannot_be_read_does_not_hide_its_neighbours() -> None:
    log: Any = Log()
    tail = Tail("w")
    tail.look(log)
    events = [Event("w", f"id-{number}", "scribe", "track", "n", 1, 1, "key") for number in range(3)]
    log.rows.append(LogRow(0, 1, 3, encode(events).replace(b"\xa5track", b"\xa5wreck", 1)))
    assert tail.look(log).events == events[1:]


def test_another_workspaces_events_do_not_show(serving: Any, tab: Any, until: Any) -> None:
    serving.call("workspace", "create", "live-elsewhere")
    key = serving.call("key", "create", "--workspace", "live-elsewhere", "--scope", "events:write")["secret"]
    page = tab("admin", width=390).open("/live")
    page.get_by_text("Waiting for the next event").wait_for()
    until(lambda: serving.send(key, name="of others", user_id="x") == 202)

    def comes() -> int:
        serving.send(key, name="of others", user_id="x")
        serving.send(serving.key, name="of ours", user_id="x")
        return page.get_by_role("link", name="of ours").count()

    until(comes)
    assert page.get_by_role("link", name="of others").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_overview_counts_on_and_draws_the_rates(serving: Any, tab: Any) -> None:
    page = tab("viewer").open("/")
    page.get_by_role("img", name="events in the last 24 hours").wait_for()
    accepted = page.locator(".figure", has_text="Accepted").locator(".figure-value")
    before = accepted.inner_text()
    serving.send(serving.key, name="one more", user_id="liv")
    page.wait_for_function(
        "(before) => [...document.querySelectorAll('.figure-value')][0].textContent !== before", arg=before
    )
    page.get_by_role("gridcell", name="scribe").first.wait_for()


def test_a_filter_does_not_look_for_what_is_masked() -> None:
    event = Event("w", "1", "scribe", "track", "seen", 0, 0, "key", user_id="liv", email="liv@example.com")
    masks = Masks([Description("w", "signup", "email", pii=True)])
    assert Filter(who="liv@example.com").fits(event, "liv", Masks())
    assert not Filter(who="liv@example.com").fits(event, "liv", masks)
    assert Filter(who="liv").fits(event, "liv", masks)


def test_the_overviews_tables_are_renewed_in_place(serving: Any, tab: Any) -> None:
    page = tab("viewer").open("/")
    table = page.get_by_role("region", name="The latest events")
    table.get_by_role("gridcell").first.click(modifiers=["Shift"], trial=True)
    table.evaluate("table => { table.dataset.same = 'same'; }")
    serving.send(serving.key, name="quite new", user_id="liv", event_id="quite-new-1")
    link = table.get_by_role("link", name="quite new")
    link.wait_for()
    serving.send(serving.key, name="quite new", user_id="liv", event_id="quite-new-2")
    page.wait_for_function(
        "() => new Set([...document.querySelectorAll('.table a')].filter((a) => a.textContent === 'quite new')"
        ".map((a) => a.href)).size === 2"
    )
    assert table.evaluate("table => table.dataset.same") == "same"
    page.get_by_text("Each of the last 24 hours in UTC").wait_for()
