"""When a unit is open: the hours people write, and the working calendar compiled from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from sla.hours import DAY_MINUTES, WEEKDAYS, Day, Hours, SeasonDay, Title, Weekly, Window, Words, Zone
from sla.table import BeyondYears, NeverOpen, OpenTable
from sla.wall_clock import (
    DAY_MICROS,
    MICROSECOND,
    first_showing,
    instant_of,
    micros_of,
    midnight,
    stretches,
    utc,
)

__all__ = ["BeyondYears", "CalendarSource", "NeverOpen", "Season", "Window", "WorkingCalendar"]

YEARLY = len("05-15")
CLOSED_DAYS_MEAN_NEVER = 6000


@dataclass(frozen=True)
class DayLengths:
    """The shortest and the longest ordinary working day of a calendar."""

    shortest: timedelta
    longest: timedelta


class Season(BaseModel):
    """Other weekly hours from `first` to `last`, both included: every year (05-15) or once (2026-05-15)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: SeasonDay
    last: SeasonDay
    weekly: Weekly

    def covers(self, day: date) -> bool:
        """Both forms sort as text; a yearly season whose end is before its start runs over New Year."""
        first, last = self.first, self.last
        shown = day.isoformat()[-len(first) :]
        if first <= last:
            return first <= shown <= last
        return len(first) == YEARLY and (shown >= first or shown <= last)


class CalendarSource(BaseModel):
    """What the YAML holds. The most specific wins: override, closed day or public holiday, season, week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(default=1, ge=1)
    title: Title | None = None
    timezone: Zone
    weekly: Weekly
    seasons: tuple[Season, ...] = ()
    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Country (NO) whose public holidays close the day, or give it the hours below."""
    holiday_hours: tuple[Hours, ...] = ()
    closed: dict[Day, Words] = {}
    """Local closing days, each with its reason."""
    overrides: dict[Day, tuple[Hours, ...]] = {}
    pinned_years: tuple[int, ...] = ()
    public_holidays: dict[Day, str] = {}
    """Those of the pinned years, written out when the calendar was published; never looked up again."""

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows that open on this day; one over midnight belongs to the day it opens on."""
        if day in self.overrides:
            return self.overrides[day]
        if day in self.closed:
            return ()
        if self.holiday_on(day) is not None:
            return self.holiday_hours
        weekly = next((season.weekly for season in self.seasons if season.covers(day)), self.weekly)
        return weekly.get(WEEKDAYS[day.weekday()], ())

    def closed_on(self, day: date) -> str | None:
        """Why no window opens on this day, when it is a closing day or a public holiday; or None."""
        return None if self.windows_on(day) else self.closed.get(day) or self.holiday_on(day)

    def holiday_on(self, day: date) -> str | None:
        """The name of the public holiday, or None."""
        if self.holidays is None:
            return None
        if day.year in self.pinned_years:
            return self.public_holidays.get(day)
        return holidays_of(self.holidays, day.year).get(day)

    def pinned(self, years: Collection[int]) -> CalendarSource:
        """With the public holidays of these years written out as well; those that are stay as they are."""
        new = set(years) - set(self.pinned_years)
        found = [holidays_of(self.holidays, year) for year in new] if self.holidays else []
        public = {day: name for each in (self.public_holidays, *found) for day, name in each.items()}
        return self.model_copy(
            update={
                "pinned_years": tuple(sorted({*self.pinned_years, *new})),
                "public_holidays": dict(sorted(public.items())),
            }
        )

    def day_lengths(self) -> DayLengths | None:
        """Of the ordinary days of the week, the seasons' too; None when it is never open."""
        minutes = [sum(window.closes - window.opens for window in windows) for windows in self._ordinary()]
        worked = [timedelta(minutes=each) for each in minutes if each]
        return DayLengths(min(worked), max(worked)) if worked else None

    def opens_over_midnight(self) -> bool:
        """Whether some time belongs to the day before: then a working day is not one date."""
        days = (*self._ordinary(), *self.overrides.values(), self.holiday_hours)
        return any(window.closes > DAY_MINUTES for windows in days for window in windows)

    def _ordinary(self) -> Iterator[tuple[Window, ...]]:
        for weekly in (self.weekly, *(season.weekly for season in self.seasons)):
            yield from weekly.values()

    def compile(self) -> WorkingCalendar:
        return WorkingCalendar(ZoneInfo(self.timezone), self.windows_on)


