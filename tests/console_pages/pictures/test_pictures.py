"""Pictures of the main pages, with a fortnight of demo traffic, at both widths.

`make pictures` writes them to docs/pictures; the tests look that each page shows data, fits its width, and that its
picture stands in the documents.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "docs" / "pictures"
WRITES = "PICTURES" in os.environ
_RANGE = {"last": 14}
_STEPS = [{"event": "Viewed Product"}, {"event": "Added to Cart"}, {"event": "Placed Order"}]
_TIMED = {"field": "dialect", "op": "in", "value": ["klaviyo", "flywheel", "successeve"]}
"""The dialects whose events can tell of the past."""
_LINES = [{"event": None, "measure": "events", "label": "A"}]


def _asking(path: str, question: dict[str, Any]) -> str:
    return f"{path}?q={quote(json.dumps({'range': _RANGE, **question}))}"


PAGES = {
    "overview": ("/", "By dialect"),
    "trends": (_asking("/trends", {"series": _LINES, "where": _TIMED, "breakdown": ["dialect"]}), "flywheel"),
    "funnels": (_asking("/funnels", {"steps": _STEPS}), "Placed Order"),
    "retention": (
        _asking("/retention", {"start": {"event": "user_signup"}, "return": {}, "unit": "day", "periods": 7}),
        "Day 1",
    ),
    "events": ("/events", "Save as CSV"),
    "people": ("/people", "First seen"),
}
"""Name → address, and words that stand there once the data is shown."""


@pytest.fixture(scope="module")
def demo(serving: Any, until: Callable[..., None]) -> Any:
    """The server, and an owner of the workspace with the demo's traffic."""
    command = [sys.executable, "-m", "bowerbird", "demo", "--data", str(serving.data), "--seed", "5"]
    subprocess.run([*command, "--events", "1500", "--days", "14"], check=True, capture_output=True, timeout=240)
    serving.call("user", "create", "--name", "demo-owner", "--role", "owner", "--workspace", "demo")
    with serving.http() as http:
        until(lambda: http.get("/readyz").json()["lag"]["events"] == 0)
    return serving


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_data(demo: Any, tab: Callable[..., Any], tmp_path: Path, name: str, width: int) -> None:
    address, words = PAGES[name]
    visit = tab("demo-owner", width=width, color_scheme="light" if width == 1280 else "dark")
    page = visit.open(address)
    page.get_by_text(words).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)  # charts draw themselves in
    picture = (PICTURES if WRITES else tmp_path) / f"{name}-{width}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 15_000
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.complaints == []
    assert visit.foreign() == []


def test_the_pictures_stand_in_the_documents() -> None:
    text = (ROOT / "docs" / "console.md").read_text()
    for name in PAGES:
        assert (PICTURES / f"{name}-1280.png").is_file()
        assert f"pictures/{name}-1280.png" in text
    assert (PICTURES / "trends-390.png").is_file()
