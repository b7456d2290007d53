"""What a new version changes for those who live by it, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from app.agreements.reading import Reading
from app.web.i18n import say


@dataclass(frozen=True)
class Change:
    """One line; `before` is empty when it is new, `after` when it is taken away."""

    what: str
    before: str
    after: str


def changes(before: Reading, after: Reading, language: str) -> tuple[Change, ...]:
    """In the order of the new version, what it no longer says last."""
    old, new = dict(before.lines()), dict(after.lines())
    return tuple(
        Change(_label(key, language), old.get(key, ""), new.get(key, ""))
        for key in (*new, *(key for key in old if key not in new))
        if old.get(key) != new.get(key)
    )


def _label(key: str, language: str) -> str:
    return ": ".join(say(language, part) for part in key.split("|"))
