"""Puts the vendors' paths beside the console's own, each with the collector's address."""

from typing import Any

from bowerbird.console.openapi import flywheel, klaviyo, octeth, scribe, successeve
from bowerbird.console.openapi.vendor import Vendor

_VENDORS: tuple[Vendor, ...] = (
    scribe.VENDOR,
    klaviyo.VENDOR,
    flywheel.VENDOR,
    successeve.VENDOR,
    octeth.VENDOR,
)


def with_vendors(document: dict[str, Any], collector_url: str) -> dict[str, Any]:
    """A new document with the vendors' paths, schemas and credentials added."""
    components = document.get("components", {})
    paths = dict(document["paths"])
    schemas = dict(components.get("schemas", {}))
    credentials = dict(components.get("securitySchemes", {}))
    tags = list(document.get("tags", []))
    for vendor in _VENDORS:
        tags.append({"name": vendor.tag, "description": vendor.description})
        schemas |= vendor.schemas
        credentials |= vendor.credentials
        for path, operations in vendor.paths.items():
            item = dict(paths.get(path, {"servers": [{"url": collector_url, "description": "The collector"}]}))
            paths[path] = item | {
                method: {"tags": [vendor.tag], **operation} for method, operation in operations.items()
            }
    return document | {
        "paths": paths,
        "tags": tags,
        "components": components | {"schemas": schemas, "securitySchemes": credentials},
    }