@cache
def holidays_of(country: str, year: int) -> Mapping[date, str]:
    from holidays import country_holidays  # slow to import and not needed once the years are pinned

    # Named in the country's own language: left alone, the names follow the locale of the machine.
    language = country_holidays(country).default_language
    return dict(country_holidays(country, years=year, language=language))


class WorkingCalendar:
    """Adds and measures working time; every answer is in UTC.

    Compiled once to a table of open intervals, which grows when asked for an earlier or later year. NeverOpen
    when there is not the open time that was asked for; ValueError for a datetime without a zone.
    """

    def __init__(self, zone: ZoneInfo, windows_on: Callable[[date], Sequence[Window]]) -> None:
        self._zone = zone
        self._table = OpenTable(zone, windows_on)
        self._apart: dict[tuple[int, int], int | None] = {}
        """By an opening and a number of days: as `OpenTable.apart`."""

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant by which `amount` is worked since `start`: the closing when it lands on one."""
        micros = _micros(amount)
        at = micros_of(start)
        return instant_of(self._table.forward(at, micros) if micros else self._table.next_open(at))

    def before(self, end: datetime, amount: timedelta) -> datetime:
        """The last instant from which `amount` is worked until `end`: the opening when it lands on one."""
        micros = _micros(amount)
        at = micros_of(end)
        return instant_of(self._table.backward(at, micros) if micros else self._table.prev_open(at))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Open time between the two; negative when `end` is before `start`."""
        return self._table.between(micros_of(start), micros_of(end)) * MICROSECOND

    def is_open(self, at: datetime) -> bool:
        """Windows are half-open: open at the opening, closed at the closing."""
        return self._table.is_open(micros_of(at))

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when open, else the next opening."""
        return instant_of(self._table.next_open(micros_of(at)))

    def closing(self, at: datetime) -> datetime:
        """When the open time that holds `at` ends; `at` itself when it is closed."""
        return instant_of(self._table.closing(micros_of(at)))

    def prev_open(self, at: datetime) -> datetime:
        """`at` itself when it was open just before, else the last closing."""
        return instant_of(self._table.prev_open(micros_of(at)))

    def add_days(
        self, start: datetime, days: int, *, snap: bool = False, end_of_day: bool = False
    ) -> datetime:
        """The same wall clock `days` working days later; earlier when negative.

        A working day is one on which a window opens. No days is this day or the first working day after it.
        `snap` goes on to the next open moment, `end_of_day` to the last closing of that day.
        """
        at = utc(start)
        wall = at.astimezone(self._zone)
        day = self._working_day(wall.date(), days)
        if end_of_day:
            return instant_of(self._table.opened_on(day)[-1][1])
        if day != wall.date():
            time_of_day = micros_of(wall.replace(tzinfo=UTC)) % DAY_MICROS
            at = instant_of(first_showing(stretches(self._zone, day.year), midnight(day) + time_of_day))
        return self.next_open(at) if snap else at

    def days_ahead(self, start: datetime, days: int) -> timedelta:
        """Working time until the same wall clock `days` working days later, snapped; from the next open moment."""
        begins = self._table.next_open(micros_of(start))
        opening = self._table.opening_of(begins)
        if (opening, days) not in self._apart:
            day = instant_of(opening).astimezone(self._zone).date()
            self._apart[opening, days] = self._table.apart(day, self._working_day(day, days), opening)
        apart = self._apart[opening, days]
        if apart is not None:
            return apart * MICROSECOND
        first = instant_of(begins)
        return self.working_time(first, self.add_days(first, days, snap=True))

    def _working_day(self, day: date, days: int) -> date:
        step = timedelta(days=-1 if days < 0 else 1)
        left, closed = abs(days), 0
        if left == 0:
            day, left = day - step, 1
        while left:
            day += step
            closed += 1
            if self._table.opened_on(day):
                left, closed = left - 1, 0
            elif closed > CLOSED_DAYS_MEAN_NEVER:
                raise NeverOpen(f"no open day in the {closed} days up to {day}")
        return day


def _micros(amount: timedelta) -> int:
    if amount < timedelta():
        raise ValueError(f"working time to add or go back cannot be negative: {amount}")
    return amount // MICROSECOND
