"""Where somebody's cards are posted, kept so that the database alone opens no chat: whoever knows the address writes there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CONTEXT = b"skranke: where cards in Teams are posted"
NONCE_BYTES = 12


def seal(address: str, key: str, person_id: int) -> bytes:
    """AES-256-GCM under a key made for this alone; one person's cannot be put in another's row."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, address.encode(), _whose(person_id))


def unseal(sealed: bytes, key: str, person_id: int) -> str | None:
    """None when it was sealed with another key, or for somebody else."""
    # A few megabytes that only the sender needs.
    from cryptography.exceptions import InvalidTag

    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(key).decrypt(nonce, rest, _whose(person_id)).decode()
    except InvalidTag:
        return None


def _cipher(key: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, None, CONTEXT).derive(key.encode()))


def _whose(person_id: int) -> bytes:
    return f"person:{person_id}".encode()
