"""How calendars and agreements are written: windows of a day, dates, zones, titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
)

DAY_MINUTES = 24 * 60
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""No promise reaches beyond these."""
NOT_ZONES = re.compile(r"localtime|posixrules|Factory|(posix|right)/.*")
"""What a machine may hold beside the zones of IANA: its own hour, and clocks that count leap seconds."""


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS = tuple(Weekday)
"""In the order of `date.weekday()`."""


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` until `closes`, in minutes after midnight of the day it opens on."""

    opens: int
    closes: int

    @classmethod
    def read(cls, written: object) -> Window:
        """From `08:00-15:30`. An end before its start is on the next day; equal ends are no time at all."""
        if isinstance(written, Window):
            return written
        found = re.fullmatch(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", str(written))
        if found is None:
            raise ValueError(f"skriv åpent fra og til som 08:00-15:30, ikke «{written}»")
        hour, minute, end_hour, end_minute = map(int, found.groups())
        opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or opens >= DAY_MINUTES or closes > DAY_MINUTES:
            raise ValueError(f"«{written}» er ikke klokkeslett i et døgn")
        return cls(opens, closes + DAY_MINUTES if closes < opens else closes)

    def __str__(self) -> str:
        closes = self.closes - DAY_MINUTES if self.closes > DAY_MINUTES else self.closes
        return f"{self.opens // 60:02}:{self.opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


def _iso_day(written: object) -> object:
    # Left alone, Pydantic reads a bare number as seconds since 1970.
    if isinstance(written, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError(f"skriv datoen som 2026-12-24, ikke «{written}»")
    return written


def _near_day(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} er ikke mellom {FIRST_YEAR} og {LAST_YEAR}")
    return day


def _season_day(written: str) -> str:
    form = r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}"
    try:
        if not re.fullmatch(form, written):
            raise ValueError
        day = date.fromisoformat(written if len(written) == 10 else f"2000-{written}")  # has a 29 February
    except ValueError:
        raise ValueError(f"skriv datoen som 05-15 (hvert år) eller 2026-05-15, ikke «{written}»") from None
    _near_day(day)
    return written


def _known_zone(written: str) -> str:
    try:
        if NOT_ZONES.fullmatch(written):
            raise ValueError
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        raise ValueError(f"tidssonen «{written}» finnes ikke") from None
    return written


Hours = Annotated[Window, PlainValidator(Window.read), PlainSerializer(str)]
Weekly = dict[Weekday, tuple[Hours, ...]]
Day = Annotated[date, BeforeValidator(_iso_day), AfterValidator(_near_day)]
SeasonDay = Annotated[str, AfterValidator(_season_day)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Title(BaseModel):
    """In bokmål, nynorsk and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nb: Words
    nn: Words
    en: Words
