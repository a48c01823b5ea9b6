"""Who asks: an API key sees its own workspace, the machine's control token sees all of them."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bowerbird.console.failures import ApiError
from bowerbird.console.masks import Masks
from bowerbird.console.rights import ACTS, Act, may
from bowerbird.console.sources import Sources
from bowerbird.registry.base import Principal, Snapshot

_bearer = HTTPBearer(auto_error=False, description="An API key, or the control token of this machine's engine.")

WorkspaceQuery = Annotated[
    str | None,
    Query(
        description="For the control token: the workspace meant; empty: what nobody could read. A key has its own.",
        max_length=200,
    ),
]
BearerHeader = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Session:
    """An authorized request."""

    sources: Sources
    snapshot: Snapshot
    visible: str | None
    """The one workspace that the request may see and asked for; None: all of them."""
    admin: bool = False
    """Whether it may do everything there."""
    who: str = "control"
    """As `Principal.key_id`."""

    masked: bool = False
    """Whether what is marked as personal data is kept from it."""

    def masks(self) -> Masks:
        """What it does not see. Blocking: reads the registry."""
        return Masks(self.sources.described.all(self.workspace) if self.masked else ())

    @property
    def workspace(self) -> str:
        """The workspace that the request is about. Raises `ApiError` when that is not said."""
        if self.visible is not None:
            return self.visible
        names = [workspace.name for workspace in self.snapshot.workspaces()]
        if len(names) != 1:
            hint = f"Name one with `workspace` (`--workspace` on the command line): {', '.join(sorted(names))}."
            raise ApiError(400, "workspace_required", "There are several workspaces.", hint)
        return names[0]

    @property
    def sees_everything(self) -> bool:
        """Whether there is nothing on this machine that the request may not see."""
        return self.visible is None or [one.name for one in self.snapshot.workspaces()] == [self.visible]


class Door:
    """Lets requests in. `token` is the control token."""

    def __init__(self, sources: Sources, token: str) -> None:
        self._sources = sources
        self._token = token.encode()

    def admit(self, secret: str, act: Act, workspace: str | None) -> Session:
        """Raises `ApiError`: 401 for an unknown secret, 403 for who may not do this or means another's workspace, 404
        for an unknown workspace."""
        snapshot = self._sources.registry.current()
        if secret and hmac.compare_digest(secret.encode(), self._token):
            if workspace and snapshot.workspace(workspace) is None:
                raise ApiError(404, "not_found", f"There is no workspace {workspace!r}.", "See `workspace list`.")
            return Session(self._sources, snapshot, workspace, admin=True)
        principal = snapshot.authenticate(secret) if secret else None
        if principal is None:
            raise _unauthenticated(secret)
        _check(principal, act, workspace)
        return Session(
            self._sources,
            snapshot,
            principal.workspace.name,
            admin=may(principal, "administer"),
            who=principal.key_id,
            masked=not may(principal, "see personal data"),
        )


def need(act: Act) -> Any:
    """The dependency of a route that does this."""
    return Depends(_gate(act))


def _gate(act: Act) -> Callable[..., Session]:
    def authorize(request: Request, bearer: BearerHeader, workspace: WorkspaceQuery = None) -> Session:
        door: Door = request.app.state.door
        return door.admit(bearer.credentials if bearer else "", act, workspace)

    return authorize


def _check(principal: Principal, act: Act, workspace: str | None) -> None:
    if not may(principal, act):
        raise _forbidden(principal, act)
    if workspace not in (None, principal.workspace.name):
        hint = "Leave `workspace` out, or use a key of that workspace."
        raise ApiError(403, "workspace_forbidden", "This key belongs to another workspace.", hint)


def _forbidden(principal: Principal, act: Act) -> ApiError:
    right = ACTS[act]
    if principal.role is not None:
        message = f"This takes the role {right.role}, and the user's is {principal.role}."
        return ApiError(403, "scope_missing", message, "An owner can give the user another role.")
    hint = f"Make one with `bowerbird key create --workspace {principal.workspace.name} --scope {right.scope}`."
    return ApiError(403, "scope_missing", f"This key lacks the scope {right.scope}.", hint)


def _unauthenticated(secret: str) -> ApiError:
    code, message = ("credentials_invalid", "This key is unknown, revoked or expired.")
    if not secret:
        code, message = ("credentials_missing", "The request shows no key.")
    hint = "Send `Authorization: Bearer <key>`; `bowerbird key create` makes a key."
    return ApiError(401, code, message, hint, headers={"WWW-Authenticate": 'Bearer realm="bowerbird"'})
