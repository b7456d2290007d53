"""What the catalogue's texts and keys are made of, and the classes a case may have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Described

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Paragraphs = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Nok = Annotated[int, Described(ge=0, le=1_000_000_000)]


class Value(BaseModel):
    """Frozen and strict about names: an unknown key is a mistake in the text."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class Text(Value):
    """A short text that must exist in all three languages."""

    nb: Line
    nn: Line
    en: Line

    def in_language(self, language: str) -> str:
        return str(getattr(self, language)) if language in LANGUAGES else self.nb


class Prose(Value):
    """A longer text: bokmål always, the others fall back to it."""

    nb: Paragraphs
    nn: Paragraphs | None = None
    en: Paragraphs | None = None

    def in_language(self, language: str) -> str:
        return (getattr(self, language, None) if language in LANGUAGES else None) or self.nb


class Confidentiality(StrEnum):
    """Who may read the ticket. `open` means open to the unit that solves it."""

    OPEN = "open"
    PERSONAL = "personal"
    PERSONNEL = "personnel"
    WHISTLEBLOWING = "whistleblowing"
