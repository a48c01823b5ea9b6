"""People by what a visitor types."""

from bowerbird.console.sources import Sources

KINDS = (
    *("user_id", "email", "phone", "anonymous_id", "klaviyo_id", "klaviyo_exchange_id"),
    *("stripe_customer_id", "org_assigned_user_id"),
)
"""Kinds of identifiers that dialects know."""


def people_named(sources: Sources, workspace: str, text: str, kind: str = "") -> list[str]:
    """Roots of the people whose id, or whose identifier of this kind (any: ''), the text is. Blocking."""
    found: dict[str, None] = {}
    for each in (kind,) if kind else KINDS:
        found.update(dict.fromkeys(sources.people.find(workspace, {each: text})))
    if not kind:
        found.update(dict.fromkeys(sources.people.members(workspace, text)[:1]))
    return list(found)


def nodes_named(sources: Sources, workspace: str, text: str) -> tuple[str, ...]:
    """All person ids of these people. Blocking."""
    roots = people_named(sources, workspace, text)
    return tuple(node for root in roots for node in sources.people.members(workspace, root))
