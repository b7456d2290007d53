"""Every setting of a running Skranke, read once from the environment (`SKRANKE_…`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """What an installation decides. Everything about the municipality itself stands in its folders of text."""

    model_config = SettingsConfigDict(env_prefix="SKRANKE_", extra="ignore", frozen=True)

    data: Path | None = None
    """Folder of the embedded database and of attachments; None = chosen by `app.database.embedded`."""
    database_url: str | None = None
    """The application's own role, `postgresql://skranke_app@…`; None = the embedded server."""
    owner_database_url: str | None = None
    """The role that migrates. Only `skranke migrate` and the supervisor read it."""
    catalogue_folder: Path = PROJECT / "service_catalog"
    sla_folder: Path = PROJECT / "sla"
    attachments_url: str | None = None
    """Where attachments lie: a folder, or `s3://…` / `az://…`; None = a folder under `data`."""
    attachment_max_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    body_max_bytes: int = Field(default=1024 * 1024, gt=0)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    public_url: str = "http://127.0.0.1:8000"
    pool_size: int = Field(default=8, ge=1)

    smtp_host: str | None = None
    """None = e-mail waits in `deliveries` until a server is configured; nothing is dropped."""
    smtp_port: int = 25
    smtp_username: str | None = None
    smtp_password: str | None = None
    smtp_starttls: bool = False
    mail_from: str = "servicesenteret@fjordvik.example"

    demo: bool = False
    demo_allow_remote: bool = False
    """A demo is reachable from other machines only when this says so: anybody may become anybody there."""
    session_idle_hours: int = Field(default=12, gt=0)
    session_absolute_hours: int = Field(default=24 * 7, gt=0)
    reopen_days: int = Field(default=14, gt=0)
    """Calendar days in which a resolved ticket may be reopened; then it closes by itself."""

    @model_validator(mode="after")
    def _demo_is_alone(self) -> Settings:
        """Source: design decision 10. A chooser of people must never stand before real data."""
        if self.demo and self.host not in LOOPBACK and not self.demo_allow_remote:
            raise ValueError(
                "SKRANKE_DEMO=1 listens on loopback only; set SKRANKE_DEMO_ALLOW_REMOTE=1 to accept the risk"
            )
        return self


@lru_cache
def get_settings() -> Settings:
    return Settings()
