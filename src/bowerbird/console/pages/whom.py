"""People by what a visitor types."""

from bowerbird.console import personal
from bowerbird.console.masks import Masks
from bowerbird.console.sources import Sources

KINDS = (
    *("user_id", "email", "phone", "anonymous_id", "klaviyo_id", "klaviyo_exchange_id"),
    *("stripe_customer_id", "org_assigned_user_id"),
)
"""Kinds of identifiers that dialects know."""


def people_named(sources: Sources, workspace: str, masks: Masks, text: str, kind: str = "") -> list[str]:
    """Roots of the people whose id, or whose identifier of this kind ('': any that is not masked), the text is.
    Blocking. Raises `PersonalDataError` for a kind that is masked."""
    personal.check_look_up(masks, (kind,))
    found: dict[str, None] = {}
    for each in (kind,) if kind else (each for each in KINDS if not masks.hides_name(each)):
        found.update(dict.fromkeys(sources.people.find(workspace, {each: text})))
    if not kind:
        found.update(dict.fromkeys(sources.people.members(workspace, text)[:1]))
    return list(found)


def nodes_named(sources: Sources, workspace: str, masks: Masks, text: str) -> tuple[str, ...]:
    """All person ids of these people. Blocking."""
    roots = people_named(sources, workspace, masks, text)
    return tuple(node for root in roots for node in sources.people.members(workspace, root))
