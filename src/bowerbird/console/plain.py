"""Pages without the framework: a card in the middle, which needs no script."""

from starlette.responses import HTMLResponse

from bowerbird.console.assets import address

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} · Bowerbird</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="{icon}"><script src="{theme}"></script><link rel="stylesheet" href="{style}">
<body class="sign-in"><main><form method="{method}" action="{action}"><img src="{icon}" alt="" width="44" height="44">
{card}</form>{below}</main></body></html>
"""


def page(title: str, form: tuple[str, str], card: str, below: str = "", status: int = 200) -> HTMLResponse:
    """`form`: (method, action) of the card. `card` and `below` are HTML: what comes from outside is escaped."""
    method, action = form
    return HTMLResponse(
        _PAGE.format(
            title=title,
            icon=address("icon.svg"),
            theme=address("console.js"),
            style=address("console.css"),
            method=method,
            action=action,
            card=card,
            below=below,
        ),
        status,
        _HEADERS,
    )
