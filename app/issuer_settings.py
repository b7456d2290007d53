"""Who tells us who people are, and whose tokens systems come with: parts of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

SECRETS = ("client_secret", "subject_key")


def _https(url: str) -> str:
    """The issuer exactly as it names itself: what is read there decides who people are."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be https, as https://login.microsoftonline.com/<tenant>/v2.0")
    return url.rstrip("/")


class Issuer(BaseModel):
    """Somebody who tells us who people are: Entra ID, ID-porten, or any other OpenID Connect issuer."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    authority: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    ca_file: Path | None = None
    """PEM, when the issuer's certificate is not of a public authority."""
    title: str = ""
    """What stands on the button when there is more than one way in."""
    scopes: str = ""
    """Asked for beside `openid profile`, with spaces between."""
    subject_claim: str = "sub"
    """Entra: `oid`, which other systems know too. ID-porten: `pid`."""
    subject_key: SecretStr | None = None
    subject_key_file: Path | None = None
    """Keeps the subject as a keyed hash: what is a national identity number is never stored."""
    groups_claim: str = "groups"
    roles_claim: str = "roles"
    acr_values: str = ""
    """Levels of assurance to ask for, with spaces between; the answer must be one of them."""
    graph_url: str = "https://graph.microsoft.com/v1.0"
    """Where groups are asked for when the token has no room for them."""

    _authority = field_validator("authority")(_https)

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: Any) -> Any:
        """`…_CLIENT_SECRET_FILE=/run/secrets/entra` instead of the secret itself; `…_SUBJECT_KEY_FILE` likewise."""
        return {**given, **_read(given)} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _number_is_keyed(self) -> Issuer:
        if self.subject_claim == "pid" and self.subject_key is None:
            raise ValueError("a national identity number (pid) needs SUBJECT_KEY, so that it is never stored")
        return self

    @property
    def secret(self) -> str | None:
        return self.client_secret.get_secret_value() if self.client_secret else None


class TokenIssuer(BaseModel):
    """Somebody who gives systems their access tokens (OAuth 2.0 client credentials): Entra ID, Maskinporten."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    authority: str
    audience: str = Field(min_length=1)
    """What their tokens must be made for: our API's name with the issuer."""
    ca_file: Path | None = None
    client_claim: str = "client_id"
    """Which claim names the system. Entra: `azp`."""
    scope: str = ""
    """A scope every token must hold; empty: the register of systems is enough."""

    _authority = field_validator("authority")(_https)


def _read(given: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name in SECRETS:
        path = given.get(f"{name}_file")
        if path is None:
            continue
        if name in given:
            raise ValueError(f"{name} and {name}_file are both set; keep one")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}_file cannot be read: {type(error).__name__}") from None
    return found
