"""Bounds within the statement: an aggregate that makes a list or a text of a whole group fails where it grows too long
for what is done with it."""

from collections.abc import Callable
from typing import Any

from bowerbird.insights.sql_sizes import MOST_ENTRIES, MOST_TEXT, TEXTS, makes_many

_GUARD = "SELECT CASE WHEN len(made) > {most} THEN error('{why}') ELSE made END"
_WHY = "{name} makes more than {most} {what} of a group: use it for smaller groups, or on part of the rows"


class Guards:
    """`parse` gives the engine's tree of a SELECT, `write` the text of such a tree."""

    def __init__(self, parse: Callable[[str], Any], write: Callable[[Any], str]) -> None:
        self._parse = parse
        self._write = write

    def put(self, part: Any) -> Any:
        """The part of a tree with every such aggregate bounded, and columns called as before."""
        if isinstance(part, list):
            return [self.put(each) for each in part]
        if not isinstance(part, dict):
            return part
        if _makes_many(part):
            return self._guarded(part)
        put = {name: self.put(value) for name, value in part.items()}
        if part.get("type") == "SELECT_NODE":
            put["select_list"] = [
                self._named(*both) for both in zip(part["select_list"], put["select_list"], strict=True)
            ]
        return put

    def _guarded(self, made: dict[str, Any]) -> Any:
        name = made["function_name"].lower()
        most, what = (MOST_TEXT, "characters") if name in TEXTS else (MOST_ENTRIES, "entries")
        text = _GUARD.format(most=most, why=_WHY.format(name=name, most=f"{most:,}", what=what))
        bare = {key: "" if key == "alias" else self.put(value) for key, value in made.items()}
        guard = _replaced(self._parse(text)["node"]["select_list"][0], bare)
        return {**guard, "alias": made["alias"]}

    def _named(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        if before == after or before["alias"] or before["class"] == "STAR":
            return after
        select = self._parse("SELECT 1")
        select["node"]["select_list"] = [before]
        return {**after, "alias": self._write(select).removeprefix("SELECT ")}


def _makes_many(part: dict[str, Any]) -> bool:
    return part.get("class") == "FUNCTION" and makes_many(part["function_name"].lower(), len(part["arguments"]))


def _replaced(part: Any, made: Any) -> Any:
    if isinstance(part, list):
        return [_replaced(each, made) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("column_names") == ["made"]:
        return made
    return {name: _replaced(value, made) for name, value in part.items()}
