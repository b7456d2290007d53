"""An issuer: what it says about itself, the keys it signs with, and whether a token is its own and for us.

PyJWT and the cryptography under it are 5 MiB, so they are imported by whoever is shown a token, and only then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures only a private key can make. Never `none`, never a shared secret."""
LEEWAY_SECONDS = 60
KEPT_SECONDS = 3600.0
"""How long keys are used before they are read again; an unknown one is asked for at once, but not ever so often."""
ASK_AGAIN_SECONDS = 30.0
LONGEST_TOKEN = 16_384


class IssuerUnreachable(Exception):
    """It did not answer in time, or not as an issuer does."""


class TokenRefused(Exception):
    """`reason` is a word for the log; the token itself is never repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Metadata:
    """What we use of an issuer's description (OpenID Connect Discovery 1.0)."""

    issuer: str
    jwks_uri: str
    end_session_endpoint: str | None


class Provider:
    """Reads descriptions and keys when they are needed, and keeps them for an hour."""

    def __init__(
        self,
        authority: str,
        http: Callable[[], httpx.AsyncClient],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authority = authority.rstrip("/")
        self._http = http
        self._clock = clock
        self._metadata: Metadata | None = None
        self._keys: Mapping[str, PyJWK] = {}
        self._read_at = -KEPT_SECONDS
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Raises IssuerUnreachable."""
        if self._metadata is None:
            found = await self._get(f"{self._authority}/.well-known/openid-configuration")
            try:
                self._metadata = Metadata(
                    str(found["issuer"]), str(found["jwks_uri"]), found.get("end_session_endpoint")
                )
            except (KeyError, TypeError, AttributeError) as odd:
                raise IssuerUnreachable(self._authority) from odd
            if self._metadata.issuer.rstrip("/") != self._authority:
                # Discovery 4.3: a description that names another issuer is not this one's.
                self._metadata = None
                raise IssuerUnreachable(self._authority)
        return self._metadata

    async def verify(self, token: str, *, audience: str, nonce: str | None = None) -> dict[str, Any]:
        """The claims of a token that this issuer signed for this audience and that holds now. Raises TokenRefused."""
        import jwt

        key = await self._key_of(token)
        metadata = await self.metadata()
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=audience,
                issuer=metadata.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.MissingRequiredClaimError as wrong:
            raise TokenRefused(f"without {wrong.claim}") from wrong
        except jwt.PyJWTError as wrong:
            raise TokenRefused(type(wrong).__name__) from wrong
        if nonce is not None and claims.get("nonce") != nonce:
            raise TokenRefused("nonce")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != audience:
            # OIDC core 3.1.3.7: a token for several must name us as the one it was made for.
            raise TokenRefused("azp")
        return claims

    async def _key_of(self, token: str) -> PyJWK:
        import jwt

        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("too_long")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as wrong:
            raise TokenRefused("unreadable") from wrong
        if header.get("alg") not in ALGORITHMS:
            raise TokenRefused("algorithm")
        kid = str(header.get("kid", ""))
        age = self._clock() - self._read_at
        if age > KEPT_SECONDS or (kid not in self._keys and age > ASK_AGAIN_SECONDS):
            await self._read_keys()
        if kid not in self._keys:
            raise TokenRefused("unknown_key")
        return self._keys[kid]

    async def _read_keys(self) -> None:
        """One at a time; an issuer that is away for a while is answered for by the keys it had."""
        from jwt import PyJWKSet, PyJWTError

        before = self._read_at
        async with self._lock:
            if self._read_at != before:
                return
            try:
                found = PyJWKSet.from_dict(await self._get((await self.metadata()).jwks_uri))
            except (PyJWTError, TypeError, AttributeError) as odd:
                raise IssuerUnreachable(self._authority) from odd
            except IssuerUnreachable:
                if not self._keys:
                    raise
                self._read_at = self._clock() - KEPT_SECONDS + ASK_AGAIN_SECONDS
                return
            self._keys = {
                str(key.key_id or ""): key for key in found.keys if key.public_key_use in (None, "sig")
            }
            self._read_at = self._clock()

    async def _get(self, url: str) -> Any:
        try:
            response = await self._http().get(url)
            response.raise_for_status()
            return response.json()
        except (httpx.HTTPError, ValueError) as away:
            raise IssuerUnreachable(url) from away
