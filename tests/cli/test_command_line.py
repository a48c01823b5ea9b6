"""The frame around the verbs: where options may stand, how errors are told, how fast help is."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from pydantic import ValidationError

from bowerbird import __version__
from bowerbird.cli.invocation import Invocation
from bowerbird.cli.main import VERBS, hoist
from bowerbird.cli.output import Output
from bowerbird.errors import BowerbirdError
from bowerbird.registry.workspaces import Workspaces
from bowerbird.settings import Settings

Bowerbird = Callable[..., Any]
SLOW = ("sqlalchemy", "duckdb", "pydantic", "rich.console", "lmdb", "numpy", "fastapi", "nicegui", "uvicorn")


def real(*args: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The installed command in a process of its own."""
    command = Path(sys.executable).with_name("bowerbird")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BOWERBIRD_")}
    return subprocess.run(
        [command, *args], check=False, capture_output=True, text=True, env=clean | environment, timeout=60
    )


def test_the_installed_command_makes_a_key(tmp_path: Path) -> None:
    made = real("key", "create", "--data", str(tmp_path / "d"), "--scope", "events:write", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    assert msgspec.json.decode(made.stdout)["secret"].startswith("bb_")
    listed = real("key", "list", "--json", BOWERBIRD_DATA=str(tmp_path / "d"))
    assert len(msgspec.json.decode(listed.stdout)["keys"]) == 1


def test_the_installed_command_tells_an_error_and_nothing_of_its_inside(tmp_path: Path) -> None:
    failed = real("--data", str(tmp_path / "d"), "--json", "key", "revoke", "key_none")
    assert failed.returncode == 1
    assert failed.stdout == ""
    error = msgspec.json.decode(failed.stderr)["error"]
    assert error["message"] == "there is no key 'key_none'"
    assert error["hint"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WAREHOUSE_MEMORY", "lots", "'lots' is no amount of memory, such as 2GB"),
        ("DATA", __file__, "is no directory"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(tmp_path: Path, name: str, value: str, told: str) -> None:
    failed = real("key", "list", **{"BOWERBIRD_DATA": str(tmp_path / "d"), f"BOWERBIRD_{name}": value})
    assert (failed.returncode, told in failed.stderr, "unexpected" in failed.stderr) == (1, True, False)


@pytest.mark.parametrize("content", [b"\xff", b"port = ", b'data = "elsewhere"'])
def test_a_settings_file_that_makes_no_sense_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bowerbird.toml").write_bytes(content)
    failed = real("key", "list", BOWERBIRD_DATA=str(tmp_path))
    assert failed.returncode == 1
    assert "bowerbird.toml" in failed.stderr
    assert "unexpected" not in failed.stderr


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOWERBIRD_HOST", "")
    monkeypatch.setenv("BOWERBIRD_DATA", "")
    settings = Settings()
    assert (settings.host, settings.data) == ("127.0.0.1", Path("bowerbird-data"))
    with pytest.raises(ValidationError):
        Settings(host="")


def test_another_users_data_directory_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that one user makes there, the server of the other cannot change."""
    assert real("key", "create", BOWERBIRD_DATA=str(tmp_path)).returncode == 0
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(BowerbirdError, match="belongs to user") as refused:
        Invocation(tmp_path, Output()).settings()
    assert "sudo -u" in refused.value.hint


def test_help_imports_nothing_slow() -> None:
    script = (
        "import sys\nfrom bowerbird.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {SLOW!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "[]"
    assert "workspace" in ran.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(bowerbird: Bowerbird, verb: str) -> None:
    assert isinstance(getattr(import_module(VERBS[verb].module), VERBS[verb].attribute), typer.Typer)
    told = bowerbird(f"{verb} --help")
    assert told.code == 0
    assert "Everywhere: --data DIR" in told.out
    assert (f"\n  {verb} " in bowerbird("--help").out) is not VERBS[verb].hidden


def test_data_and_json_may_stand_anywhere(bowerbird: Bowerbird, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    bowerbird(f"workspace create acme --data {other}")
    for line in (
        f"--data {other} --json workspace show acme",
        f"--data={other} workspace --json show acme",
        f"workspace --data {other} show acme --json",
        f"workspace show --json --data={other} acme",
    ):
        assert bowerbird(line).document["name"] == "acme"
    assert bowerbird("workspace show acme").code == 1, "BOWERBIRD_DATA is another directory"


@pytest.mark.parametrize(
    ("args", "hoisted"),
    [
        (["key", "list"], ["key", "list"]),
        (["key", "list", "--json", "--data", "d"], ["--json", "--data", "d", "key", "list"]),
        (["a", "--data=d", "b"], ["--data=d", "a", "b"]),
        (["a", "--", "--json", "--data"], ["a", "--", "--json", "--data"]),
        (["a", "--data", "--json"], ["--data", "--json", "a"]),
        ([], []),
    ],
)
def test_everything_before_two_dashes_is_hoisted(args: list[str], hoisted: list[str]) -> None:
    assert hoist(args) == hoisted


@pytest.mark.parametrize(
    "line",
    [
        "frobnicate",
        "key",
        "key frobnicate",
        "key create --frobnicate",
        "user create",
        "workspace set default",
        "workspace show",
        "--data",
        "key list --data",
    ],
)
def test_wrong_usage_exits_2(bowerbird: Bowerbird, line: str) -> None:
    ran = bowerbird(line)
    assert ran.code == 2
    assert "Usage" in ran.out + ran.err or "--data" in ran.err


def test_a_near_miss_is_suggested(bowerbird: Bowerbird) -> None:
    assert "Did you mean 'workspace'?" in bowerbird("workspac list").err


def test_the_version_is_told(bowerbird: Bowerbird) -> None:
    assert bowerbird("--version").out == f"bowerbird {__version__}\n"


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (BowerbirdError("it broke", "mend it"), "error: it broke\nhint:  mend it\n"),
        (BowerbirdError("it broke"), "error: it broke\n"),
        (PermissionError(13, "Permission denied", "/x"), "error: Permission denied: /x\n"),
        (
            KeyError("oops"),
            "error: unexpected KeyError: 'oops'\nhint:  BOWERBIRD_TRACEBACK=1 shows where it comes from\n",
        ),
    ],
)
def test_whatever_is_raised_ends_in_a_sentence(
    bowerbird: Bowerbird, monkeypatch: pytest.MonkeyPatch, raised: Exception, told: str
) -> None:
    def fail(_: Workspaces) -> None:
        raise raised

    monkeypatch.setattr(Workspaces, "all", fail)
    ran = bowerbird("workspace list")
    assert (ran.code, ran.out, ran.err) == (1, "", told)


def test_settings_that_make_no_sense_are_named(
    bowerbird: Bowerbird, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOWERBIRD_PORT", "many")
    ran = bowerbird("key list")
    assert ran.code == 1
    assert "port: " in ran.err
    monkeypatch.delenv("BOWERBIRD_PORT")
    data.mkdir()
    (data / "bowerbird.toml").write_text("port = = 1")
    ran = bowerbird("key list")
    assert ran.code == 1
    assert "bowerbird.toml cannot be read" in ran.err
