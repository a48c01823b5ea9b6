"""JSON:API resource objects as Klaviyo reads them, and the pointers to what is wrong with them.

In this dialect `Issue.field` is a JSON pointer (RFC 6901): property names may hold dots and slashes.
"""

from typing import Any

from bowerbird.collector.dialects.fields import MOST_ISSUES, Issues

INVALID = "invalid"
"""The only code that Klaviyo gives to a broken rule."""

LONGEST_POINTER = 2000
"""Characters; where a pointer would be longer, it names the nearest parent instead."""

_LONGEST_NAME = 100
_MEMBERS = {
    "event": frozenset(("type", "attributes")),
    "metric": frozenset(("type", "attributes")),
    "profile": frozenset(("type", "id", "attributes", "meta")),
}
_DATA = frozenset(("data",))


def pointer(parent: str, name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return parent if len(parent) + len(escaped) >= LONGEST_POINTER else f"{parent}/{escaped}"


def require(name: str, kind: str, parent: str, issues: Issues) -> None:
    """Notes that a field of the resource is missing."""
    issues.add(f"{parent}/{name}", INVALID, f"'{name}' is a required field for the resource '{kind}'.")


def refuse_unknown(sent: dict[str, Any], known: frozenset[str], kind: str, at: str, issues: Issues) -> None:
    if known.issuperset(sent):
        return
    for name in sent:
        if len(issues.found) >= MOST_ISSUES:
            return
        if name not in known:
            shown = name[:_LONGEST_NAME]
            issues.add(pointer(at, name), INVALID, f"'{shown}' is not a valid field for the resource '{kind}'.")


def document_data(root: dict[str, Any], issues: Issues) -> dict[str, Any]:
    """The event's resource object; {} where it is none, which is then noted. Other members of the document are
    passed over, as JSON:API demands."""
    return _resource(root.get("data"), "event", "/data", issues)


def related_data(value: Any, kind: str, at: str, issues: Issues) -> dict[str, Any]:
    """The resource object of an attribute of the form `{"data": {"type": kind, …}}`; {} where it is none."""
    if type(value) is not dict:
        issues.add(at, INVALID, f"'{kind}' must be an object.")
        return {}
    refuse_unknown(value, _DATA, kind, at, issues)
    return _resource(value.get("data"), kind, at + "/data", issues)


def attributes(resource: dict[str, Any], kind: str, at: str, issues: Issues) -> dict[str, Any] | None:
    """The resource's attributes, which only a resource with an id may lack; None where they are wrong, which is then
    noted. A resource that is {} has been noted already."""
    found = resource.get("attributes")
    if type(found) is dict:
        return found
    if found is not None:
        issues.add(at + "/attributes", INVALID, "'attributes' must be an object.")
    elif "id" in resource:
        return {}
    elif resource:
        require("attributes", kind, at, issues)
    return None


def _resource(data: Any, kind: str, at: str, issues: Issues) -> dict[str, Any]:
    if type(data) is not dict or not data:
        issues.add(at, INVALID, "The payload provided in the request is invalid.")
        return {}
    if data.get("type") != kind:
        issues.add(at + "/type", INVALID, f"'type' must be '{kind}'.")
    refuse_unknown(data, _MEMBERS[kind], kind, at, issues)
    return data
