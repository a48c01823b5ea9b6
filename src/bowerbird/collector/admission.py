"""Who may come in: each step either says something about the caller or refuses the request."""

from typing import NamedTuple

from bowerbird.collector.dialects.base import Call, Dialect, Quota, Route
from bowerbird.collector.limits import Limiter
from bowerbird.collector.refresh import Refresher
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Principal, Scope


class Admitted(NamedTuple):
    principal: Principal
    quota: Quota | None


class Admission:
    def __init__(self, registry: Refresher, limiter: Limiter) -> None:
        self._registry = registry
        self._limiter = limiter

    def admit(self, call: Call, dialect: Dialect, route: Route) -> Admitted:
        """Raises `Refused`: UNAVAILABLE (no registry yet), CREDENTIALS_INVALID, SCOPE_MISSING, TRACKING_OFF,
        THROTTLED. Only a call that has passed all other steps counts against the rate limit."""
        principal = self.identify(call.secret, route.scope)
        return Admitted(principal, self._throttle(principal, dialect, call.request.received_at))

    def identify(self, secret: str, scope: Scope) -> Principal:
        """Who may use the scope. Counts nothing. Raises `Refused` as `admit`, but THROTTLED."""
        principal = self._authenticate(secret)
        _check_scope(principal, scope)
        _check_plan(principal, scope)
        return principal

    def _authenticate(self, secret: str) -> Principal:
        snapshot = self._registry.snapshot
        if snapshot is None:
            raise Refused(Reason.UNAVAILABLE, retry_after=1)
        principal = snapshot.authenticate(secret)
        if principal is None:
            raise Refused(Reason.CREDENTIALS_INVALID)
        return principal

    def _throttle(self, principal: Principal, dialect: Dialect, now: int) -> Quota | None:
        throttle = dialect.throttle(principal)
        return None if throttle is None else self._limiter.take(principal.workspace.number, throttle, now)


def _check_scope(principal: Principal, scope: Scope) -> None:
    if not principal.may(scope):
        raise Refused(Reason.SCOPE_MISSING)


def _check_plan(principal: Principal, scope: Scope) -> None:
    """The plan is about sending events; what was sent before it was lowered may still be read."""
    if scope == "events:write" and not principal.workspace.settings.event_tracking:
        raise Refused(Reason.TRACKING_OFF)
