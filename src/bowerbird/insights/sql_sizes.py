"""How large one value of a SQL question can become.

The engine works on 2,048 rows at once, and neither looks at the time nor counts the memory of lists before it is done
with all of them. So a statement is refused when its functions, one within another, could make a value of many out of
few: what a column of `events` has is 1, a text of the statement itself 1 for 16 characters; `list` and its like make
at most `MOST_ENTRIES` (see `sql_guards.py`), and whatever puts values together has the sum of them.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bowerbird.errors import QuestionInvalidError

MOST = 50_000
MOST_HELD = 100_000
"""Of all that functions of the statement make of lists and texts of a group: each holds its own until all are done."""
MOST_ENTRIES = 5_000
"""Of a list that an aggregate makes."""
MOST_TEXT = 20_000
"""Characters of a text that an aggregate makes."""
LISTS = frozenset({"list", "array_agg"})
TEXTS = frozenset({"string_agg", "group_concat", "listagg"})
SOME = frozenset(
    [
        *("max", "min", "arg_max", "argmax", "max_by", "arg_max_null", "arg_max_nulls_last"),
        *("arg_min", "argmin", "min_by", "arg_min_null", "arg_min_nulls_last"),
    ]
)
"""With a number as their last argument, these make lists of so many."""
TOGETHER = frozenset(
    [
        *("||", "concat", "concat_ws", "overlay", "path_join", "strftime"),
        *("list_value", "list_pack", "array_value", "list_concat", "list_cat", "array_concat", "array_cat"),
        *("list_append", "list_prepend", "list_zip", "array_zip", "flatten", "unpivot_list"),
        *("struct_pack", "row", "struct_insert", "struct_concat", "struct_update", "union_value"),
        *("map", "map_concat", "map_from_entries", "map_entries"),
        *("json_array", "json_object", "json_insert", "json_set", "json_replace", "json_merge_patch"),
        *("json_deep_merge", "json_merge_patch_diff", "to_json", "array_to_json", "row_to_json", "json_quote"),
        *("hex", "to_hex", "base64", "to_base64", "url_encode", "regexp_escape", "translate"),
        *("upper", "ucase", "lower", "lcase", "nfc_normalize", "json_transform", "from_json"),
    ]
)
"""The sum of their arguments, and of one alone twice that, as quoting and coding may double it."""
TIMES = frozenset({"replace", "regexp_replace", "lpad", "rpad"})
"""A text, as many times as a constant says."""
LAMBDAS = frozenset(
    [
        *("list_transform", "list_apply", "array_transform", "array_apply", "apply"),
        *("list_filter", "array_filter", "filter"),
    ]
)
EACH = LAMBDAS | frozenset(
    [
        *("list_select", "array_select", "array_to_string", "list_aggregate", "list_aggr", "aggregate"),
        *("array_aggregate", "array_aggr", "json_extract", "json_extract_path", "json_extract_string"),
        *("json_extract_path_text", "json_value", "json_keys", "->>", "regexp_extract"),
    ]
)
"""One argument for each part of another: the product of them."""
APART = frozenset(
    [
        *("string_split", "str_split", "split", "string_to_array", "string_split_regex", "str_split_regex"),
        *("regexp_split_to_array", "regexp_extract_all", "bin", "to_binary"),
    ]
)
"""What they make takes many times the characters that it is made of."""
_CHARACTERS = 16
_APART = 48
"""More than the bytes of an entry: regular expressions take so long over a long text that no limit holds."""
_COPY = re.compile(r"\\[0-9]")
"""In what takes the place of a match: a part of it."""
_NOT_HERE = "Look at fewer values at a time, or let `unnest` make rows of a list."


Sizes = dict[str, int]
"""Of columns by name, in small letters; `_OTHERS`: of all that are not named."""
_OTHERS = "*"


class Scope(NamedTuple):
    """What names mean in a part of the statement."""

    tables: Mapping[str, Sizes]
    """What WITH gives a name."""
    rows: frozenset[str]
    """Names of tables, which mean a whole row where a column may stand."""
    held: list[int]
    """Sizes of what functions make of lists and texts of a group, of those seen by now in the whole statement."""
    columns: Mapping[str, int] = MappingProxyType({_OTHERS: 1})
    """Of the tables in FROM, of those around a subquery, and what the same SELECT named before."""
    arguments: frozenset[str] | None = None
    """Those of the lambda that this is within."""


def check_sizes(statement: Any) -> None:
    """Raises `QuestionInvalidError`."""
    _query(statement["node"], Scope({}, frozenset(_rows(statement)), []))


def makes_many(name: str, arguments: int) -> bool:
    """Whether the aggregate makes a value of many."""
    by = name.startswith("arg") or "_by" in name
    return name in LISTS | TEXTS or (name in SOME and arguments == (3 if by else 2))


def _query(node: dict[str, Any], scope: Scope) -> Sizes:
    for entry in node.get("cte_map", {}).get("map", ()):
        sizes = _called(_query(entry["value"]["query_node"], scope), entry["value"].get("aliases"))
        scope = scope._replace(tables={**scope.tables, entry["key"].lower(): sizes})
    if node["type"] == "SELECT_NODE":
        return _select(node, scope)
    if node["type"] == "RECURSIVE_CTE_NODE":
        return _recursive(node, scope)
    sizes = {_OTHERS: _largest([value for name, value in node.items() if name not in ("cte_map", "modifiers")], scope)}
    _largest(node.get("modifiers"), scope._replace(columns=_merged(scope.columns, sizes)))
    return sizes


def _select(node: dict[str, Any], scope: Scope) -> Sizes:
    scope = scope._replace(columns=_merged(scope.columns, _source(node["from_table"], scope)))
    made: Sizes = {_OTHERS: 1}
    for item in node["select_list"]:
        size = _largest(item, scope)
        if item["class"] == "STAR":
            made = _merged(made, {_OTHERS: size} if _names_others(item) else scope.columns)
        else:
            name = (item.get("alias") or (item.get("column_names") or [_OTHERS])[-1]).lower()
            made[name] = max(made.get(name, made[_OTHERS]), size)
        if item.get("alias"):
            scope = scope._replace(columns=_merged(scope.columns, {item["alias"].lower(): size}))
    _largest([value for name, value in node.items() if name not in ("cte_map", "from_table", "select_list")], scope)
    return made


def _recursive(node: dict[str, Any], scope: Scope) -> Sizes:
    first = {_OTHERS: max(_query(node["left"], scope).values())}
    tables = {**scope.tables, node["cte_name"].lower(): first}
    if max(_query(node["right"], scope._replace(tables=tables)).values()) > first[_OTHERS]:
        raise _refused("WITH RECURSIVE whose values grow from turn to turn")
    return first


def _source(part: dict[str, Any], scope: Scope) -> Sizes:
    """Columns of what stands in FROM."""
    match part["type"]:
        case "JOIN":
            left = _source(part["left"], scope)
            beside = scope._replace(columns=_merged(scope.columns, left))  # LATERAL sees what stands before it
            sizes = _merged(left, _source(part["right"], beside))
            _largest(part.get("condition"), scope._replace(columns=_merged(scope.columns, sizes)))
            return sizes
        case "PIVOT":
            return {_OTHERS: _pivoted(part, scope)}
        case "SUBQUERY":
            return _called(_query(part["subquery"]["node"], scope), part.get("column_name_alias"))
        case "BASE_TABLE":
            known = scope.tables.get(part["table_name"].lower(), {_OTHERS: 1})
            return _called(known, part.get("column_name_alias"))
    return {_OTHERS: _largest([value for name, value in part.items() if name != "type"], scope)}


def _pivoted(part: dict[str, Any], scope: Scope) -> int:
    """Of a whole row, as a value that is not named here may be one."""
    sizes = _source(part["source"], scope)
    if any(_makes_many(each) for each in part["aggregates"]):
        raise _refused("PIVOT to lists or texts", "GROUP BY what is to stand in a column, and PIVOT that.")
    made = _largest([part["aggregates"], part["pivots"]], scope._replace(columns=_merged(scope.columns, sizes)))
    return _bounded("PIVOT", max(made, *sizes.values()) * sum(len(each["entries"]) for each in part["pivots"]))


def _makes_many(part: dict[str, Any]) -> bool:
    return "arguments" in part and makes_many(part["function_name"].lower(), len(part["arguments"]))


def _called(sizes: Sizes, names: Any) -> Sizes:
    """Columns that were given other names: any may be any."""
    return {_OTHERS: max(sizes.values())} if names else sizes


def _names_others(star: dict[str, Any]) -> bool:
    """Whether columns come of it that are not called as in FROM: `s.*` may mean the fields of a struct."""
    return any(star.get(name) for name in ("replace_list", "rename_list", "expr", "relation_name"))


def _merged(*both: Mapping[str, int]) -> Sizes:
    """What is named in one of them may be one of those that are not named in the other."""
    return {name: max(sizes.get(name, sizes.get(_OTHERS, 1)) for sizes in both) for sizes in both for name in sizes}


def _largest(part: Any, scope: Scope) -> int:
    """Of all values in this part of the statement."""
    if isinstance(part, list):
        return max((_largest(each, scope) for each in part), default=1)
    if not isinstance(part, dict):
        return 1
    if str(part.get("type", "")).endswith("_NODE"):
        return max(_query(part, scope).values())
    match part.get("class"):
        case "COLUMN_REF":
            return _column([name.lower() for name in part["column_names"]], scope)
        case "CONSTANT":
            return max(1, len(str(part["literal"].get("text") or "")) // _CHARACTERS)
        case "STAR":
            return _star(part, scope)
        case "FUNCTION" | "WINDOW" if "arguments" in part:
            return _function(part, scope)
        case "SUBQUERY" if scope.arguments is not None:
            raise _refused("a subquery in a lambda")
        case "POSITIONAL_REFERENCE":
            return max(scope.columns.values())
        case "LAMBDA":  # the arrow of JSON, where no function takes a lambda
            return _bounded("->", _product([_largest(part[side], scope) for side in ("lhs", "expr")]))
        case "OPERATOR" if part["type"] == "ARRAY_CONSTRUCTOR":
            return _together("list_value", [_largest(each, scope) for each in part["children"]])
    return _largest(list(part.values()), scope)


def _column(names: list[str], scope: Scope) -> int:
    if scope.arguments is not None:
        if names[0] not in scope.arguments:
            raise _refused(f"{'.'.join(names)} in a lambda, which can use its own argument only,")
        return 1
    if len(names) == 1 and names[0] in scope.rows:
        return sum(scope.columns.values())
    known = [name for name in names if name in scope.columns]
    return max(scope.columns[name] for name in known or [_OTHERS])


def _star(part: dict[str, Any], scope: Scope) -> int:
    if scope.arguments is not None:
        raise _refused("* in a lambda")
    _largest([value for name, value in part.items() if name != "class"], scope)
    return max(scope.columns.values())


def _is_lambda(function: str, argument: dict[str, Any]) -> bool:
    return argument.get("class") == "LAMBDA" and function in LAMBDAS


def _lambda(part: dict[str, Any], scope: Scope) -> int:
    """Of its result for an argument of size 1."""
    names = {name.lower() for each in _references(part["lhs"]) for name in each}
    return _largest(part["expr"], scope._replace(arguments=frozenset(names)))


def _rows(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("type") in ("BASE_TABLE", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST"):
            yield str(part.get("alias") or part.get("table_name") or "").lower()
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _rows(each)


def _references(part: Any) -> list[list[str]]:
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    if not isinstance(part, dict):
        return []
    return [part["column_names"]] if "column_names" in part else _references(list(part.values()))


def _function(part: dict[str, Any], scope: Scope) -> int:
    name, arguments = part["function_name"].lower(), [each["expression"] for each in part["arguments"]]
    sizes = [_lambda(each, scope) if _is_lambda(name, each) else _largest(each, scope) for each in arguments]
    _largest([value for key, value in part.items() if key not in ("arguments", "class")], scope)
    if makes_many(name, len(arguments)):
        if part["class"] == "WINDOW":
            raise _refused(f"{name} over a window", "Use GROUP BY, which makes one value of a group and not of a row.")
        size = MOST_TEXT // _CHARACTERS if name in TEXTS else MOST_ENTRIES * max([1, *sizes])
    elif name in TIMES:
        times = _times(name, arguments)
        size = max([1, *sizes]) if times <= 1 else max([_CHARACTERS, *sizes]) * times
    elif name in TOGETHER:
        if any(each.get("type") == "OPERATOR_UNPACK" for each in arguments):
            raise _refused(f"{name} of columns that are not named", "Name them.")
        size = _together(name, sizes)
    elif name in EACH:
        size = _product(sizes)
    else:
        size = max([1, *sizes]) * (_APART if name in APART else 1)
    return _held(name, size, scope)


def _held(name: str, size: int, scope: Scope) -> int:
    if _bounded(name, size) >= MOST_TEXT // _CHARACTERS:
        scope.held.append(size)
    if sum(scope.held) > MOST_HELD:
        raise _refused(f"so many functions of lists and texts of a group, {name} the last,")
    return size


def _times(name: str, arguments: list[Any]) -> int:
    """How many times as long a text can become."""
    sought, put_in = [*(_literal(each) for each in arguments[1:3]), None, None][:2]
    if name == "replace" and put_in is not None:
        return -(-len(put_in) // max(1, len(sought or "")))
    if name == "regexp_replace" and put_in is not None:
        copies = len(_COPY.findall(put_in))
        return max(1, copies) + 2 * (len(put_in) - 2 * copies)
    if name not in ("replace", "regexp_replace") and sought is not None and sought.isdecimal():
        return int(sought)
    raise _refused(f"{name} by what is no constant", "Write a constant, or CASE.")


def _literal(argument: Any) -> str | None:
    literal = argument.get("literal")
    return None if literal is None else literal.get("text")


def _together(name: str, sizes: list[int]) -> int:
    return _bounded(name, max(sum(sizes), 2 * max(sizes, default=1)))


def _product(sizes: list[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product


def _bounded(name: str, size: int) -> int:
    if size > MOST:
        raise _refused(f"{name} here, whose values could become too large")
    return size


def _refused(what: str, hint: str = _NOT_HERE) -> QuestionInvalidError:
    return QuestionInvalidError(f"a question cannot use {what}", hint)
