"""Norwegian alphabetical order as a stored key, because the embedded PostgreSQL has no ICU collations."""

from __future__ import annotations

import unicodedata

_AFTER_Z = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})


def sort_key(text: str) -> str:
    """A lower-case key that sorts a–z æ ø å under the C collation; «aa» counts as å, accents do not count."""
    folded = text.casefold().replace("aa", "å").translate(_AFTER_Z)
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
