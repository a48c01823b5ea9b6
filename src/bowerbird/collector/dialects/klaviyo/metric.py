"""The metric of an event: its name, and the service it comes from."""

from typing import Any, NamedTuple

from bowerbird.collector.dialects.fields import Issues, filled
from bowerbird.collector.dialects.klaviyo.resources import INVALID, attributes, refuse_unknown, related_data, require

AT = "/data/attributes/metric"
LONGEST_NAME = 127
"""Characters."""
DEFAULT_SERVICE = "api"

_FIELDS = frozenset(("name", "service"))


class Metric(NamedTuple):
    name: str
    service: str
    name_at: str
    """Pointer to the name."""


def flat_metric(sent: Any, issues: Issues) -> Metric:
    """Of `{"name": …, "service"?: …}`."""
    if type(sent) is dict:
        return _metric(sent, AT, issues)
    issues.add(AT, INVALID, "'metric' must be an object.")
    return Metric("", "", AT)


def nested_metric(sent: Any, issues: Issues) -> Metric:
    """Of `{"data": {"type": "metric", "attributes": {"name": …, "service"?: …}}}`."""
    fields = attributes(related_data(sent, "metric", AT, issues), "metric", AT + "/data", issues)
    return Metric("", "", AT) if fields is None else _metric(fields, AT + "/data/attributes", issues)


def _metric(fields: dict[str, Any], at: str, issues: Issues) -> Metric:
    refuse_unknown(fields, _FIELDS, "metric", at, issues)
    service = fields.get("service")
    if service is not None and type(service) is not str:
        issues.add(at + "/service", INVALID, "'service' must be a string.")
    return Metric(_name(fields.get("name"), at, issues), filled(service) or DEFAULT_SERVICE, at + "/name")


def _name(name: Any, at: str, issues: Issues) -> str:
    if name is None:
        require("name", "metric", at, issues)
    elif type(name) is not str:
        issues.add(at + "/name", INVALID, "'name' must be a string.")
    elif not name.strip():
        issues.add(at + "/name", INVALID, "'name' must not be blank.")
    elif len(name) > LONGEST_NAME:
        issues.add(at + "/name", INVALID, "'name' must be less than 128 characters.")
    else:
        return name
    return ""
