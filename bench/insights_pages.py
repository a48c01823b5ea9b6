"""How long every page of the console takes to show its data over ten million events, in a real Chromium."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bowerbird.console.pages.table import PAGES
from bowerbird.console.signin import cookie
from insights_data import world
from insights_world import data_directory, options
from report import Report, median
from servers import Server, everything

QUIET = 1.5
"""Seconds without a change after which a page is taken for finished."""
LOOK = 100
"""Milliseconds between two looks whether it is; a look at every frame would have frames drawn for it."""
LONGEST = 20_000
VISITS = 3
"""Of which the median counts, after one that fills what the engine keeps."""
_WATCH = """
    window.changed = performance.now();
    const beside = (node) => (node.closest ? node : node.parentElement)?.closest(".ag-aria-description-container");
    new MutationObserver((changes) => {
        if (changes.some((change) => !beside(change.target))) window.changed = performance.now();
    }).observe(document, {childList: true, subtree: true, characterData: true});"""
"""What a table whispers to screen readers is not the page's data."""
_DONE = f"""window.did_handshake === true && !document.querySelector(".progress")
    && performance.now() - window.changed > {QUIET * 1000}"""


def first_paint(browser: Browser, server: Server, session: str, path: str) -> float:
    """Seconds from the request until what the page shows last changed: charts and tables with their data."""
    url = f"http://127.0.0.1:{server.console_port}"
    context = browser.new_context(viewport={"width": 1280, "height": 850})
    context.add_cookies([{"name": cookie.PLAIN, "value": session, "url": url}])
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(url + path)
    page.wait_for_function(_DONE, timeout=LONGEST, polling=LOOK)
    seconds: float = page.evaluate("window.changed") / 1000
    context.close()
    return seconds


def signed_in(data: Path) -> str:
    command = [sys.executable, "-m", "bowerbird", "--data", str(data), "--json"]
    subprocess.run([*command, "user", "create", "--name", "bench", "--password", "a benchmark's own"], check=True)
    made = subprocess.run(
        [*command, "session", "create", "--user", "bench"], check=True, capture_output=True, text=True
    )
    return made.stdout.split('"session_id": "')[1].split('"')[0]


def measure(report: Report, server: Server, data: Path) -> None:
    session = signed_in(data)
    longest: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for entry in PAGES:
            if "{" in entry.path or entry.path == "/live":
                continue
            _, *seconds = [first_paint(browser, server, session, entry.path) for _ in range(VISITS + 1)]
            longest[entry.path] = median(seconds)
            report.target(f"page_{entry.path.strip('/') or 'overview'}_s", longest[entry.path], most=1.5)
        browser.close()
    report.target("slowest_page_s", max(longest.values()), most=1.5)


def main() -> None:
    args = options(__doc__).parse_args()
    report = Report("insights_pages", f"the console's pages over {args.events:,} events")
    made = world(args.data, args.events)
    with data_directory(made) as data, everything(data, 1) as server:
        measure(report, server, data)
    report.close()


if __name__ == "__main__":
    main()
