"""Whether a row may be about somebody who was expected: a rule, and never more than a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rapidfuzz.fuzz import ratio

from app.database.sortkey import sort_key
from app.feed.difference import Known, Told
from app.feed.rows import PersonRow

NEARLY_THE_SAME = 88.0
"""Of a hundred: a letter or two in a whole name."""
AROUND = timedelta(days=31)
"""A start that was agreed is often moved to the first of a month."""


class Alike(StrEnum):
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    PLACE = "place"
    START = "start"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody without an employee number, whom a leader has said will come. `jobs` have not ended."""

    person_id: int
    name: str
    email: str | None
    phone: str | None
    jobs: tuple[Known, ...]


def likeness(row: PersonRow, told: Sequence[Told], expected: Expected) -> tuple[Alike, ...]:
    """Everything that speaks for it being the same person; empty when it is not enough to ask about.

    The name and one thing more, or an address that two people seldom share.
    """
    found = [Alike.NAME] if names_are_alike(row.name, expected.name) else []
    if row.email and expected.email and row.email.casefold() == expected.email.casefold():
        found.append(Alike.EMAIL)
    if row.phone and expected.phone and _digits(row.phone) == _digits(expected.phone):
        found.append(Alike.PHONE)
    pairs = [(theirs, ours) for theirs in told for ours in expected.jobs]
    if any(theirs.content.org_unit_id == ours.content.org_unit_id for theirs, ours in pairs):
        found.append(Alike.PLACE)
    if any(abs(theirs.span.starts_on - ours.span.starts_on) <= AROUND for theirs, ours in pairs):
        found.append(Alike.START)
    if any(
        theirs.content.position_code and theirs.content.job[2] == ours.content.job[2]
        for theirs, ours in pairs
    ):
        found.append(Alike.POSITION)
    enough = (Alike.NAME in found and len(found) > 1) or Alike.EMAIL in found or Alike.PHONE in found
    return tuple(found) if enough else ()


def names_are_alike(one: str, other: str) -> bool:
    """The first and the last name are the same, or a letter or two differ in the whole: people marry, and mistype."""
    ours, theirs = _words(one), _words(other)
    if not ours or not theirs:
        return False
    ends = (ours[0], ours[-1]) == (theirs[0], theirs[-1])
    return ends or ratio(" ".join(sorted(ours)), " ".join(sorted(theirs))) >= NEARLY_THE_SAME


def _words(name: str) -> list[str]:
    return sort_key(name).replace("-", " ").split()


def _digits(phone: str) -> str:
    """The last eight: a Norwegian number with or without +47."""
    return "".join(c for c in phone if c.isdigit())[-8:]
