"""How current an answer is, and how long it took."""

from datetime import datetime

from bowerbird.clock import SECOND
from bowerbird.console.pages.parts import text_element
from bowerbird.insights.base import Answer

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def freshness(answer: Answer, now: int) -> None:
    """One line below an answer; `now` in µs."""
    said = [f"Answered in {took(answer.took_ms)}."]
    newest = answer.freshness.last_received_at
    if newest is not None:
        said.append(f"The newest event came {ago(now / SECOND - datetime.fromisoformat(newest).timestamp())} ago.")
    if answer.freshness.pending_events:
        said.append(f"{answer.freshness.pending_events:,} are on their way and not counted yet.")
    said.append(f"Days and hours are those of {answer.timezone}.")
    text_element("p", " ".join(said)).classes("note").props("role=status")


def took(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def ago(seconds: float) -> str:
    for length, name in _STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {name}"
    return "less than 1 s"
