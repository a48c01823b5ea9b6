"""A question as a request that can be pasted."""

import shlex

import msgspec

from bowerbird.console.pages.asking.address import Document


def curl(console: str, kind: str, document: Document) -> str:
    """`$KEY` stands for an API key with the scope insights:read."""
    body = msgspec.json.encode(document).decode()
    return (
        f"curl -sS -X POST {shlex.quote(f'{console}/api/v1/insights/{kind}')} \\\n"
        "  -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
    )
