"""What may stand in the tree of a SQL question. Whatever is not listed is refused: a new version of the engine brings
new nodes and functions, and none of them comes in unseen."""

import re
from collections.abc import Iterator, Set
from math import prod
from typing import Any

from bowerbird.errors import QuestionInvalidError

TABLES = frozenset({"events", "traits", "people"})
OURS = frozenset({"roots_now"})
"""What the statement around the question's names for itself."""
SOURCES = frozenset({"unnest", "range", "generate_series"})
"""Functions that may stand where a table does. Elsewhere `range` makes one value of gigabytes."""
MOST_PIVOTED = 20
"""Values that PIVOT makes columns of. For more, the engine makes lists of whole groups first."""
OF_THE_MOMENT = frozenset({"now", "today", "current_date", "get_current_timestamp", "current_localtimestamp"})
MACROS = frozenset(
    [
        "ago",
        "array_to_string",
        "date_add",
        "days_in_month",
        "fdiv",
        "fmod",
        "geomean",
        "if",
        "list_append",
        "list_avg",
        "list_count",
        "list_first",
        "list_last",
        "list_max",
        "list_median",
        "list_min",
        "list_mode",
        "list_prepend",
        "list_reverse",
        "list_sum",
        "nullif",
        "split_part",
        "weighted_avg",
        "count_star",
    ]
)
BARRED = frozenset(
    [
        "json_serialize_sql",
        "json_deserialize_sql",
        "json_serialize_plan",
        "repeat",
        "bar",
        "collate_aa",
        "stats",
        "alias",
        "parse_duckdb_log_message",
        "create_sort_key",
        "index_key",
        "variant_bytes_to_variant",
        "to_aggregate_state",
        "finalize",
        "combine",
        "invoke",
        "cast_to_type",
        "make_type",
        "get_type",
        "replace_type",
        "list_resize",
        "array_resize",
        "printf",
        "format",
        "levenshtein",
        "editdist3",
        "damerau_levenshtein",
        "jaccard",
        "jaro_similarity",
        "jaro_winkler_similarity",
        "hamming",
        "mismatches",
        "bitstring",
        "to_base",
        "json_pretty",
        "list_reduce",
        "array_reduce",
        "reduce",
        "equi_width_bins",
        "histogram_exact",
        "bitstring_agg",
        "reservoir_quantile",
        "variant_group_object",
        "variant_to_parquet_variant",
        "variant_normalize",
        "combine_aggr",
        "lttb",
        "array_cross_product",
        "remap_struct",
        "decimal_division",
    ]
)
"""Pure, and still of no use to a question, or able to make gigabytes of one value, to take hours for it, or to end in a
fault."""
EXPRESSIONS = frozenset(
    [
        "CONSTANT",
        "COLUMN_REF",
        "FUNCTION",
        "COMPARISON",
        "CONJUNCTION",
        "OPERATOR",
        "CASE",
        "CAST",
        "STAR",
        "SUBQUERY",
        "BETWEEN",
        "WINDOW",
        "LAMBDA",
        "COLLATE",
        "POSITIONAL_REFERENCE",
        "TYPE",
    ]
)
NODES = frozenset(
    [
        "SELECT_NODE",
        "SET_OPERATION_NODE",
        "CTE_NODE",
        "RECURSIVE_CTE_NODE",
        "BASE_TABLE",
        "SUBQUERY",
        "JOIN",
        "EMPTY",
        "EXPRESSION_LIST",
        "TABLE_FUNCTION",
        "PIVOT",
        "ORDER_MODIFIER",
        "LIMIT_MODIFIER",
        "LIMIT_PERCENT_MODIFIER",
        "DISTINCT_MODIFIER",
        "ORDER_DEFAULT",
        "ASCENDING",
        "DESCENDING",
        "ORDER_ASCENDING",
        "ORDER_DESCENDING",
    ]
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INSTEAD = "docs/insights/sql.md says why, and what to write instead."
_IN_FROM = (
    "Write it in FROM: FROM range(10) AS r(i), FROM generate_series(today() - 30, today(), INTERVAL 1 DAY) AS d(day)."
)
_FUNCTIONS = "DuckDB's own can be used, where the result depends on nothing but what they are given."
_ADVICE = "Ask the tables events, traits and people, with one SELECT."


def check(tree: Any, pure: Set[str], taken: Set[str]) -> None:
    """Raises `QuestionInvalidError`. `pure`: the functions that depend on nothing but what they are given; `taken`: the
    names of the engine's tables, which a name given with WITH may not repeat: outside of its part of the statement,
    it would mean that table."""
    own = _named_within(tree)
    for name in own:
        if not _NAME.fullmatch(name) or (name.lower() in taken | OURS and name not in TABLES):
            raise _refused(f"the name {name} for a table", "Give it another name, of letters, digits and _.")
    functions = ((pure | OF_THE_MOMENT | MACROS) - BARRED - SOURCES) | {"unnest"}
    sources = {id(node.get("function")) for node in _nodes(tree) if node.get("type") == "TABLE_FUNCTION"}
    for node in _nodes(tree):
        if "class" in node:
            _check_expression(node, functions | SOURCES if id(node) in sources else functions)
        elif isinstance(node.get("type"), str):
            _check_node(node, TABLES | own)


def _check_expression(node: dict[str, Any], functions: Set[str]) -> None:
    if node["class"] not in EXPRESSIONS:
        raise _refused(str(node["class"]).replace("_", " ").lower())
    if node["class"] == "TYPE" and str(node["type_name"]).lower() == "array":
        raise _refused("arrays of a fixed length, which take their space even where they are NULL; leave it out: INT[]")
    if node["class"] in ("FUNCTION", "WINDOW") and "function_name" in node:
        name = str(node["function_name"]).lower()
        if name not in functions or node.get("schema") or node.get("catalog"):
            hint = _INSTEAD if name in BARRED else _IN_FROM if name in SOURCES else _FUNCTIONS
            raise _refused(f"the function {name}", hint)


def _check_node(node: dict[str, Any], tables: Set[str]) -> None:
    kind = node["type"]
    if kind == "BASE_TABLE":
        name = node["table_name"]
        if node["schema_name"] or node["catalog_name"] or name.lower() not in tables or node.get("at_clause"):
            raise _refused(f"the table {'.'.join(node['qualified_name']['path'])}")
    elif kind == "TABLE_FUNCTION":
        function = node["function"]
        if function["class"] != "FUNCTION" or function["function_name"] not in SOURCES:
            raise _refused(f"the function {function.get('function_name', '')}")
    elif kind == "PIVOT":
        _check_pivot(node)
    elif kind not in NODES:
        raise _refused(kind.replace("_", " ").lower())


def _check_pivot(node: dict[str, Any]) -> None:
    if any(each["pivot_enum"] for each in node["pivots"]):
        raise _refused("PIVOT by the values of a type", "Name the values: FOR name IN ('viewed', 'bought').")
    if node["aggregates"] and prod(len(each["entries"]) for each in node["pivots"]) > MOST_PIVOTED:
        raise _refused(f"PIVOT by more than {MOST_PIVOTED} values", "GROUP BY them, which makes rows of them.")


def _named_within(tree: Any) -> frozenset[str]:
    """Names that the statement gives to its own parts with WITH."""
    return frozenset(
        entry["key"].lower() for node in _nodes(tree) if "cte_map" in node for entry in node["cte_map"].get("map", ())
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _refused(what: str, hint: str = _ADVICE) -> QuestionInvalidError:
    return QuestionInvalidError(f"a question cannot use {what}", hint)
