"""`/sql`: a statement in, rows out, and no way around the workspace."""

from typing import Any

from playwright.sync_api import expect


def run(page: Any, statement: str) -> None:
    page.get_by_role("textbox", name="Statement").fill(statement)
    page.get_by_role("button", name="Run").click()


def test_a_statement_is_run_and_stands_in_the_address(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/sql")
    run(page, "SELECT name, count(*) AS n FROM events WHERE name IN ('signup', 'purchase') GROUP BY ALL ORDER BY name")
    page.get_by_text("2 rows.").wait_for()
    expect(page.get_by_role("gridcell")).to_have_text(["purchase", "3", "signup", "3"])
    again = tab(shop.analyst).open(page.url.removeprefix(shop.url))
    again.get_by_text("2 rows.").wait_for()
    assert again.get_by_role("textbox", name="Statement").input_value().startswith("SELECT name, count(*)")


def test_more_rows_than_the_limit_are_told(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/sql")
    page.get_by_label("Rows at most").fill("2")
    run(page, "SELECT * FROM events")
    page.get_by_text("The first 2 rows; there are more.").wait_for()


def test_what_is_no_harmless_select_is_refused_in_words(shop: Any, tab: Any) -> None:
    page = tab(shop.owner).open("/sql")
    for statement, told in (
        ("SELECT * FROM main.events", "main.events"),
        ("DROP TABLE cold", "SELECT"),
        ("SELECT * FROM read_text('/etc/passwd')", "read_text"),
    ):
        run(page, statement)
        problem = page.get_by_role("alert").filter(has_text=told)
        problem.wait_for()
        assert "Traceback" not in problem.inner_text()


def test_another_workspaces_events_are_not_there(shop: Any, tab: Any) -> None:
    page = tab(shop.owner).open("/sql")
    run(page, "SELECT count(*) AS n FROM events")
    page.get_by_text("1 row.").wait_for()
    expect(page.get_by_role("gridcell")).to_have_text(["7"])


def test_tables_and_columns_are_told(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/sql")
    page.get_by_text("Tables and columns").click()
    page.locator(".schema .code", has_text="occurred_at").wait_for()


def test_long_work_shows_progress_and_is_cancelled(shop: Any, tab: Any) -> None:
    page = tab(shop.analyst).open("/sql")
    run(page, f"SELECT count(*) FROM {', '.join(f'events AS e{number}' for number in range(14))}")
    page.get_by_role("progressbar", name="Working").first.wait_for()
    page.get_by_role("region", name="The answer").get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    run(page, "SELECT 1 AS one")
    page.get_by_text("1 row.").wait_for()


def test_a_column_of_decimals_is_sorted_by_number(shop: Any, tab: Any) -> None:
    page = tab(shop.viewer).open("/sql")
    run(page, "SELECT * FROM (VALUES (9.5::DECIMAL(9, 2)), (10.25), (NULL), (-3)) AS paid(amount)")
    page.get_by_text("4 rows.").wait_for()
    for ordered in (["-3.00", "9.50", "10.25", ""], ["10.25", "9.50", "-3.00", ""]):
        page.get_by_role("columnheader", name="amount").click()
        expect(page.locator(".ag-center-cols-container .ag-cell")).to_have_text(ordered)
