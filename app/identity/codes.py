"""Codes that people carry: 125 random bits, in letters that are read aloud without mistake."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
LETTERS, GROUP = 25, 5
REFERENCE_LETTERS = 8
ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code() -> str:
    """«7KQ4M-X0T2B-…»"""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)), GROUP)


def code_of(digest: bytes) -> str:
    """The code that a digest of at least 16 bytes makes: the same one gives the same code."""
    number = int.from_bytes(digest)
    return _grouped("".join(ALPHABET[number >> 5 * place & 31] for place in range(LETTERS)), GROUP)


def new_reference() -> str:
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LETTERS)), 4)


def read_code(text: str) -> str | None:
    """The code as it was given, however it was typed; None for what cannot be one."""
    letters = "".join(c for c in text.upper() if c not in " -\t\n\r").translate(ALIKE)
    if len(letters) != LETTERS or not set(letters) <= set(ALPHABET):
        return None
    return _grouped(letters, GROUP)


def _grouped(letters: str, size: int) -> str:
    return "-".join(letters[start : start + size] for start in range(0, len(letters), size))
