"""Examples from schemas, for readers of the documentation."""

from typing import Any

_DEEPEST = 8
_BY_TYPE: dict[str, Any] = {"integer": 0, "number": 0, "boolean": True, "null": None, "string": "…"}


def example(document: dict[str, Any], holder: dict[str, Any]) -> Any:
    """An example of a parameter or media type: its own, or one made from its schema."""
    if "example" in holder:
        return holder["example"]
    for one in holder.get("examples", {}).values():
        return one["value"]
    return _of(document, holder.get("schema", {}), _DEEPEST)


def _of(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    if depth == 0:
        return "…"
    if "$ref" in schema:
        return _of(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth - 1)
    if schema.get("examples"):
        return schema["examples"][0]
    for said in ("example", "const", "default"):
        if schema.get(said) is not None:
            return schema[said]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return _of(document, schema[choice][0], depth - 1)
    return _of_type(document, schema, depth)


def _of_type(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object" | None:
            parts = schema.get("properties", {})
            return {name: _of(document, part, depth - 1) for name, part in parts.items()}
        case "array":
            return [_of(document, schema.get("items", {}), depth - 1)]
        case [first, *_]:
            return _BY_TYPE.get(first, "…")
        case kind:
            return _BY_TYPE.get(str(kind), "…")
