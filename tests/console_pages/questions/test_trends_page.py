"""`/trends`, as an analyst builds a question, keeps it and hands it on."""

import csv
import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

PNG = b"\x89PNG\r\n\x1a\n"


def address(question: dict[str, Any], **more: str) -> str:
    return f"/trends?q={quote(json.dumps(question))}" + "".join(f"&{name}={value}" for name, value in more.items())


def test_a_question_is_built_and_opened_again_from_its_address(shop: Any, tab: Any, pick: Any) -> None:
    visit = tab(shop.analyst)
    page = visit.open("/trends")
    pick(page, "Event", "signup")
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    page.get_by_role("button", name="Add breakdown").click()
    pick(page, "Break down by", "plan")
    shown = page.get_by_role("img", name=re.compile("pro: 2, free: 1"))
    shown.wait_for()
    expect(page.get_by_role("gridcell")).to_have_text(["pro", "2", "free", "1"])
    page.get_by_text("Answered in").wait_for()

    again = tab(shop.viewer).open(page.url.removeprefix(shop.url))
    again.get_by_role("img", name=shown.get_attribute("aria-label")).wait_for()
    assert again.get_by_label("Event", exact=True).input_value() == "signup"
    assert again.get_by_label("Break down by").input_value() == "plan · property"
    assert visit.complaints == []


@pytest.mark.parametrize("delay", [0, 150])
def test_conditions_of_every_kind_narrow_the_answer(shop: Any, tab: Any, pick: Any, delay: int) -> None:
    """Also on a slow line: nothing that is typed or chosen goes elsewhere or is lost."""
    visit = tab(shop.analyst)
    visit.delay(delay)
    page = visit.open(address({"range": {"last": 30}, "series": [{"event": "signup"}]}))
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    add = page.get_by_role("button", name="Add filter").last
    add.click()
    page.get_by_text("Property or trait").click()
    pick(page, "Field", "seats")
    page.get_by_label("Operator").click()
    page.get_by_role("option", name="more than").click()
    page.get_by_label("Value").fill("1")
    page.get_by_role("img", name=re.compile("signup: 2")).wait_for()
    page.get_by_role("button", name="Add filter").last.click()
    page.get_by_text("People who did something").click()
    page.get_by_label("At least times").wait_for()
    pick(page, "Event", "purchase")
    page.get_by_role("img", name=re.compile("signup: 1")).wait_for()
    page.get_by_role("button", name="Remove condition").first.click()
    page.get_by_role("img", name=re.compile("signup: 2")).wait_for()


def test_what_is_typed_stays_when_the_operator_changes(shop: Any, tab: Any) -> None:
    where = {"field": "property:plan", "value": "pr"}
    page = tab(shop.viewer).open(address({"range": {"last": 30}, "series": [{"event": "signup"}], "where": where}))
    page.get_by_text("Nothing found").wait_for()
    page.get_by_label("Operator").click()
    page.get_by_role("option", name="less than").click()
    page.get_by_text("Give a number").wait_for()
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    page.get_by_label("Operator").click()
    page.get_by_role("option", name="contains", exact=True).click()
    page.get_by_role("img", name=re.compile("signup: 2")).wait_for()
    assert page.get_by_label("Value").input_value() == "pr"
    expect(page.get_by_text("Give a number")).to_have_count(0)


def test_what_is_asked_is_what_the_filter_shows(shop: Any, tab: Any) -> None:
    where = {"field": "property:plan", "op": "in", "value": ["free", "none"]}
    page = tab(shop.viewer).open(address({"range": {"last": 30}, "series": [{"event": "signup"}], "where": where}))
    page.get_by_role("img", name=re.compile("signup: 1")).wait_for()
    page.get_by_label("Operator").click()
    page.get_by_role("option", name="more than").click()
    page.get_by_text("Give a number").wait_for()
    page.get_by_role("img", name=re.compile("signup: 3")).wait_for()
    assert page.get_by_label("Value").input_value() == "free"
    page.get_by_label("Value").fill("few")
    page.get_by_text("Give a number").wait_for()
    page.get_by_label("Value").fill("free")
    page.get_by_label("Operator").click()
    page.get_by_role("option", name="is", exact=True).click()
    page.get_by_role("img", name=re.compile("signup: 1")).wait_for()
    assert page.get_by_label("Value").input_value() == "free"


def test_the_ways_to_show_an_answer(shop: Any, tab: Any, rows_of: Any) -> None:
    series = [{"event": "purchase", "measure": "sum"}, {"event": "signup"}]
    question = {"range": {"last": 2}, "series": series, "formula": "A / B"}
    page = tab(shop.analyst).open(address(question, **{"as": "number"}))
    figures = page.locator(".figure")
    figures.first.wait_for()
    told = [text.split("\n") for text in figures.all_inner_texts()]
    assert [each[1] for each in told] == ["35.50", "3", "11.83"]
    page.get_by_role("button", name="Table").click()
    cells = {cell for row in rows_of(page, "The trend") for cell in row}
    assert {"35.50", "3", "11.83"} <= cells
    assert "as=table" in page.url
    page.get_by_role("button", name="Bars").click()
    page.get_by_role("img", name=re.compile("Trend by day")).wait_for()


COUNT_GRIDS = """
    window.grids = 0;
    const count = (node) => { if (node.nodeType === 1 && node.matches(".ag-root-wrapper")) window.grids++; };
    new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(count))).observe(
        document, { childList: true, subtree: true });"""


