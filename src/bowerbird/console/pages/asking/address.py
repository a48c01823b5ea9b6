"""A question in a page's address."""

import base64
import binascii
from typing import Any

import msgspec

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.question import parse

Document = dict[str, Any]
"""A question in the JSON API's own shape."""


def encode(document: Document) -> str:
    """For `?q=`: JSON as base64url without padding; '' for the empty question."""
    return base64.urlsafe_b64encode(msgspec.json.encode(document)).rstrip(b"=").decode() if document else ""


def decode(text: str) -> Document:
    """What `encode` gave, or JSON as it is, for whoever writes an address by hand. Raises `QuestionInvalidError`."""
    try:
        plain = text.startswith("{")
        given = text.encode() if plain else base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        return msgspec.json.decode(given, type=dict[str, Any]) if text else {}
    except (binascii.Error, ValueError, RecursionError, UnicodeError) as error:
        raise QuestionInvalidError(
            "the address holds no question that can be read", "Build it anew, or ask for the link again."
        ) from error


def understood(kind: str, document: Document) -> Document:
    """The question as the JSON API understands it, defaults left out. Raises `QuestionInvalidError`."""
    question = parse(KINDS[kind].question, msgspec.json.encode(document))
    made: Document = msgspec.json.decode(msgspec.json.encode(question))
    return made
