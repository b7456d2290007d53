"""Authorization code with PKCE, nonce and state, by MSAL. Synchronous and calls out: for a thread, with a time-out."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from integrations.oidc.provider import IssuerUnreachable, TokenRefused

TIMEOUT_SECONDS = 8.0


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
        self._http = _Http(client.ca_file)
        self._built: Any = None

    def close(self) -> None:
        self._http.close()

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
            wishes = {"prompt": "login", "max_age": 0}
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
        try:
            return question(self._app())
        except (requests.RequestException, _Undiscovered) as away:
            raise IssuerUnreachable(self._client.authority) from away

    def _app(self) -> Any:
        # 40 ms and 15 MiB to import, so only where somebody signs in.
        import msal

        class Nothing(msal.TokenCache):  # type: ignore[misc]
            """Tokens of people are used once and kept nowhere."""

            def add(self, event: Any, now: Any = None) -> None: ...

        with self._lock:
            if self._built is None:
                # It would have the answer posted, which a browser does without the cookie that proves who asked.
                warnings.filterwarnings("ignore", "response_mode", UserWarning)
                try:
                    self._built = msal.ConfidentialClientApplication(
                        self._client.client_id,
                        client_credential=self._client.client_secret,
                        oidc_authority=_as_msal_takes_it(self._client.authority),
                        http_client=self._http,
                        token_cache=Nothing(),
                        exclude_scopes=["offline_access"],
                    )
                except ValueError as unreadable:
                    raise _Undiscovered from unreadable
        return self._built


def _as_msal_takes_it(authority: str) -> str:
    """MSAL refuses an issuer without a path, which ID-porten is. «/.» is a path, and HTTP leaves it out again."""
    return authority if urlsplit(authority).path.strip("/") else f"{authority}/."


class _Undiscovered(Exception):
    """The issuer's own description is missing or is not of this issuer."""


class _Http(requests.Session):
    """With a time-out on every call, and the given CA: one from the environment would win over `Session.verify`."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__()
        self._ca = str(ca_file) if ca_file else True

    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **{"timeout": TIMEOUT_SECONDS} | options | {"verify": self._ca})


def _nonce_sent(flow: Mapping[str, Any]) -> str:
    """MSAL keeps the nonce and sends its SHA-256 (OIDC core, 15.5.2)."""
    import hashlib

    return hashlib.sha256(str(flow["nonce"]).encode("ascii")).hexdigest()
