"""MSAL's own client of one issuer, and what it calls out with. Imported by whoever signs somebody in, and only then."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msal
import requests

TIMEOUT_SECONDS = 8.0


class Undiscovered(Exception):
    """The issuer's own description is missing or is not of this issuer."""


AWAY = (requests.RequestException, Undiscovered)
"""What a call to the issuer raises when there is nobody to talk to."""


class Nothing(msal.TokenCache):  # type: ignore[misc]
    """Tokens of people are used once and kept nowhere."""

    def add(self, event: Any, now: Any = None) -> None: ...


class Http(requests.Session):
    """With a time-out on every call, and the given CA: one from the environment would win over `Session.verify`."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__()
        self._ca = str(ca_file) if ca_file else True

    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **{"timeout": TIMEOUT_SECONDS} | options | {"verify": self._ca})


def built(authority: str, client_id: str, client_secret: str | None, ca_file: Path | None) -> Any:
    """Asks the issuer about itself. Raises one of `AWAY` when it does not answer, or not as itself."""
    # It would have the answer posted, which a browser does without the cookie that proves who asked.
    warnings.filterwarnings("ignore", "response_mode", UserWarning)
    http = Http(ca_file)
    try:
        return msal.ConfidentialClientApplication(
            client_id,
            client_credential=client_secret,
            oidc_authority=_as_msal_takes_it(authority),
            http_client=http,
            token_cache=Nothing(),
            exclude_scopes=["offline_access"],
        )
    except ValueError as unreadable:
        raise Undiscovered from unreadable


def _as_msal_takes_it(authority: str) -> str:
    """MSAL refuses an issuer without a path, which ID-porten is. «/.» is a path, and HTTP leaves it out again."""
    return authority if urlsplit(authority).path.strip("/") else f"{authority}/."
