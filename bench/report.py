"""What a benchmark prints: lines for people, and one line of JSON."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from typing import Any


class Report:
    def __init__(self, name: str, what: str) -> None:
        self.name = name
        self.figures: dict[str, Any] = {}
        print(f"\n== {name}: {what}")
        print(f"   {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")

    def say(self, line: str = "") -> None:
        print(f"   {line}", flush=True)

    def figure(self, name: str, value: Any) -> None:
        self.figures[name] = round(value, 4) if isinstance(value, float) else value

    def target(self, name: str, value: float, *, least: float | None = None, most: float | None = None) -> None:
        """A figure that has to be reached."""
        self.figure(name, value)
        bound = f"≥ {least:,}" if least is not None else f"≤ {most:,}"
        reached = value >= least if least is not None else value <= (most or 0)
        self.say(f"{name.replace('_', ' ')}: {value:,.2f} (target {bound}: {'reached' if reached else 'MISSED'})")

    def close(self) -> None:
        print(json.dumps({"benchmark": self.name, **self.figures}), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
