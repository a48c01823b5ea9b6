"""A real `bowerbird serve` with a little data, and a real Chromium that looks at it. One of each a worker."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from typer.testing import CliRunner

from bowerbird.cli.main import app
from bowerbird.console.signin import cookie

PATIENCE = 60
PASSWORD = "a password of the tests"
HOSTILE = "<img src=x onerror=hacked=1> {{hacked}} ${hacked} `x`"
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


_ROWS = """
    async (table) => {
        const parts = () => [...table.querySelectorAll("[role=row]:not(:has([role=columnheader]))")];
        const texts = (row) => [...row.querySelectorAll("[role=gridcell]")].map((cell) => cell.innerText.trim());
        const rows = () => { // columns that are pinned stand in a part of their own, before the others
            const made = new Map();
            for (const part of parts()) {
                const id = part.getAttribute("row-id");
                made.set(id, [...(made.get(id) || []), ...texts(part)]);
            }
            return [...made.values()];
        };
        for (let before = "", tries = 0; tries < 200; tries++) {
            await new Promise((then) => setTimeout(then, 60));
            if (!table.isConnected) return null;
            const now = rows(), text = JSON.stringify(now);
            if (now.length && now.every((row) => row.length) && text === before) return now;
            before = text;
        }
        throw new Error("the table has no rows, or changes without end");
    }"""


_DELAY = """
    window.WebSocket = class extends window.WebSocket {
        get onmessage() { return super.onmessage; }
        set onmessage(heard) { super.onmessage = (said) => setTimeout(() => heard.call(this, said), DELAY); }
    };"""


class Serving:
    """`bowerbird serve` on free ports, started in a directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.cwd = folder / "cwd"
        self.cwd.mkdir()
        self.printed = folder / "printed"
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        command = [sys.executable, "-m", "bowerbird", "serve", "--data", str(self.data), "--workers", "1"]
        with self.printed.open("wb") as out, self.printed.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen(
                [*command, "--port", "0", "--console-port", "0"], stdout=out, stderr=err, cwd=self.cwd, env=environment
            )
        until(lambda: self.process.poll() is not None or "\nconsole ready" in self.printed.read_text())
        assert self.process.poll() is None, self.errors
        said = self.printed.read_text()
        self.key = re.findall(r"API key +(\S+)", said)[0]
        self.password = re.findall(r"password +(\S+)", said)[0]
        self.collector, self.url = (line.split()[-1] for line in said.splitlines()[-2:])

    @property
    def errors(self) -> str:
        return self.printed.with_suffix(".err").read_text()

    def call(self, *line: str) -> Any:
        """The document of a verb that must succeed."""
        done = CliRunner().invoke(app, ["--data", str(self.data), "--json", *line], prog_name="bowerbird")
        assert done.exit_code == 0, done.output
        return msgspec.json.decode(done.stdout)

    def send(self, key: str, **event: Any) -> int:
        """The status that the collector answers."""
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{self.collector}/v1/analytics/events"
        return httpx.post(url, json={"event": event}, headers=headers, trust_env=False).status_code

    def http(self, address: str = "") -> httpx.Client:
        """A client that does not follow redirects; `address` is where it says that it comes from."""
        headers = {"X-Forwarded-For": address} if address else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


def until(done: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    server = Serving(tmp_path_factory.mktemp("console-pages"))
    for role in ("analyst", "viewer"):
        server.call("user", "create", "--name", role, "--password", PASSWORD, "--role", role)
    for number in range(3):
        assert server.send(server.key, name="purchase", value=19.99, event_id=f"o{number}", user_id=f"u{number}") == 202
    assert server.send(server.key, name=HOSTILE[:255], event_id="hostile", user_id=HOSTILE) == 202
    with server.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    yield server
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 0, server.errors
    assert "Traceback" not in server.errors, server.errors


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for longer than a module: Playwright runs an event loop in this thread, beside which no other can run."""
    named = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "chrome")
    path = next((found for found in map(shutil.which, filter(None, named)) if found), None)
    if path is None:
        missing = "Chromium is not installed: `apt-get install chromium`, or name one in $CHROMIUM"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS.split())
        yield browser
        browser.close()


class Tab:
    """A page in a browser context of its own, with everything noted that it must not do."""

    def __init__(self, context: BrowserContext, serving: Serving) -> None:
        self.context = context
        self.serving = serving
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def open(self, path: str) -> Page:
        """Opens a page and waits until it can act."""
        self.page.goto(self.serving.url + path)
        self.page.wait_for_function("window.did_handshake === true")
        return self.page

    def delay(self, milliseconds: int) -> None:
        """How much later than it was sent the server's word comes, on pages that are opened from now on."""
        self.page.add_init_script(_DELAY.replace("DELAY", str(milliseconds)))

    def foreign(self) -> list[str]:
        host = urlsplit(self.serving.url).netloc
        return [url for url in self.requests if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != host]


@pytest.fixture
def tab(serving: Serving, chromium: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens a tab: of nobody, or of a user who is signed in."""
    opened: list[BrowserContext] = []

    def make(user: str = "", width: int = 1280, **options: Any) -> Tab:
        context = chromium.new_context(viewport={"width": width, "height": 850}, **options)
        opened.append(context)
        if user:
            session = serving.call("session", "create", "--user", user)["session_id"]
            context.add_cookies([{"name": cookie.PLAIN, "value": session, "url": serving.url}])
        return Tab(context, serving)

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[list[str]]]:
    """Reads the cells of a table, by its label, once it has stopped changing; of the one in its place where an answer
    that came meanwhile replaced it."""

    def read(page: Page, label: str | re.Pattern[str]) -> list[list[str]]:
        found: list[list[str]] | None = None
        while found is None:
            found = page.get_by_role("region", name=label).evaluate(_ROWS)
        return found

    return read


@pytest.fixture(scope="session", name="until")
def until_() -> Callable[..., None]:
    return until


@pytest.fixture
def password() -> str:
    """Of `analyst` and `viewer`."""
    return PASSWORD


@pytest.fixture
def hostile() -> str:
    """The name of an event, and of whom it is about."""
    return HOSTILE
