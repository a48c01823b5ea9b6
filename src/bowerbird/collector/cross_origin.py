"""What browsers ask for before and after a call from another origin (the Fetch standard's CORS protocol).

Any origin may call: what a caller may do hangs on its key, never on a cookie.
"""

import msgspec

from bowerbird.collector.dialects.base import Reply

_ANY_ORIGIN = (b"access-control-allow-origin", b"*")
_PREFLIGHT = (
    _ANY_ORIGIN,
    (b"access-control-allow-headers", b"*, authorization"),
    (b"access-control-max-age", b"7200"),
)
"""A wildcard does not cover `Authorization`."""


def readable(reply: Reply) -> Reply:
    """The reply, readable by pages of any origin."""
    if any(name == b"access-control-allow-origin" for name, _ in reply.headers):
        return reply
    return msgspec.structs.replace(reply, headers=(*reply.headers, _ANY_ORIGIN))


def preflight(allow: bytes) -> Reply:
    """Grants the methods of `allow`, with any header."""
    headers = ((b"allow", allow), (b"access-control-allow-methods", allow), *_PREFLIGHT)
    return Reply(204, content_type=b"", headers=headers)
