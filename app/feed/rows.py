"""What a source says about one person, before anybody has asked what it means here. Plain values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from app.people.engaging import DAY, Span


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """One line about one job. Several lines with the same key are its periods: it changes where the next begins."""

    key: str
    """The job's own, unchanged when it moves; unique within the source."""
    org_unit: str
    """By key, name, or ansvar where only one place has it."""
    starts_on: date | None
    """None: the source does not say. Then it began the day we were told."""
    ends_on: date | None = None
    kind: str = ""
    """By key or name; empty: the usual one."""
    position_code: str = ""
    title: str = ""
    percent: Decimal = Decimal(100)
    leader: str = ""
    """By employee number, e-mail address, or «#» and the id here; empty: the place's own."""
    sponsor: str = ""
    contract_reference: str = ""
    legal_basis: str = ""
    last_shift_ends: str = ""
    """«22:00» on the last day, or day and time; empty: the source does not know the rota."""
    leaves: tuple[Span, ...] | None = None
    """None: the source does not say. Else all there are."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Everything a source says about one person."""

    source: str
    """«hr», «scim»: who says it. Only the same source may take back what it has said."""
    key: str
    """Of the person in that source."""
    name: str
    employee_number: str | None = None
    subject: str | None = None
    """Who they are where people sign in."""
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    active: bool | None = None
    """False: nobody from the next request on. None: the source does not say."""
    engagements: tuple[EngagementRow, ...] | None = None
    """None: the source says nothing about jobs. Else all there are."""


class Found(StrEnum):
    """Why a row, or a part of it, could not be used. What it said stays as it was."""

    UNKNOWN_PLACE = "unknown_place"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_LAW = "unknown_law"
    NO_END = "no_end"
    """A consultant, or somebody hired in, without a last day."""
    NO_SPONSOR = "no_sponsor"
    NO_CONTRACT = "no_contract"
    NO_LAW = "no_law"
    PERIOD = "period"
    PERCENT = "percent"
    LAST_SHIFT = "last_shift"
    """Neither a time of the last day, nor one before noon the day after."""
    TWO_PEOPLE = "two_people"
    """The number is one person's and the sign-in another's."""
    OTHER_NUMBER = "other_number"
    """The person has another employee number already."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`about` is the job's key, empty for the person; `said` what could not be used."""

    found: Found
    about: str = ""
    said: str = ""


def periods(lines: tuple[EngagementRow, ...]) -> dict[str, tuple[EngagementRow, ...]]:
    """By the job's key: its lines in the order they begin, each until the day before the next."""
    by_key: dict[str, list[EngagementRow]] = {}
    for line in lines:
        by_key.setdefault(line.key, []).append(line)
    return {key: _one_after_another(found) for key, found in by_key.items()}


def _one_after_another(lines: list[EngagementRow]) -> tuple[EngagementRow, ...]:
    lines = sorted(lines, key=lambda line: line.starts_on or date.min)
    for place, later in enumerate(lines[1:]):
        line = lines[place]
        if later.starts_on is not None and (line.ends_on is None or line.ends_on >= later.starts_on):
            lines[place] = replace(line, ends_on=later.starts_on - DAY)
    return tuple(lines)


_ROWS = TypeAdapter(PersonRow)


def packed(row: PersonRow) -> dict[str, Any]:
    """To be kept while somebody is asked."""
    packed: dict[str, Any] = _ROWS.dump_python(row, mode="json")
    return packed


def unpacked(kept: Mapping[str, Any]) -> PersonRow:
    return _ROWS.validate_python(kept)
