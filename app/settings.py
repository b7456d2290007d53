"""Every setting of a running Skranke, read once from the environment (`SKRANKE_…`), secrets also from files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.issuer_settings import Issuer, TokenIssuer

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class FromFiles(PydanticBaseSettingsSource):
    """`SKRANKE_SMTP_PASSWORD_FILE=/run/secrets/smtp` instead of `SKRANKE_SMTP_PASSWORD`, for every setting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"SKRANKE_{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        if path is None:
            return None, field_name, False
        if name in os.environ:
            raise ValueError(f"{name} and {name}_FILE are both set; keep one")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}_FILE cannot be read: {type(error).__name__}") from None

    def __call__(self) -> dict[str, Any]:
        read = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in read if value is not None}


class Settings(BaseSettings):
    """What an installation decides. Everything about the municipality itself stands in its folders of text.

    A field that is a secret has `repr=False` (or is a SecretStr): it is shown nowhere, and never logged.
    """

    # «SKRANKE_OIDC_CLIENT_ID» is `oidc.client_id`: one split, so names of parts may have underscores.
    model_config = SettingsConfigDict(
        env_prefix="SKRANKE_",
        extra="ignore",
        frozen=True,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        hide_input_in_errors=True,
    )

    data: Path | None = None
    """Folder of the embedded database and of attachments; None = chosen by `app.database.embedded`."""
    database_url: str | None = Field(default=None, repr=False)
    """The application's own role, `postgresql://skranke_app@…`; None = the embedded server."""
    owner_database_url: str | None = Field(default=None, repr=False)
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
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_starttls: bool | None = None
    """None = yes, unless the server is this machine. What is asked for must be given: there is no falling back."""
    mail_from: str = "Servicesenteret i Fjordvik kommune <servicesenteret@fjordvik.example>"
    deliveries_kept_days: int = Field(default=90, gt=0)
    """How long a delivery is remembered after it was sent; one that was given up stays until somebody has seen it."""

    audit_key: SecretStr | None = Field(default=None, min_length=32)
    """Hashes the chain of the security log; kept where the database's owner cannot read it. None: no key."""
    audit_key_since: int = Field(default=1, ge=1)
    """The first seal that was made with a key, for a chain that was begun without: later ones must have one."""
    audit_old_keys: SecretStr | None = None
    """Keys that were used before, with commas between: old seals are still verified with them."""

    link_key: SecretStr | None = Field(default=None, min_length=32)
    """Makes the codes of personal links that are sent by mail; only their hashes are kept. None: links are not mailed,
    and whoever makes one passes it on."""

    signing_folder: Path | None = None
    """Where contracts are asked to be signed, and receipts read, as files that another program watches. None: nobody is
    asked, and whoever answers for the journey says that it is signed."""

    archive_unit: str = "arkiv"
    """The unit (fagenhet) that keeps the archive: packs what is closed, and approves what is destroyed."""

    payroll_unit: str = "lonn"
    """The unit (fagenhet) that runs the payroll: keeps the list of runs and their cut-offs."""
    hr_map: Path | None = None
    """YAML: what the columns of the HR system's file mean (`integrations/hr/mapping.py`)."""
    hr_most_leaving_percent: float = Field(default=5.0, ge=0, le=100)
    """A file that would leave more of the staff than this without a job is not carried out."""
    hr_unit: str = "hr"
    """The unit (fagenhet) that says whether a new row is somebody who was expected."""

    demo: bool = False
    demo_allow_remote: bool = False
    """A demo is reachable from other machines only when this says so: anybody may become anybody there."""
    oidc: Issuer | None = None
    """Where employees sign in."""
    idporten: Issuer | None = None
    """A second way in, for those without an account: candidates, those who left, staff on the floor."""
    systems: TokenIssuer | None = None
    """Whose access tokens other systems come with."""
    groups_file: Path | None = None
    """YAML: which group or app role of the directory makes somebody what (`app/identity/directory.py`)."""
    targets_file: Path | None = None
    """YAML: which systems give and take access by themselves, and how they are reached (`app/access/targets.py`)."""
    task_sources_file: Path | None = None
    """YAML: which other systems tasks come from, and how each is told that one is done (`app/tasks/sources.py`)."""
    teams_hosts: str = "logic.azure.com,api.powerplatform.com,webhook.office.com"
    """Hosts, with commas between, at which people may have cards posted in Teams, and every host under them. No other
    address is called, so nobody can make Skranke call what stands inside the municipality. Empty: no cards."""
    teams_key: SecretStr | None = Field(default=None, min_length=32)
    """Seals the addresses at which people have their cards posted, so that a copy of the database opens no chat. None:
    no cards."""
    access_tickets_by_itself: bool = False
    """Whether what people do by hand is ordered in tickets by itself too, when somebody begins or leaves."""
    access_most_taken: int = Field(default=50, ge=1)
    """So many may be taken away in one round by themselves; more than that, and none is until somebody has looked."""
    session_idle_hours: int = Field(default=8, gt=0)
    session_absolute_hours: int = Field(default=12, gt=0)
    """A working day: signing in again is one click where the issuer still knows the person."""
    recent_sign_in_minutes: int = Field(default=15, gt=0)
    """How long a sign-in counts as recent, for approving access and for administration."""
    undo_seconds: int = Field(default=10, ge=0, le=60)
    """How long an answer given on the leader's page can be taken back, before anything comes of it."""
    key_longest_days: int = Field(default=365, gt=0)
    """The longest an API key may live."""
    person_requests_per_minute: int = Field(default=600, ge=0)
    """Per process. 0: no limit."""
    address_requests_per_minute: int = Field(default=3000, ge=0)
    """Of those who are not signed in, per process: a whole municipality may come from one address. 0: no limit."""
    trusted_proxies: str = ""
    """Addresses and networks, with commas between, whose X-Forwarded-For and -Proto are believed. Empty: nobody's."""
    reopen_days: int = Field(default=14, gt=0)
    """Calendar days in which a resolved ticket may be reopened; then it closes by itself."""

    @model_validator(mode="after")
    def _demo_is_alone(self) -> Settings:
        """Source: design decision 10. A chooser of people must never stand before real data."""
        if self.demo and self.host not in LOOPBACK and not self.demo_allow_remote:
            raise ValueError(
                "SKRANKE_DEMO=1 listens on loopback only; set SKRANKE_DEMO_ALLOW_REMOTE=1 to accept the risk"
            )
        if self.demo and (self.oidc or self.idporten or self.systems):
            raise ValueError(
                "SKRANKE_DEMO=1 lets anybody be anybody; remove it, or remove SKRANKE_OIDC_…, _IDPORTEN_… and _SYSTEMS_…"
            )
        return self

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Settings:
        if self.smtp_password and not self.smtp_encrypted and self.smtp_host not in LOOPBACK:
            raise ValueError("SKRANKE_SMTP_STARTTLS=0 would send SKRANKE_SMTP_PASSWORD in the clear")
        return self

    @model_validator(mode="after")
    def _tokens_are_told_apart(self) -> Settings:
        """An id token of somebody who signs in must never pass for a system's access token (ASVS 5.0, 9.2.3)."""
        clients = {issuer.client_id for issuer in (self.oidc, self.idporten) if issuer}
        if self.systems and self.systems.audience in clients:
            raise ValueError("SKRANKE_SYSTEMS_AUDIENCE must not be the client id people sign in with")
        return self

    @field_validator("public_url")
    @classmethod
    def _paths_begin_with_a_slash(cls, written: str) -> str:
        return written.rstrip("/")

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, written: str) -> str:
        address = parseaddr(written)[1]
        if not address or not Address(addr_spec=address).domain:
            raise ValueError("must be an address, or «Name <address>»; a name with a comma stands in quotes")
        return written

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses_only(cls, written: str) -> str:
        for part in filter(None, (part.strip() for part in written.split(","))):
            ip_network(part)
        return written

    @property
    def card_key(self) -> str | None:
        """Of `teams_key`. In a demo one that anybody may read here, as anybody may be anybody there."""
        if self.teams_key is not None:
            return self.teams_key.get_secret_value()
        return "a demo keeps no secret from anybody" if self.demo else None

    @property
    def smtp_encrypted(self) -> bool:
        return self.smtp_host not in LOOPBACK if self.smtp_starttls is None else self.smtp_starttls

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FromFiles(settings_cls)

    def secrets(self) -> tuple[str, ...]:
        """Every secret this installation was given: what no log, answer or file may hold."""
        return tuple(dict.fromkeys(_secrets_of(self)))


def _secrets_of(model: BaseModel) -> Iterator[str]:
    for name, field in type(model).model_fields.items():
        match getattr(model, name):
            case BaseModel() as inner:
                yield from _secrets_of(inner)
            case SecretStr() as hidden:
                # Several may stand in one, with commas between.
                yield from (hidden.get_secret_value(), *hidden.get_secret_value().split(","))
            case str() as text if not field.repr:
                password = urlsplit(text).password if "://" in text else text
                yield from (password, unquote(password)) if password else ()


class UnusableSettings(Exception):
    """What is wrong, a line for each setting, without the values: among them are secrets."""


@lru_cache
def get_settings() -> Settings:
    """Raises UnusableSettings."""
    try:
        return Settings()
    except ValidationError as wrong:
        found = (
            ("_".join(map(str, ("SKRANKE", *each["loc"]))).upper(), each["msg"].removeprefix("Value error, "))
            for each in wrong.errors()
        )
        lines = [f"{name}: {said}" if name != "SKRANKE" else said for name, said in found]
    except ValueError as wrong:
        lines = [str(wrong)]
    raise UnusableSettings("\n".join(["Innstillingene kan ikke brukes:", *(f"  {line}" for line in lines)]))
