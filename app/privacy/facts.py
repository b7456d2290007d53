"""One thing that is told in the file, and a heading with what stands under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Fact:
    what: str
    value: str


@dataclass(frozen=True)
class Section:
    key: str
    facts: tuple[Fact, ...]


def days(first: date, last: date | None) -> str:
    return f"{first.isoformat()} – {last.isoformat() if last else ''}".strip()


def line(*parts: object) -> str:
    """What is there, with commas between."""
    return ", ".join(str(part) for part in parts if part not in (None, ""))