def test_a_table_is_drawn_once(shop: Any, tab: Any, rows_of: Any) -> None:
    visit = tab(shop.viewer)
    visit.page.add_init_script(COUNT_GRIDS)
    page = visit.open(address({"series": [{"event": "signup"}]}, **{"as": "table"}))
    assert rows_of(page, "The trend")
    assert page.evaluate("window.grids") == 1


def test_an_api_call_is_copied_and_answers_the_same(shop: Any, tab: Any) -> None:
    question = {"series": [{"event": shop.hostile}, {"where": {"field": "property:plan", "value": "it's"}}]}
    page = tab(shop.viewer).open(address(question))
    page.get_by_role("img", name=re.compile("Trend")).wait_for()
    page.get_by_role("button", name="Copy as API call").click()
    line = page.get_by_role("dialog").locator(".code").inner_text()
    environment = {**os.environ, "KEY": shop.key, "no_proxy": "*"}
    done = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["result"] == shop.ask("trend", question)
    assert [each["total"] for each in answer["result"]["lines"]] == [1, 0]


def test_an_answer_is_saved_as_rows_and_as_a_picture(shop: Any, tab: Any, tmp_path: Path) -> None:
    page = tab(shop.viewer).open(address({"series": [{"event": "signup"}], "breakdown": ["property:plan"]}))
    page.get_by_role("img", name=re.compile("pro: 2")).wait_for()
    with page.expect_download() as rows:
        page.get_by_role("button", name="CSV").click()
    written = list(csv.reader(Path(rows.value.path()).read_text("utf-8-sig").splitlines()))
    assert written[0] == ["Day", "pro", "free"]
    assert [sum(int(row[at]) for row in written[1:]) for at in (1, 2)] == [2, 1]
    page.locator(".chart svg").wait_for()
    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG").click()
    assert Path(picture.value.path()).read_bytes().startswith(PNG)


def test_a_broken_address_and_a_senseless_question_are_told(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/trends?q=!!!")
    page.get_by_text("The address holds no question that can be read").wait_for()
    page.get_by_role("img", name=re.compile("Trend")).wait_for()
    page = tab(shop.viewer).open(address({"series": []}))
    page.get_by_text("a trend has 1 to 10 series").wait_for()
    page.get_by_label("Formula").fill("A +")
    page.get_by_text("the formula ends too early").wait_for()


def test_another_workspaces_names_are_not_offered(shop: Any, tab: Any, hostile: str) -> None:
    page = tab(shop.owner).open("/trends")
    page.get_by_label("Event", exact=True).click()
    page.get_by_role("option", name="signup").wait_for()
    assert page.get_by_role("option").all_inner_texts() == ["Any event", "purchase", "signup", shop.hostile]


def test_a_workspace_without_events_is_told_how_to_send_one(newcomer: str, tab: Any) -> None:
    page = tab(newcomer).open("/trends")
    page.get_by_text("No events yet").wait_for()
    assert page.locator(".code", has_text="curl").inner_text().count("/v1/analytics/events") == 1


def test_a_form_is_narrow_enough_for_a_telephone(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer, width=390).open(address({"where": {"did": {"where": {"field": "value", "value": 1}}}}))
    page.get_by_label("At least times").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_to_come_is_not_shown_as_nothing(shop: Any, tab: Any, rows_of: Any) -> None:
    question = {"range": {"last": 2}, "unit": "hour", "timezone": "UTC"}
    page = tab(shop.viewer).open(address(question, **{"as": "table"}))
    page.get_by_text("The last hour is not over").wait_for()
    shown = page.get_by_role("region", name="The trend")
    shown.locator(".ag-body-viewport").evaluate("table => table.scrollTo(0, 100_000)")
    last = rows_of(page, "The trend")[-1]
    hours = [f"{datetime.now(UTC) - timedelta(minutes=late):%b %-d, %Y, %H:00 UTC}" for late in (0, 5)]
    assert last[0] in hours  # the hour may just have begun
    page.get_by_text("Days and hours are those of UTC").wait_for()


def test_numbers_that_add_currencies_say_so(serving: Any, tab: Any, until: Any) -> None:
    serving.call("workspace", "create", "two-currencies")
    key = serving.call("key", "create", "--workspace", "two-currencies", "--scope", "events:write")["secret"]
    user = ("--name", "trader", "--password", "a password of the trader", "--role", "viewer")
    serving.call("user", "create", *user, "--workspace", "two-currencies")
    for number, currency in enumerate(("EUR", "USD")):
        paid = {"name": "paid", "value": 1_000_000.25, "currency": currency, "event_id": f"p{number}", "user_id": "u"}
        until(lambda paid=paid: serving.send(key, **paid) == 202)
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    page = tab("trader").open(address({"series": [{"event": "paid", "measure": "sum"}]}))
    page.get_by_text("This puts EUR and USD together as if they were one currency.").wait_for()
    expect(page.get_by_role("gridcell").last).to_have_text("2,000,000.50")
    page.get_by_role("button", name="Break down by currency").click()
    page.get_by_role("img", name=re.compile("EUR: 1,000,000.25, USD: 1,000,000.25")).wait_for()
    assert page.get_by_label("Break down by").input_value() == "Currency"
    page.get_by_text("Answered in").wait_for()
    assert page.get_by_text("as if they were one currency").count() == 0
