"""How this machine runs Bowerbird: read from `bowerbird.toml` in the data directory and from `BOWERBIRD_*`."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bowerbird.errors import SettingInvalidError

_MEMORY = re.compile(r" *[0-9]+(\.[0-9]+)? *([KMGT]I?)?B *", re.IGNORECASE)


def _memory(text: str) -> str:
    if not _MEMORY.fullmatch(text):
        raise ValueError(f"{text!r} is no amount of memory, such as 2GB")
    return text


class Settings(BaseSettings):
    """Environment variables (`BOWERBIRD_PORT`, …) win over `<data>/bowerbird.toml`, which wins over defaults."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_", env_ignore_empty=True, extra="forbid")

    data: Path = Field(Path("bowerbird-data"), description="The data directory: log, state and warehouse.")
    host: str = Field("127.0.0.1", min_length=1, description="Address that both ports listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The collector's port; 0 takes a free one.")
    console_port: int = Field(8001, ge=0, le=65535, description="The console and API port; 0 takes a free one.")
    workers: int = Field(2, ge=1, le=64, description="Collector processes.")
    body_limit: int = Field(6_000_000, ge=1024, description="Largest request body in bytes, decompressed.")
    segment_bytes: int = Field(256_000_000, ge=4096, description="A log segment is closed at this size.")
    log_keep_days: int = Field(0, ge=0, description="Days a closed log segment is kept after processing; 0: for ever.")
    batch_events: int = Field(10_000, ge=1, description="Most events in one processing batch.")
    warehouse_memory: Annotated[str, AfterValidator(_memory)] = Field("2GB", description="DuckDB's memory limit.")
    warehouse_threads: int = Field(2, ge=1, description="DuckDB's threads.")
    public_url: str = Field("", description="The console's address in links; default: its own address.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Adds the data directory's TOML file, which is found through the other sources."""
        named = init_settings().get("data") or env_settings().get("data") or "bowerbird-data"
        toml = TomlConfigSettingsSource(settings_cls, Path(named) / "bowerbird.toml")
        if "data" in toml():
            raise SettingInvalidError(
                f"`data` stands in {Path(named) / 'bowerbird.toml'}, which is found in the data directory itself",
                "Take it out, and name the directory with --data or BOWERBIRD_DATA.",
            )
        return init_settings, env_settings, toml
