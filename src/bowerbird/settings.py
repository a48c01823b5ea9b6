"""How this machine runs Bowerbird: read from `bowerbird.toml` in the data directory and from `BOWERBIRD_*`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """Environment variables (`BOWERBIRD_PORT`, …) win over `<data>/bowerbird.toml`, which wins over defaults."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_", extra="forbid")

    data: Path = Field(Path("bowerbird-data"), description="The data directory: log, state and warehouse.")
    host: str = Field("127.0.0.1", description="Address that both ports listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The collector's port; 0 takes a free one.")
    console_port: int = Field(8001, ge=0, le=65535, description="The console and API port; 0 takes a free one.")
    workers: int = Field(2, ge=1, le=64, description="Collector processes.")
    body_limit: int = Field(6_000_000, ge=1024, description="Largest request body in bytes, decompressed.")
    segment_bytes: int = Field(256_000_000, ge=4096, description="A log segment is closed at this size.")
    log_keep_days: int = Field(0, ge=0, description="Days a closed log segment is kept after processing; 0: for ever.")
    batch_events: int = Field(10_000, ge=1, description="Most events in one processing batch.")
    warehouse_memory: str = Field("2GB", description="DuckDB's memory limit.")
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
        return init_settings, env_settings, toml
