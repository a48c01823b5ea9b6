"""What every verb is given: where the data is, and how to speak."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from bowerbird.cli.output import Output
from bowerbird.errors import SettingInvalidError

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
            return Settings(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            broken = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingInvalidError(
                f"settings make no sense: {broken}",
                "look at the options, at bowerbird.toml in the data directory, and at BOWERBIRD_*",
            ) from None
        except TOMLDecodeError as error:
            raise SettingInvalidError(f"bowerbird.toml cannot be read: {error}", "mend the file's syntax") from None

    @contextmanager
    def registry(self) -> Iterator["OperatedRegistry"]:
        """The registry of the data directory; a new directory is set up first."""
        from bowerbird.wiring.registry import open_registry

        registry = open_registry(self.settings())
        try:
            yield registry
        finally:
            registry.close()


def invocation(ctx: typer.Context) -> Invocation:
    """`ctx.obj`, typed."""
    return cast(Invocation, ctx.obj)
