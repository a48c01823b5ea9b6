"""Options that several verbs share."""

import sys
from typing import Annotated

import typer

DEFAULT_WORKSPACE = "default"

InWorkspace = Annotated[str, typer.Option("--workspace", "-w", metavar="W", help="The workspace's name.")]
OfWorkspace = Annotated[
    str | None, typer.Option("--workspace", "-w", metavar="W", help="Only this workspace's.", show_default=False)
]


def from_stdin(value: str | None) -> str | None:
    """The option's value; for `-`, the first line of stdin, so that a secret need not stand in the process list."""
    return sys.stdin.readline().rstrip("\r\n") if value == "-" else value
