"""What a browser is shown at an address where there is nothing."""

from html import escape

from starlette.responses import HTMLResponse

from bowerbird.console import plain

_CARD = """\
<h1>There is no such page</h1><p>Nothing is at <code>{path}</code>.</p><button autofocus>To the overview</button>"""
_LONGEST = 200


def page(path: str) -> HTMLResponse:
    return plain.page("Not found", ("get", "/"), _CARD.format(path=escape(path[:_LONGEST])), status=404)
