"""Who may do what, on the pages and through the JSON API: a key by its scopes, a user by the role."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from bowerbird.registry.base import Principal, Role, Scope

Act = Literal[
    "read events",
    "read people",
    "read the catalog",
    "read quarantine",
    "ask",
    "keep boards",
    "retry",
    "describe",
    "see personal data",
    "change people",
    "administer",
]


class Right(NamedTuple):
    """What an act takes. Whoever writes events with a key, such as an integration, may change nothing with it that an
    analyst may."""

    scope: Scope | None
    """Of a key; None: any key."""
    role: Role
    """The least role of a user, through any session: at the console, or in a request to the JSON API."""


ACTS: Mapping[Act, Right] = MappingProxyType(
    {
        "read events": Right("events:read", "viewer"),
        "read people": Right("profiles:read", "viewer"),
        "read the catalog": Right("metrics:read", "viewer"),
        "read quarantine": Right("admin", "viewer"),
        "ask": Right("insights:read", "viewer"),
        "keep boards": Right("admin", "analyst"),
        "retry": Right("admin", "analyst"),
        "describe": Right("admin", "analyst"),
        "see personal data": Right(None, "analyst"),
        "change people": Right("profiles:write", "owner"),
        "administer": Right("admin", "owner"),
    }
)
"""All that can be done. The routes and the pages name the act, and nothing else says who may."""

_RANKS: Mapping[Role, int] = MappingProxyType({"viewer": 0, "analyst": 1, "owner": 2})


def may(principal: Principal, act: Act) -> bool:
    """Of a key, a session or a site."""
    if principal.role is not None:
        return role_may(principal.role, act)
    scope = ACTS[act].scope
    return scope is None or principal.may(scope)


def role_may(role: Role, act: Act) -> bool:
    return _RANKS[role] >= _RANKS[ACTS[act].role]
