"""Tables on screens of several widths."""

import io

import pytest
from rich.console import Console

from bowerbird.cli.output import table

_ID = "01a1fc00-3b13-8c78-a202-0e3aea544c97"
_TEXT = "a phrase of some length that may break at its blanks"


def _on_screen(width: int) -> list[str]:
    screen = io.StringIO()
    Console(file=screen, width=width).print(table(("event_id", "some_text", "none"), [(_ID, _TEXT, None)] * 2, "empty"))
    return screen.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 70, 80, 94, 120])
def test_every_word_is_shown_whole(width: int) -> None:
    lines = _on_screen(width)
    assert max(map(len, lines)) <= width or width < len(f"event_id   {_ID}")
    assert "".join(lines).replace(" ", "").count("–") == 2
    assert all(word in " ".join(lines) for word in _TEXT.split())
    if width > 50:
        assert sum(_ID in line for line in lines) == 2


def test_a_wide_screen_has_a_row_a_line() -> None:
    assert [line.split()[0] for line in _on_screen(120)[2:]] == [_ID, _ID]


def test_a_narrow_screen_has_a_cell_a_line() -> None:
    assert _on_screen(60)[0] == f"event_id   {_ID}"


def test_without_rows_there_is_a_sentence() -> None:
    assert table(("a",), [], "nothing yet") == "nothing yet"
