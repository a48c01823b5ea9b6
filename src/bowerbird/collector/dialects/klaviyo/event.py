"""A request to create an event, in either shape, as an event of the house."""

from typing import Any

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Parsed, Request
from bowerbird.collector.dialects.fields import Issues, context_of
from bowerbird.collector.dialects.klaviyo import attributes as plain
from bowerbird.collector.dialects.klaviyo.metric import Metric, flat_metric, nested_metric
from bowerbird.collector.dialects.klaviyo.profile import Profile, flat_profile, nested_profile
from bowerbird.collector.dialects.klaviyo.resources import attributes, document_data, refuse_unknown, require
from bowerbird.collector.dialects.klaviyo.revision import Revision
from bowerbird.event import Event
from bowerbird.registry.base import Principal


def parsed_event(root: dict[str, Any], revision: Revision, request: Request, principal: Principal) -> Parsed:
    """Raises `Refused` (INVALID) with every broken rule; `Issue.field` is a JSON pointer."""
    issues = Issues()
    sent = attributes(document_data(root, issues), "event", "/data", issues) or {}
    if issues.found and not sent:
        issues.refuse_any()
    refuse_unknown(sent, revision.attributes, "event", plain.AT, issues)
    for name in ("profile", "metric", "properties"):
        if sent.get(name) is None:
            require(name, "event", plain.AT, issues)
    metric = _metric(sent, revision, issues)
    profile = _profile(sent, revision, issues)
    properties = plain.read_properties(sent.get("properties"), request.body, issues)
    occurred_at = plain.read_time(sent.get("time"), request.received_at, issues)
    value = plain.read_value(sent.get("value"), issues)
    currency = plain.read_currency(sent.get("value_currency"), issues)
    unique_id = plain.read_unique_id(sent.get("unique_id"), issues)
    backfill = plain.read_backfill(sent.get("backfill"), issues)
    issues.refuse_any()
    known = profile.identifiers.get
    event = Event(
        workspace=principal.workspace.name,
        event_id=request.new_id(request.received_at),
        dialect="klaviyo",
        kind="track",
        name=metric.name,
        occurred_at=occurred_at,
        received_at=request.received_at,
        key_id=principal.key_id,
        user_id=known("external_id"),
        email=known("email"),
        phone=known("phone_number"),
        anonymous_id=known("anonymous_id"),
        other_ids=_other_ids(profile),
        value=value,
        currency=currency or (None if value is None else principal.workspace.settings.currency),
        source_id=unique_id,
        dedupe_scope="person",
        dedupe_key=_dedupe_key(metric, unique_id, occurred_at),
        properties=properties,
        traits=profile.traits,
        context=_context(request, revision, metric, profile, backfill),
    )
    return Parsed((event,), metrics=(metric.name,), metric_field=metric.name_at)


def _metric(sent: dict[str, Any], revision: Revision, issues: Issues) -> Metric:
    metric = sent.get("metric")
    if metric is None:
        return Metric("", "", "")
    return nested_metric(metric, issues) if revision.nested else flat_metric(metric, issues)


def _profile(sent: dict[str, Any], revision: Revision, issues: Issues) -> Profile:
    profile = sent.get("profile")
    if profile is None:
        return Profile({}, {})
    return nested_profile(profile, issues) if revision.nested else flat_profile(profile, issues)


def _context(request: Request, revision: Revision, metric: Metric, profile: Profile, backfill: bool) -> dict[str, Any]:
    context = context_of(request)
    context["revision"] = revision.text
    context["service"] = metric.service
    if profile.meta:
        context["profile_meta"] = profile.meta
    if backfill:
        context["backfill"] = True
    return context


def _other_ids(profile: Profile) -> dict[str, str]:
    known = profile.identifiers.get
    pairs = (("klaviyo_id", known("id")), ("klaviyo_exchange_id", known("_kx")))
    return {kind: value for kind, value in pairs if value}


def _dedupe_key(metric: Metric, unique_id: str | None, occurred_at: int) -> str:
    """Lengths stand before the free texts, and a letter before the last part, so that no two keys are equal by
    accident: not those of names that hold separators, nor a unique_id that looks like a time."""
    last = f"t{occurred_at // SECOND}" if unique_id is None else f"u{unique_id}"
    return f"{len(metric.name)}:{metric.name}{len(metric.service)}:{metric.service}{last}"
