"""What a terminal is given of what senders wrote."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.cli.printable import printable

Bowerbird = Callable[..., Any]
HOSTILE = "a\x1b[31mred\x9b0m \u202eback\x07"


def real(*args: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = Path(sys.executable).with_name("bowerbird")
    return subprocess.run([command, *args], check=True, capture_output=True, env=os.environ | environment, timeout=60)


@pytest.mark.parametrize("text", ["plain", "Übung 日本 🙂", "two\nlines\tand a tab", "family 👩\u200d👧", "נסה"])
def test_what_commands_nothing_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_what_would_command_the_terminal_is_spelled_out(bowerbird: Bowerbird) -> None:
    spelled = "a\\x1b[31mred\\x9b0m \\u202eback\\x07"
    assert printable(HOSTILE) == spelled
    made = bowerbird(("list", "create", "--name", HOSTILE))
    listed = bowerbird("list list")
    assert spelled in listed.out
    assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(made.out + listed.out)
    assert bowerbird("list list --json").document["lists"][0]["name"] == HOSTILE


def test_an_encoding_that_cannot_say_it_is_no_error(data: Path) -> None:
    real("list", "create", "--name", "Übung")
    assert rb"\xdcbung" in real("list", "list", PYTHONIOENCODING="ascii").stdout
    document = json.loads(real("list", "list", "--json", PYTHONIOENCODING="ascii").stdout)
    assert document["lists"][0]["name"] == "Übung"


def test_an_export_goes_into_a_pipe(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("key create")
    pipe = data / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        assert real("export", str(pipe), "--format", "ndjson")
        assert reader.communicate(timeout=30)[0] == b""
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    told = real("export", "-", "--format", "parquet")
    assert told.stdout.startswith(b"PAR1")
    assert b"0 events (parquet)" in told.stderr


def test_an_export_to_stdout_stands_between_what_others_write_there(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("key create")
    shell = 'echo before; "$0" export - --format ndjson; "$0" export /dev/stdout --format ndjson; echo after'
    command = Path(sys.executable).with_name("bowerbird")
    file = data / "shared.txt"
    file.write_text("earlier\n")
    with file.open("ab") as stdout:
        subprocess.run(["sh", "-c", shell, command], check=True, stdout=stdout, timeout=60)
    assert file.read_text().splitlines() == ["earlier", "before", "after"]


def test_an_export_through_a_link_leaves_the_link(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("key create")
    link, file = data / "link.ndjson", data / "file.ndjson"
    link.symlink_to(file)
    assert bowerbird(("export", str(link))).code == 0
    assert link.is_symlink()
    assert file.is_file()
    directory = bowerbird(("export", str(data), "--format", "ndjson"))
    assert (directory.code, "is a directory" in directory.err) == (1, True)
