"""Whether a request comes from a page of this console, and where a redirect may lead."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\uffff]{0,2000}")


def is_own(headers: Headers, public_url: str) -> bool:
    """Whether the browser names this console's own host as the page that the request comes from. Browsers send
    `Origin` with every POST and every websocket; a request without one comes from no other site's page."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    host = urlsplit(origin).netloc
    return bool(host) and host in (headers.get("host", ""), urlsplit(public_url).netloc)


def local(target: str) -> str:
    """The path to go on with: `target` where it stays on this host, else the front page."""
    return target if _LOCAL.fullmatch(target) else "/"
