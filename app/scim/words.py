"""How SCIM compares what is not case exact. Source: scim2_models.default_comparison_key."""

from __future__ import annotations

from unicodedata import normalize


def compared(text: str) -> str:
    return normalize("NFC", normalize("NFC", text).lower())
