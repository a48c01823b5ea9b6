"""`/docs`: the API's documentation as one page, written from the OpenAPI document, without scripts or other hosts."""

from collections.abc import Iterator
from html import escape
from json import dumps
from re import sub
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from bowerbird.console.openapi.example import example

router = APIRouter(include_in_schema=False)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_METHODS = ("get", "post", "put", "patch", "delete")
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 5rem }
h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem; padding-bottom: .25rem }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .75rem }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem } summary span { opacity: .7 }
code, pre { font: 13px/1.45 ui-monospace, monospace } p code, summary code { overflow-wrap: anywhere }
pre { background: color-mix(in srgb, currentColor 6%, transparent); border-radius: 6px; overflow: auto; padding: .6rem }
table { border-collapse: collapse; display: block; overflow: auto } td, th { text-align: left; vertical-align: top }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .75rem .25rem 0 }
td:last-child { width: 100% } nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem }
"""


@router.get("/")
def front() -> RedirectResponse:
    return RedirectResponse("docs", 307)


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    document = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    return HTMLResponse("".join(_page(document, base)), headers={"Content-Security-Policy": _POLICY})


def _page(document: dict[str, Any], base: str) -> Iterator[str]:
    info, groups = document["info"], _by_tag(document)
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])} API</title>"
    yield "<meta name=viewport content='width=device-width,initial-scale=1'>"
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
    yield _prose(info.get("description", ""))
    yield "<p>The same as a document for machines: <a href='/openapi.json'>/openapi.json</a>.</p><nav>"
    yield "".join(f"<a href='#{_anchor(tag)}'>{escape(tag)}</a>" for tag in groups) + "</nav>"
    for tag, operations in groups.items():
        yield f"<h2 id='{_anchor(tag)}'>{escape(tag)}</h2>"
        for method, path, item, operation in operations:
            server = (operation.get("servers") or item.get("servers") or [{"url": base}])[0]["url"]
            yield from _operation(document, (method, server, path), operation)
    yield "</html>"


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, Any, Any]]]:
    groups: dict[str, list[tuple[str, str, Any, Any]]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                for tag in item[method].get("tags", ["Other"]):
                    groups.setdefault(tag, []).append((method, path, item, item[method]))
    return groups


def _operation(document: dict[str, Any], at: tuple[str, str, str], operation: dict[str, Any]) -> Iterator[str]:
    method, _, path = at
    yield f"<details><summary><b>{method.upper()}</b><code>{escape(path)}</code> "
    yield f"<span>{escape(operation.get('summary', ''))}</span></summary>"
    yield _prose(operation.get("description", ""))
    yield from _parameters(operation.get("parameters", []))
    body = _content(operation.get("requestBody", {}))
    yield f"<h4>Request</h4><pre>{escape(_curl(document, at, operation, body))}</pre><h4>Answers</h4><table>"
    for status, answer in operation.get("responses", {}).items():
        yield f"<tr><th>{escape(str(status))}</th><td>{_inline(answer.get('description', ''))}"
        yield f"{_shape(document, _content(answer))}</td></tr>"
    yield "</table></details>"


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    if not parameters:
        return
    yield "<h4>Parameters</h4><table>"
    for one in parameters:
        required = ", required" if one.get("required") else ""
        yield f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}{required}</td>"
        yield f"<td>{escape(_bounds(one.get('schema', {})))}</td><td>{_inline(one.get('description', ''))}</td></tr>"
    yield "</table>"


def _bounds(schema: dict[str, Any]) -> str:
    """A schema's type in words: `integer 1 to 1000, default 100`."""
    kinds = [one.get("type", "") for one in schema.get("anyOf", [schema])]
    words = " or ".join(kind for kind in kinds if kind and kind != "null")
    if "minimum" in schema and "maximum" in schema:
        words += f" {schema['minimum']} to {schema['maximum']}"
    if schema.get("enum"):
        words += f": {', '.join(map(str, schema['enum']))}"
    return f"{words}, default {schema['default']}" if schema.get("default") is not None else words


def _curl(document: dict[str, Any], at: tuple[str, str, str], operation: dict[str, Any], body: dict[str, Any]) -> str:
    method, server, path = at
    lines = [f"curl -X {method.upper()} '{server}{path}'"]
    schemes = document.get("components", {}).get("securitySchemes", {})
    for name in dict.fromkeys(name for one in operation.get("security", []) for name in one):
        lines.append(_credential(schemes.get(name, {})))
    for one in operation.get("parameters", []):
        if one["in"] == "header" and one.get("required"):
            lines.append(f"-H '{one['name']}: {example(document, one)}'")
    if body:
        shown = dumps(example(document, body), indent=2, ensure_ascii=False).replace("'", "'\\''")
        lines += ["-H 'Content-Type: application/json'", f"-d '{shown}'"]
    return " \\\n  ".join(line for line in lines if line)


def _credential(scheme: dict[str, Any]) -> str:
    match scheme.get("type"), scheme.get("in"):
        case "http", _:
            return "-u '<key>:'" if scheme.get("scheme") == "basic" else "-H 'Authorization: Bearer <key>'"
        case "apiKey", "header":
            return f"-H '{scheme['name']}: {scheme.get('x-example', '<key>')}'"
        case "apiKey", "query":
            return f"--url-query '{scheme['name']}=<key>'"
        case _:
            return ""


def _content(holder: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(holder.get("content", {}).values()), {})
    return found


def _shape(document: dict[str, Any], media: dict[str, Any]) -> str:
    if not media:
        return ""
    return f"<pre>{escape(dumps(example(document, media), indent=2, ensure_ascii=False))}</pre>"


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n\n") if part.strip())


def _inline(text: str) -> str:
    """Text with what stands between backticks as code."""
    return sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(tag: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in tag.lower())
