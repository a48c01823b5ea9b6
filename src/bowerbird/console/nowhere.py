"""What a browser is shown at an address where there is nothing."""

from html import escape

from starlette.responses import HTMLResponse

from bowerbird.console.assets import address
from bowerbird.console.signin.form import HEADERS

_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found · Bowerbird</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="{icon}"><script src="{theme}"></script><link rel="stylesheet" href="{style}">
<body class="sign-in"><main><form action="/"><img src="{icon}" alt="" width="44" height="44">
<h1>There is no such page</h1><p>Nothing is at <code>{path}</code>.</p><button autofocus>To the overview</button></form>
</main></body></html>
"""
_LONGEST = 200


def page(path: str) -> HTMLResponse:
    return HTMLResponse(
        _PAGE.format(
            icon=address("icon.svg"),
            theme=address("console.js"),
            style=address("console.css"),
            path=escape(path[:_LONGEST]),
        ),
        404,
        HEADERS,
    )
