"""Klaviyo's limits that are too large to be recorded, and the bounds of what is answered to a body that breaks many."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bowerbird.collector.dialects.fields import MOST_ISSUES
from bowerbird.collector.dialects.klaviyo.resources import LONGEST_POINTER

HEADERS = {
    "Authorization": "Klaviyo-API-Key key",
    "Content-Type": "application/json",
    "revision": "2023-01-24",
}
AT = "/data/attributes/properties"
KB = 1024
MB = 1024 * KB
TOO_LARGE = "A string must not be larger than 100 KB."
TOO_MANY = "An array must not exceed 4000 elements."

Send = Callable[..., Any]


@pytest.fixture
def send(exchange: Callable[..., Any]) -> Send:
    def run(properties: Any, padding: int = 0, **attributes: Any) -> Any:
        """Sends a flat event; `padding` is white space in its body."""
        sent = {"profile": {"$email": "sarah@example.com"}, "metric": {"name": "Viewed Product"}}
        body = {"data": {"type": "event", "attributes": {**sent, "properties": properties, **attributes}}}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return exchange("klaviyo", {"path": "/api/events/", "headers": HEADERS, "body": text + " " * padding})

    return run


def errors(result: Any) -> list[tuple[str, str]]:
    assert result.reply.status == 400
    return [(error["source"]["pointer"], error["detail"]) for error in json.loads(result.reply.body)["errors"]]


@pytest.mark.parametrize("character", ["x", "é", "日", "😀"])
def test_a_string_of_100_kb(send: Send, character: str) -> None:
    text = character * (100 * KB // len(character.encode()))

    assert send({"text": text}).events[0].properties == {"text": text}
    assert errors(send({"text": text + character})) == [(AT + "/text", TOO_LARGE)]


def test_a_string_somewhere_inside(send: Send) -> None:
    inside = {"items": [1, {"note": "x" * (100 * KB + 1)}], "tags": ["x", "y" * (100 * KB + 1)]}

    assert errors(send(inside)) == [(AT + "/items/1/note", TOO_LARGE), (AT + "/tags/1", TOO_LARGE)]


def test_a_name_of_100_kb(send: Send) -> None:
    assert send({"x" * 100 * KB: 1}).reply.status == 202
    assert errors(send({"x" * (100 * KB + 1): 1})) == [(AT, "A property's name must not be larger than 100 KB.")]


def test_a_unique_id_of_100_kb(send: Send) -> None:
    assert send({}, unique_id="x" * 100 * KB).reply.status == 202
    assert errors(send({}, unique_id="x" * (100 * KB + 1))) == [("/data/attributes/unique_id", TOO_LARGE)]


def test_an_array_of_4000_elements(send: Send) -> None:
    assert send({"list": [1] * 4000}).reply.status == 202
    assert errors(send({"list": [1] * 4001})) == [(AT + "/list", TOO_MANY)]
    assert errors(send({"a": {"b": [[], [1] * 4001]}})) == [(AT + "/a/b/1", TOO_MANY)]


def test_an_object_may_have_more_members_than_an_event_has_properties(send: Send) -> None:
    assert send({"object": {f"p{number}": number for number in range(301)}}).reply.status == 202


def test_depth_counts_in_a_large_body_too(send: Send) -> None:
    def nested(levels: int) -> Any:
        return {"d": nested(levels - 1)} if levels else 1

    filler = "x" * 50 * KB
    assert send({"filler": filler, "p": nested(10)}).reply.status == 202
    assert errors(send({"filler": filler, "p": nested(11)})) == [
        (AT + "/p" + "/d" * 10, "Properties must not contain more than 10 nested levels.")
    ]


def test_brackets_in_texts_are_no_levels(send: Send) -> None:
    assert send({"code": "{[" * 100}).reply.status == 202


def test_a_payload_of_5_mb(send: Send) -> None:
    properties = {f"p{number}": "x" * 100 * KB for number in range(51)}
    size = len(json.dumps({"data": {"type": "event", "attributes": {
        "profile": {"$email": "sarah@example.com"}, "metric": {"name": "Viewed Product"}, "properties": properties,
    }}}, separators=(",", ":")))  # fmt: skip

    assert send(properties, padding=5 * MB - size).reply.status == 202
    refused = send(properties, padding=5 * MB - size + 1).reply
    assert refused.status == 413
    assert json.loads(refused.body)["errors"][0]["detail"] == "The payload must not exceed 5 MB."


def test_several_limits_at_once(send: Send) -> None:
    broken: dict[str, Any] = {f"p{number}": number for number in range(299)}
    broken |= {"text": "x" * (100 * KB + 1), "list": [0] * 4001}

    assert errors(send(broken)) == [
        (AT, "An event must not exceed 300 properties."),
        (AT + "/text", TOO_LARGE),
        (AT + "/list", TOO_MANY),
    ]


def test_no_more_than_100_errors_are_answered(send: Send) -> None:
    assert len(errors(send({"a": [[0] * 4001] * 101}))) == MOST_ISSUES
    assert len(errors(send({}, **{f"field{number}": 1 for number in range(50_000)}))) == MOST_ISSUES


def test_a_pointer_that_would_be_too_long_names_the_parent(send: Send) -> None:
    longest = "x" * (LONGEST_POINTER - len(AT) - 1)

    assert errors(send({longest: [0] * 4001})) == [(AT + "/" + longest, TOO_MANY)]
    assert errors(send({longest + "x": [0] * 4001})) == [(AT, TOO_MANY)]


def test_a_long_name_is_shortened_in_the_text(send: Send) -> None:
    [(pointer, detail)] = errors(send({}, **{"x" * 1500: 1}))

    assert pointer == "/data/attributes/" + "x" * 1500
    assert detail == f"'{'x' * 100}' is not a valid field for the resource 'event'."
