"""A progress bar on stderr, for people who look."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    def reach(self, done: float) -> None:
        """So much is done, of the bar's total."""
        ...


class _Silent:
    def reach(self, done: float) -> None:
        pass


@contextmanager
def progress(wanted: bool, label: str, total: float) -> Iterator[Progress]:
    """A bar where stderr is a terminal and a bar is wanted; otherwise nothing is shown."""
    if not wanted or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    class Bar:
        def __init__(self, bars: Bars, task: TaskID) -> None:
            self.bars = bars
            self.task = task

        def reach(self, done: float) -> None:
            self.bars.update(self.task, completed=done)

    with Bars(console=Console(stderr=True), transient=True) as bars:
        yield Bar(bars, bars.add_task(label, total=total))
