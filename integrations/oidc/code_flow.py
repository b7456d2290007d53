"""Authorization code with PKCE, nonce and state, by MSAL. Synchronous and calls out: for a thread, with a time-out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from integrations.oidc.provider import IssuerUnreachable, TokenRefused

SEEN_WITHIN_SECONDS = 300
"""Whoever proves anew who they are was asked so lately, by the issuer's word (`auth_time`). Not 0: there are issuers
that ask for ever then, since what was proved a second ago is older."""


@dataclass(frozen=True)
class Client:
    """How we are known to an issuer."""

    authority: str
    client_id: str
    client_secret: str | None
    ca_file: Path | None = None


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what must be remembered of it until it comes back (JSON)."""

    uri: str
    state: str
    flow: dict[str, Any]


@dataclass(frozen=True)
class Tokens:
    """`id_token` is read by nobody yet: MSAL (since 1.38) leaves its signature and claims to `Provider.verify`."""

    id_token: str
    access_token: str | None
    nonce: str
    """What the id token must say: the hash that was sent, of the nonce that was kept."""


class CodeFlow:
    """MSAL's client of one issuer, built on first use: building it asks the issuer about itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._built: Any = None

    def close(self) -> None:
        if self._built is not None:
            self._built.http_client.close()

    def begin(
        self,
        redirect_uri: str,
        *,
        scopes: tuple[str, ...] = (),
        acr_values: str = "",
        again: bool = False,
        choose: bool = False,
    ) -> Begun:
        """`again`: the person must prove who they are anew, whatever session they have with the issuer.

        `choose`: they may come back as somebody else than they are there.
        """
        wishes: dict[str, Any] = {"prompt": "login"} if choose else {}
        if again:
            wishes = {"prompt": "login", "max_age": SEEN_WITHIN_SECONDS}
        flow = self._asked(
            lambda app: app.initiate_auth_code_flow(list(scopes), redirect_uri=redirect_uri, **wishes)
        )
        uri = str(flow.pop("auth_uri"))
        if acr_values:
            uri += "&" + urlencode({"acr_values": acr_values})
        return Begun(uri, str(flow["state"]), flow)

    def finish(self, flow: dict[str, Any], answer: Mapping[str, str]) -> Tokens:
        """Trade the code for tokens. Raises TokenRefused with the reason when it is not the answer to this flow."""
        try:
            given = self._asked(lambda app: app.acquire_token_by_auth_code_flow(dict(flow), dict(answer)))
        except (ValueError, RuntimeError) as mismatch:
            # State, nonce or age of the sign-in; MSAL's own words may quote the token, so they go no further.
            raise TokenRefused("flow") from mismatch
        if "error" in given:
            raise TokenRefused(str(given["error"])[:60])
        if not given.get("id_token"):
            raise TokenRefused("no_id_token")
        return Tokens(str(given["id_token"]), given.get("access_token"), _nonce_sent(flow))

    def _asked(self, question: Any) -> Any:
        # 60 ms and 10 MiB to import, so only where somebody signs in.
        from integrations.oidc import msal_client

        try:
            with self._lock:
                if self._built is None:
                    self._built = msal_client.built(
                        self._client.authority,
                        self._client.client_id,
                        self._client.client_secret,
                        self._client.ca_file,
                    )
            return question(self._built)
        except msal_client.AWAY as away:
            raise IssuerUnreachable(self._client.authority) from away


def _nonce_sent(flow: Mapping[str, Any]) -> str:
    """MSAL keeps the nonce and sends its SHA-256 (OIDC core, 15.5.2)."""
    import hashlib

    return hashlib.sha256(str(flow["nonce"]).encode("ascii")).hexdigest()
