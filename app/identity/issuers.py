"""The issuers this installation believes, with the clients that talk to them. Made once for each process."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import httpx

from app.identity.directory import Rule, read_rules
from app.issuer_settings import Issuer
from app.settings import Settings
from integrations.oidc.code_flow import Client, CodeFlow
from integrations.oidc.provider import Provider

OIDC, IDPORTEN = "oidc", "idporten"
AT_ONCE = 8
"""How many sign-ins may talk to an issuer at once in this process; the rest wait a moment."""
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class SignInIssuer:
    """One way in. `key` is part of the address the browser comes back to, so that answers cannot be mixed up."""

    key: str
    settings: Issuer
    provider: Provider
    flow: CodeFlow
    rules: tuple[Rule, ...] = ()


@dataclass
class Issuers:
    sign_in: dict[str, SignInIssuer]
    systems: Provider | None
    http: HttpClients
    _limiter: anyio.CapacityLimiter | None = None

    @property
    def limiter(self) -> anyio.CapacityLimiter:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(AT_ONCE)
        return self._limiter

    async def close(self) -> None:
        for issuer in self.sign_in.values():
            issuer.flow.close()
        await self.http.close()


@dataclass
class HttpClients:
    """One for each certificate authority, opened on first use."""

    _open: dict[Path | None, httpx.AsyncClient] = field(default_factory=dict)

    def __call__(self, ca_file: Path | None = None) -> httpx.AsyncClient:
        if ca_file not in self._open:
            trust = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True
            self._open[ca_file] = httpx.AsyncClient(verify=trust, timeout=TIMEOUT_SECONDS)
        return self._open[ca_file]

    async def close(self) -> None:
        while self._open:
            await self._open.popitem()[1].aclose()


def issuers_of(settings: Settings) -> Issuers:
    """Nothing is asked yet; only files of secrets and rules are read, so that what is wrong with them is told at once."""
    http = HttpClients()
    rules = read_rules(settings.groups_file) if settings.groups_file else ()
    configured = ((OIDC, settings.oidc, rules), (IDPORTEN, settings.idporten, ()))
    return Issuers(
        sign_in={key: _issuer(key, issuer, followed, http) for key, issuer, followed in configured if issuer},
        systems=_provider(settings.systems.authority, settings.systems.ca_file, http)
        if settings.systems
        else None,
        http=http,
    )


def _issuer(key: str, issuer: Issuer, rules: tuple[Rule, ...], http: HttpClients) -> SignInIssuer:
    client = Client(issuer.authority, issuer.client_id, issuer.secret, issuer.ca_file)
    return SignInIssuer(
        key, issuer, _provider(issuer.authority, issuer.ca_file, http), CodeFlow(client), rules
    )


def _provider(
    authority: str, ca_file: Path | None, http: Callable[[Path | None], httpx.AsyncClient]
) -> Provider:
    return Provider(authority, partial(http, ca_file))
