"""Scribe and Flywheel publish OpenAPI documents: no answer may break them, and each says what it says of requests."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bowerbird.collector.dialects.base import Dialect, Reply
from bowerbird.refusals import Issue, Reason, Refused

HERE = Path(__file__).parent
PUBLISHED = ("scribe", "flywheel")


def recordings(dialect: str) -> list[Any]:
    lines = (HERE / f"{dialect}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("dialect", PUBLISHED)
@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_conforms(dialect: str, reason: Reason, dialects: dict[str, Dialect], conforms: Any) -> None:
    issue = Issue("event.x", "blank", "X can't be blank.", missing=("x",))

    for refused in (Refused(reason), Refused(reason, "words", issues=(issue,), retry_after=0.5)):
        reply = dialects[dialect].refuse(refused, None)

        conforms(dialect, reply)
        assert reply.status >= 400


@pytest.mark.parametrize("dialect", PUBLISHED)
def test_every_recorded_answer_conforms(dialect: str, exchange: Any, conforms: Any) -> None:
    for recording in recordings(dialect):
        answer = recording["answer"]
        body = answer["text"].encode() if "text" in answer else json.dumps(answer["body"]).encode()

        conforms(dialect, Reply(answer["status"], body))


@pytest.mark.parametrize("dialect", PUBLISHED)
def test_every_reason_is_recorded(dialect: str, dialects: dict[str, Dialect]) -> None:
    answers = [recording["answer"] for recording in recordings(dialect)]
    recorded = {(answer["status"], code_of(answer["body"])) for answer in answers if "body" in answer}

    for reason in Reason:
        reply = dialects[dialect].refuse(Refused(reason), None)
        assert (reply.status, code_of(json.loads(reply.body))) in recorded


@pytest.mark.parametrize("dialect", PUBLISHED)
@pytest.mark.parametrize("body", [b'{"data":{"name":"a"}}', b'{"error":"x"}', b"[]"])
def test_a_body_of_no_schema_does_not_conform(dialect: str, body: bytes, conforms: Any) -> None:
    broken = body if dialect == "scribe" else b'{"success":"yes","error":1}'

    with pytest.raises(jsonschema.ValidationError):
        conforms(dialect, Reply(202 if dialect == "scribe" else 200, broken))


@pytest.mark.parametrize("reason", [Reason.UNAVAILABLE, Reason.INTERNAL])
@pytest.mark.parametrize("dialect", PUBLISHED)
def test_our_own_faults_show_nothing_of_the_inside(dialect: str, reason: Reason, dialects: dict[str, Dialect]) -> None:
    reply = dialects[dialect].refuse(Refused(reason, "disk /var/lib is full"), None)

    assert b"disk" not in reply.body


def code_of(body: dict[str, Any]) -> str | None:
    error = body.get("error")
    return error["code"] if isinstance(error, dict) else body.get("code")
