import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.collector.json_body import MAX_DEPTH, as_object, decode_json, decode_members
from bowerbird.refusals import Reason, Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


def reason(body: bytes) -> Reason:
    with pytest.raises(Refused) as refusal:
        decode_json(body)
    return refusal.value.reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", Reason.BODY_EMPTY),
        (b" \r\n\t", Reason.BODY_EMPTY),
        (b'{"a":"\xff"}', Reason.ENCODING_INVALID),
        (b'{"\xff":1}', Reason.ENCODING_INVALID),
        (b"\xff", Reason.ENCODING_INVALID),
        (b'"\xed\xa0\x80"', Reason.ENCODING_INVALID),
        (b"{", Reason.JSON_MALFORMED),
        (b"{} x", Reason.JSON_MALFORMED),
        (b"NaN", Reason.JSON_MALFORMED),
        (b"[Infinity]", Reason.JSON_MALFORMED),
        (b'["\\ud800"]', Reason.JSON_MALFORMED),
        (b'["\\udc00 tail of text"]', Reason.JSON_MALFORMED),
        (b"{'a':1}", Reason.JSON_MALFORMED),
        (b'{"a":1,}', Reason.JSON_MALFORMED),
        (b"[" * 500_000, Reason.JSON_MALFORMED),
        (b'{"a":' * 500_000, Reason.JSON_MALFORMED),
        (b"1e400", Reason.NUMBER_INVALID),
        (b'{"a":[-1e400]}', Reason.NUMBER_INVALID),
        (b"1" * 10_000, Reason.NUMBER_INVALID),
    ],
)
def test_names_what_is_wrong(body: bytes, expected: Reason) -> None:
    assert reason(body) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (b"18446744073709551615", 18446744073709551615),
        (b"18446744073709551616", "18446744073709551616"),
        (b"-9223372036854775808", -9223372036854775808),
        (b"-9223372036854775809", "-9223372036854775809"),
        (b"99999999999999999999", "99999999999999999999"),
        (b"1e20", 1e20),
    ],
)
def test_spells_out_integers_beyond_64_bits(number: bytes, expected: int | str) -> None:
    assert decode_json(b'{"a":[{"b":%s}],"c":1}' % number) == {"a": [{"b": expected}], "c": 1}


@given(JSON)
def test_whatever_is_read_can_be_logged(value: object) -> None:
    read = decode_json(json.dumps(value).encode())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(read)) == read


@given(JSON)
def test_reads_what_json_reads(value: object) -> None:
    text = json.dumps(value)
    assert decode_json(text.encode()) == json.loads(text, parse_int=spelled_out)


def spelled_out(digits: str) -> int | str:
    return int(digits) if -(2**63) <= int(digits) < 2**64 else digits


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Refused):
        decode_json(body)


def test_nesting_ends_at_the_limit() -> None:
    assert decode_json(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)
    deeper = MAX_DEPTH + 1
    assert reason(b"[" * deeper + b"]" * deeper) is Reason.JSON_MALFORMED
    assert reason(b'{"a":' * deeper + b"1" + b"}" * deeper) is Reason.JSON_MALFORMED


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(decode_json(b"[" + b"{}," * 1000 + b'"[[[["]')) == 1001


def test_only_an_object_is_an_object() -> None:
    assert as_object({"a": 1}) == {"a": 1}
    for value in ([], "a", 1, 1.5, True, None):
        with pytest.raises(Refused) as refusal:
            as_object(value)
        assert refusal.value.reason is Reason.BODY_NOT_OBJECT


class Wanted(msgspec.Struct):
    key: str = ""


WANTED = msgspec.json.Decoder(Wanted)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"key":"a"}', "a"),
        (b"{}", ""),
        (b'{"a":{"key":"b"},"b":["key"],"key":"a"}', "a"),
        (b'{"a":1e400,"b":99999999999999999999,"key":"a"}', "a"),
        (b'{"a":' + b"[" * 500 + b"]" * 500 + b',"key":"a"}', "a"),
    ],
)
def test_members_are_found_among_what_is_passed_over(body: bytes, key: str) -> None:
    assert decode_members(body, WANTED).key == key


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b" ", Reason.BODY_EMPTY),
        (b'{"a":\xff}', Reason.ENCODING_INVALID),
        (b'{"a":{"b":}}', Reason.JSON_MALFORMED),
        (b'{"key":"a"} x', Reason.JSON_MALFORMED),
        (b'{"a":' * 500_000, Reason.JSON_MALFORMED),
        (b"[]", Reason.BODY_NOT_OBJECT),
        (b'"key"', Reason.BODY_NOT_OBJECT),
    ],
)
def test_members_are_refused_with_what_is_found(body: bytes, expected: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        decode_members(body, WANTED)
    assert refusal.value.reason is expected


@pytest.mark.parametrize("text", [r"\ud800", r"\udc00", r"\\\ud800", r"\ud800\ud800", r"\uD83D\u0041", r"a\uDe00b"])
def test_half_of_a_surrogate_pair_is_called_so(text: str) -> None:
    with pytest.raises(Refused) as caught:
        decode_json(b'{"name":"%b"}' % text.encode())
    assert (caught.value.reason, caught.value.message) == ("json_malformed", "JSON has half of a surrogate pair")


def test_other_faults_keep_their_own_words() -> None:
    with pytest.raises(Refused, match="truncated"):
        decode_json(rb'{"name":"\ud83d\ude00","text":"\\ud800"')
