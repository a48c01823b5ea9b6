"""Every example of the documents is run, and gives what the documents say that it gives.

In a document,
- a `bash` block is run with BOWERBIRD_URL, BOWERBIRD_CONSOLE_URL and BOWERBIRD_KEY of a real server, and the block
  behind it shows the answer: `json` (compared as a document), `http` (of `curl -i`: status line, some of the headers,
  the body) or `text`;
- a `console` block is run in a data directory of the page's own: a line `$ …` is a command, and what follows is what it
  prints; `[exit 1]` at the end is its exit code;
- a `sh` block is for the reader to run, and speaks neither to a server nor for one.

Anywhere in an answer, `…` stands for whatever there is; in an object, a member "…" stands for further members, and at
the end of an array for further elements. The blocks of a page are run in their order.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner

from bowerbird.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ANYTHING = "…"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = 60


class Block(NamedTuple):
    language: str
    text: str
    where: str


class Example(NamedTuple):
    request: Block
    answer: Block


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(found[1], found[2], f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}")
        for found in _FENCE.finditer(text)
    ]


def examples(page: Path) -> Iterator[Example]:
    there = blocks(page)
    for block, behind in zip(there, [*there[1:], None], strict=True):
        if block.language == "bash":
            assert behind is not None, f"{block.where} shows no answer"
            assert behind.language in ("json", "http", "text"), f"{block.where} shows no answer"
            yield Example(block, behind)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def having(language: str) -> Any:
    pages = [page for page in PAGES if any(block.language == language for block in blocks(page))]
    return pytest.mark.parametrize("page", pages, ids=name_of)


@having("bash")
@pytest.mark.skipif(which("curl") is None and "CI" not in os.environ, reason="the examples are sent with curl")
def test_requests_give_the_answers_shown(page: Path, documented: Any, reader: Callable[[str], dict[str, str]]) -> None:
    environment = reader(re.sub(r"\W", "-", name_of(page)))
    for request, answer in examples(page):
        assert "curl" in request.text, f"{request.where} is no request: make it a sh block"
        documented.settle()
        code, output = shell(request.text, environment)
        assert code == 0, f"{request.where}: {output}"
        assert fits(answer, output), f"{answer.where}: the answer is {output}"


@having("console")
def test_commands_print_what_is_shown(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOWERBIRD_DATA", str(tmp_path / "bowerbird-data"))
    for block in blocks(page):
        if block.language == "console":
            for command, shown in commands(block):
                printed = run(command)
                assert text_fits(shown, printed), f"{block.where}: {command} prints\n{printed}"


def test_what_serve_says_first_is_shown(documented: Any) -> None:
    """The ports are those of the default settings in the documents, and free ones here."""
    printed = re.sub(r":\d+$", ":PORT", documented.said, flags=re.MULTILINE).replace(str(documented.data), ANYTHING)
    page = ROOT / "docs" / "commands.md"
    shown = next(block for block in blocks(page) if block.language == "text" and "collector ready" in block.text)
    assert text_fits(re.sub(r":\d+$", ":PORT", shown.text, flags=re.MULTILINE), printed), printed


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_run_does_not_look_like_an_example(page: Path) -> None:
    for block in blocks(page):
        assert block.language, f"{block.where}: say what it is"
        if block.language not in ("bash", "console"):
            assert "$BOWERBIRD_" not in block.text, f"{block.where} is a request: make it a bash block"
            assert not re.search(r"^\$ ", block.text, re.MULTILINE), f"{block.where} is a console block"


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command with what it is said to print."""
    parts = re.split(r"^\$ (.*(?:\\\n.*)*)$\n?", block.text, flags=re.MULTILINE)
    assert not parts[0].strip(), f"{block.where} does not begin with a command"
    yield from zip(parts[1::2], parts[2::2], strict=True)


def run(command: str) -> str:
    """Runs a plain verb in this process, anything else in a shell. A failure shows as `[exit 1]`."""
    if not command.startswith("bowerbird ") or "$(" in command:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        code, output = shell(command, {**os.environ, "PATH": path})
    else:
        result = CliRunner().invoke(app, shlex.split(command)[1:], prog_name="bowerbird")
        code, output = result.exit_code, result.output
    return output if code == 0 else f"{output}\n[exit {code}]"


def shell(script: str, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and everything printed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_SECONDS,
    )
    return done.returncode, done.stdout.decode()


def fits(answer: Block, printed: str) -> bool:
    match answer.language:
        case "json":
            return document_fits(msgspec.json.decode(answer.text), decoded(printed))
        case "http":
            return http_fits(answer.text, printed)
        case _:
            return text_fits(answer.text, printed)


def decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def document_fits(shown: Any, there: Any) -> bool:
    match shown, there:
        case str(), _ if shown == ANYTHING:
            return True
        case str(), str():
            return pattern(shown).fullmatch(there) is not None
        case dict(), dict():
            named = shown.keys() - {ANYTHING}
            known = named == there.keys() if ANYTHING not in shown else named <= there.keys()
            return known and all(document_fits(shown[name], there[name]) for name in named)
        case [*first, last], list() if last == ANYTHING:
            return len(there) >= len(first) and all(map(document_fits, first, there))
        case list(), list():
            return len(shown) == len(there) and all(map(document_fits, shown, there))
        case _:
            return type(shown) is type(there) and bool(shown == there)


def http_fits(shown: str, printed: str) -> bool:
    head, _, body = shown.partition("\n\n")
    there, _, content = printed.replace("\r\n", "\n").partition("\n\n")
    lines, expected = there.splitlines(), head.strip().splitlines()
    if not text_fits(expected[0], lines[0]):
        return False
    if not all(any(text_fits(line, one) for one in lines[1:]) for line in expected[1:]):
        return False
    if body.lstrip().startswith("{"):
        return document_fits(msgspec.json.decode(body), decoded(content))
    return text_fits(body, content)


def text_fits(shown: str, printed: str) -> bool:
    return pattern(plain(shown)).fullmatch(plain(printed)) is not None


def plain(text: str) -> str:
    """The text without what is only layout: how wide columns, rules and gaps are."""
    lines = (re.sub(r"─+", "─", " ".join(line.split())) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def pattern(shown: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, shown.split(ANYTHING))), re.DOTALL)


@pytest.mark.parametrize(
    ("shown", "there"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "…": "…"}, {"b": 2}),
        ({"a": 1}, {"a": True}),
        ({"a": "x…"}, {"a": "y"}),
        ([1, "…"], []),
        ([1], [1, 2]),
        ({"a": None}, {"a": 0}),
        ({}, None),
    ],
)
def test_an_answer_that_differs_does_not_fit(shown: Any, there: Any) -> None:
    assert not document_fits(shown, there)


def test_a_status_or_a_header_that_differs_does_not_fit() -> None:
    printed = "HTTP/1.1 202 Accepted\r\nallow: POST\r\n\r\n"
    assert http_fits("HTTP/1.1 202 Accepted\nallow: …\n", printed)
    assert not http_fits("HTTP/1.1 200 OK\n", printed)
    assert not http_fits("HTTP/1.1 202 Accepted\nallow: GET\n", printed)
    assert not http_fits("HTTP/1.1 202 Accepted\n\n1", printed)


def test_printed_text_that_differs_does_not_fit() -> None:
    assert text_fits("a   …\n──", "a b\n─────\n")
    assert not text_fits("a", "a b")
    assert not text_fits("a b", "a\n[exit 1]")
