"""The sign-in page: one form, no script."""

from html import escape

from starlette.responses import HTMLResponse

from bowerbird.console.assets import address

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in · Bowerbird</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="{icon}"><script src="{theme}"></script><link rel="stylesheet" href="{style}">
<body class="sign-in"><main><form method="post" action="/sign-in">
<img src="{icon}" alt="" width="44" height="44"><h1>Sign in to Bowerbird</h1>
{problem}<input type="hidden" name="next" value="{target}">
<label for="user">User</label><input id="user" name="user" value="{user}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="128" required {first}>
<label for="password">Password</label><input id="password" name="password" type="password"
 autocomplete="current-password" maxlength="1024" required {second}>
<button>Sign in</button></form>
<p class="muted">The first user’s name and password are printed once, when <code>bowerbird serve</code> starts on a new
data directory. Forgotten? <code>bowerbird user password --name NAME</code> sets a new one.</p></main></body></html>
"""


def page(target: str, problem: str = "", status: int = 200, user: str = "") -> HTMLResponse:
    """The form; `target` is the local path to go on with."""
    shown = f'<p role="alert" class="problem">{escape(problem)}</p>\n' if problem else ""
    return HTMLResponse(
        _PAGE.format(
            icon=address("icon.svg"),
            theme=address("console.js"),
            style=address("console.css"),
            problem=shown,
            target=escape(target),
            user=escape(user[:128]),
            first="" if user else "autofocus",
            second="autofocus" if user else "",
        ),
        status,
        HEADERS,
    )
