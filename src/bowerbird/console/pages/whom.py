"""People by what a visitor types."""

from msgspec.structs import replace

from bowerbird.console import personal
from bowerbird.console.cursors import begun_at, cursor
from bowerbird.console.masks import Masks
from bowerbird.console.sources import Sources
from bowerbird.state.base import Match, PeopleSearch

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


def people_begun(sources: Sources, masks: Masks, wanted: PeopleSearch, after: str) -> tuple[list[str], str]:
    """Roots of the people whose id the text is, or who have an identifier that begins with it, and the cursor of the
    next page; `after` is the one of this page. Blocking. Raises `PersonalDataError` for a kind that is masked."""
    match = begun_at(after, Match)
    found = sources.people.search(replace(personal.searched(masks, wanted), after=match))
    by_id = [] if match or wanted.kind else sources.people.members(wanted.workspace, wanted.text)[:1]
    return list(dict.fromkeys([*by_id, *found.people])), cursor(found.next) if found.next else ""


def nodes_named(sources: Sources, workspace: str, masks: Masks, text: str) -> tuple[str, ...]:
    """All person ids of these people. Blocking."""
    roots = people_named(sources, workspace, masks, text)
    return tuple(node for root in roots for node in sources.people.members(workspace, root))
