"""Random tokens, and the only thing that is kept of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, safe in a cookie and in a header."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Plain SHA-256: the token is random, so there is nothing to guess and nothing to salt."""
    return hashlib.sha256(token.encode()).digest()


def keyed(token: str, purpose: str) -> bytes:
    """A value only the holder of the token can name, and which tells nothing about the token."""
    return hmac.digest(token.encode(), purpose.encode(), "sha256")
