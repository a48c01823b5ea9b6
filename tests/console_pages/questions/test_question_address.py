"""A question survives its address and the shell."""

import shlex
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.console.pages.asking.address import decode, encode
from bowerbird.console.pages.asking.call import curl
from bowerbird.errors import QuestionInvalidError

DOCUMENTS = st.dictionaries(
    st.text(), st.recursive(st.text() | st.integers(-(2**53), 2**53) | st.booleans() | st.none(), st.lists), max_size=4
)


@given(DOCUMENTS)
def test_a_question_survives_its_address(document: dict[str, Any]) -> None:
    assert decode(encode(document)) == document
    assert encode({}) == ""


@given(DOCUMENTS)
def test_a_question_survives_the_shell(document: dict[str, Any]) -> None:
    words = shlex.split(curl("http://127.0.0.1:1", "trend", document))
    assert words[4] == "http://127.0.0.1:1/api/v1/insights/trend"
    assert msgspec.json.decode(words[-1]) == document


@given(st.text(min_size=1))
def test_an_address_that_somebody_spoilt_is_refused(text: str) -> None:
    with suppress(QuestionInvalidError):
        assert isinstance(decode(text), dict)


@pytest.mark.parametrize("text", ["[]", "W10", '{"a":', "{" * 100_000, "é"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(QuestionInvalidError):
        decode(text)
