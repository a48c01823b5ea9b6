"""What every verb is given: where the data is, and how to speak."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from bowerbird.cli.output import Output
from bowerbird.errors import BowerbirdError, SettingInvalidError

if TYPE_CHECKING:
    from bowerbird.registry.operators import OperatedRegistry
    from bowerbird.settings import Settings


@dataclass(frozen=True)
class Invocation:
    """`ctx.obj` of every verb."""

    data: Path | None
    """None: as `BOWERBIRD_DATA` says, or `./bowerbird-data`."""
    output: Output

    def settings(self, **overrides: object) -> "Settings":
        """The machine's settings; `overrides` (a verb's own options) win, those that are None aside.
        Raises `SettingInvalidError`."""
        from tomllib import TOMLDecodeError

        from pydantic import ValidationError

        from bowerbird.settings import Settings

        given = {name: value for name, value in {"data": self.data, **overrides}.items() if value is not None}
        try:
            settings = Settings(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            broken = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingInvalidError(
                f"settings make no sense: {broken}",
                "look at the options, at bowerbird.toml in the data directory, and at BOWERBIRD_*",
            ) from None
        except (TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingInvalidError(f"bowerbird.toml cannot be read: {error}", "mend the file's syntax") from None
        except NotADirectoryError:
            raise _no_directory(self.data) from None
        _check_directory(settings.data)
        return settings

    @contextmanager
    def registry(self) -> Iterator["OperatedRegistry"]:
        """The registry of the data directory; a new directory is set up first."""
        from bowerbird.wiring.registry import open_registry

        registry = open_registry(self.settings())
        try:
            yield registry
        finally:
            registry.close()


def _check_directory(data: Path) -> None:
    """What another user's process writes there, the server's own user could neither change nor remove."""
    if not data.exists():
        return
    if not data.is_dir():
        raise _no_directory(data)
    made = data / "registry.db"
    if made.exists() and made.stat().st_uid != os.geteuid():
        owner = _name_of(made.stat().st_uid)
        hint = f"Run this as that user: sudo -u '{owner}' bowerbird …"
        raise BowerbirdError(f"the data directory {data} belongs to user {owner}", hint)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def _no_directory(data: Path | None) -> SettingInvalidError:
    return SettingInvalidError(f"{data} is no directory", "Name one with --data or BOWERBIRD_DATA.")


def invocation(ctx: typer.Context) -> Invocation:
    """`ctx.obj`, typed."""
    return cast(Invocation, ctx.obj)
