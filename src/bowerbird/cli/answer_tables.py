"""Any answer to a question as tables: lists of like things become tables, what they contain become tables below."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bowerbird.cli.output import table

if TYPE_CHECKING:
    from rich.console import RenderableType

_MOST = 100
"""Rows of a table; `--json` has them all."""


def parts(result: dict[str, Any]) -> "Iterator[RenderableType]":
    if set(result) >= {"columns", "rows"} and isinstance(result["rows"], list):
        yield from _grid([each["name"] for each in result["columns"]], result["rows"])
        return
    if "buckets" in result and "lines" in result:
        yield from _over_time(result)
        return
    yield from _tree("", result)


def _over_time(result: dict[str, Any]) -> "Iterator[RenderableType]":
    """A row a bucket, a column a line."""
    lines = result["lines"]
    names = [_name(line) for line in lines]
    rows = [[bucket, *(line["values"][at] for line in lines)] for at, bucket in enumerate(result["buckets"])]
    rows.append(["total", *(line["total"] for line in lines)])
    yield from _grid(["", *names], rows)


def _name(line: dict[str, Any]) -> str:
    group = ", ".join("(not set)" if each is None else each for each in line["group"])
    return f"{line['label']} {group}".strip()


def _tree(title: str, value: dict[str, Any]) -> "Iterator[RenderableType]":
    plain = {name: each for name, each in value.items() if not isinstance(each, list | dict)}
    if plain:
        words = "  ".join(f"{name} {_cell(each)}" for name, each in plain.items())
        yield f"{title}: {words}" if title else words
    for name, each in value.items():
        path = f"{title} {name}".strip()
        if isinstance(each, dict):
            yield from _tree(path, each)
        elif isinstance(each, list):
            yield from _list(path, each)


def _list(title: str, values: list[Any]) -> "Iterator[RenderableType]":
    if not values:
        yield f"{title}: none"
        return
    if not _is_table(values):
        yield f"{title}: {', '.join(map(_cell, values[:_MOST]))}"
        return
    rows = [_flat(value) for value in values]
    columns = [name for name, each in rows[0].items() if not _is_table(each)]
    yield f"\n{title}"
    yield from _grid(columns, [[value.get(name) for name in columns] for value in rows])
    for at, value in enumerate(rows[:_MOST]):
        inner = {name: each for name, each in value.items() if name not in columns}
        yield from _tree(f"{title} {_label(value) or at + 1}", inner)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The row, with a person's traits and a cohort's periods as cells of its own."""
    flat = {name: each for name, each in row.items() if name not in {"traits", "cells"}}
    flat |= {f"trait:{name}": each for name, each in row.get("traits", {}).items()}
    return flat | {f"period {at}": _period(each) for at, each in enumerate(row.get("cells", []))}


def _period(cell: dict[str, Any] | None) -> str | None:
    """How many of a cohort came back; with an asterisk while the period is not over."""
    if cell is None:
        return None
    share = "" if cell["share"] is None else f" ({cell['share']:.1%})"
    return f"{cell['persons']}{share}{'' if cell['complete'] else '*'}"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _label(value: dict[str, Any]) -> str:
    return next((str(value[name]) for name in ("label", "name", "group", "currency", "cohort") if value.get(name)), "")


def _grid(columns: list[str], rows: list[list[Any]]) -> "Iterator[RenderableType]":
    yield table(columns, [[_cell(each) for each in row] for row in rows[:_MOST]], "nothing found; look at the range")
    if len(rows) > _MOST:
        yield f"… and {len(rows) - _MOST} rows more; --json shows all"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)
