"""`/refusals`: why an event is not there, and what to do."""

from typing import Any

from bowerbird.console.pages.refusals.advice import ADVICE
from bowerbird.refusals import Reason


def test_there_is_advice_for_every_reason() -> None:
    assert set(ADVICE) == set(Reason)


def test_a_refusal_names_field_reason_and_what_to_do(serving: Any, tab: Any, until: Any) -> None:
    assert serving.send(serving.key, user_id="u-1") == 422
    page = tab("viewer").open("/refusals")
    line = page.locator(".line", has_text="422 invalid").first

    def there() -> int:
        page.get_by_role("button", name="Refresh").click()
        return line.count()

    until(there)  # collectors write refusals down twice a second
    line.get_by_text("event.name: Name can't be blank.").wait_for()
    line.get_by_text("Mend the fields that are named").wait_for()
    assert line.get_by_role("link", name="Documentation").get_attribute("href") == "/docs"
    page.get_by_role("heading", name="Key key_").first.wait_for()
    page.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option", name="throttled").click()
    page.get_by_text("No refusals").wait_for()
    assert "reason=throttled" in page.url


def test_another_workspaces_refusals_are_not_shown(serving: Any, tab: Any, until: Any) -> None:
    serving.call("workspace", "create", "refused-elsewhere")
    other = serving.call("key", "create", "--workspace", "refused-elsewhere", "--scope", "events:write")
    until(lambda: serving.send(other["secret"], user_id="u-1") == 422)
    until(lambda: serving.call("refusals", "--workspace", "refused-elsewhere")["refusals"])
    page = tab("admin").open("/refusals")
    page.get_by_role("combobox", name="Reason").wait_for()
    page.locator(".progress").wait_for(state="detached")
    assert page.get_by_text(other["id"]).count() == 0
    page = tab("admin", width=390).open(f"/refusals?key={other['id']}")
    page.get_by_text("No refusals").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
