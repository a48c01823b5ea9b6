"""A vendor's event API as OpenAPI describes it, and the words that the vendors' files share."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
SCALARS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
BAG: Schema = {"type": "object", "additionalProperties": True}
JSON = "application/json"


class Vendor(NamedTuple):
    tag: str
    description: str
    paths: dict[str, dict[str, Schema]]
    """Path → method → operation."""
    schemas: dict[str, Schema]
    credentials: dict[str, Schema]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: dict[str, Schema], required: Iterable[str] = (), *, closed: bool = False) -> Schema:
    """An object; `closed` refuses other keys."""
    schema: Schema = {"type": "object", "properties": properties}
    if named := list(required):
        schema["required"] = named
    return schema | ({"additionalProperties": False} if closed else {})


def said(schema: Schema, description: str) -> Schema:
    return schema | {"description": description}


def body(schema: Schema, example: Any, *media: str) -> Schema:
    """A required request body, JSON unless said otherwise."""
    return {"required": True, "content": {one: {"schema": schema, "example": example} for one in media or (JSON,)}}


def answer(description: str, schema: Schema | None = None, example: Any = None, media: str = JSON) -> Schema:
    if schema is None:
        return {"description": description}
    content = {"schema": schema} | ({} if example is None else {"example": example})
    return {"description": description, "content": {media: content}}


def header(name: str, description: str, example: str, *, required: bool = True) -> Schema:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": STRING,
        "description": description,
        "example": example,
    }


def query(name: str, description: str, *, required: bool = True) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": STRING, "description": description}
