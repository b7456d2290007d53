"""What a calendar must be to be counted in, beyond the form of its text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

from sla.calendar import YEARLY, CalendarSource, NeverOpen, Season, Window
from sla.hours import DAY_MINUTES, WEEKDAYS, Weekly
from sla.yaml_lines import Document, Spot

A_LEAP_YEAR = 2024
A_DAY = timedelta(days=1)


def check_calendar(calendar: CalendarSource, document: Document) -> None:
    """Refuse, each at its line, what overlaps, spills over, contradicts or never opens."""
    if calendar.title is None:
        document.refuse((), "«title» mangler")
    for key in ("pinned_years", "public_holidays"):
        if key in calendar.model_fields_set:
            document.refuse((key,), f"«{key}» skrives ut når kalenderen publiseres")
    _check_week(calendar.weekly, ("weekly",), document)
    for index, season in enumerate(calendar.seasons):
        _check_week(season.weekly, ("seasons", index, "weekly"), document)
    _check_seasons(calendar.seasons, document)
    if not _has_known_holidays(calendar):
        document.refuse(("holidays",), f"kjenner ikke helligdagene i «{calendar.holidays}»")
        return
    if calendar.holiday_hours and calendar.holidays is None:
        document.refuse(("holiday_hours",), "«holiday_hours» krever «holidays»")
    _check_day(calendar.holiday_hours, calendar.holiday_hours, ("holiday_hours",), document)
    _check_overrides(calendar, document)
    if not _is_ever_open(calendar):
        document.refuse(("weekly",), "kalenderen er aldri åpen")


def _check_week(weekly: Weekly, spot: Spot, document: Document) -> None:
    for place, weekday in enumerate(WEEKDAYS):
        windows = weekly.get(weekday, ())
        following = weekly.get(WEEKDAYS[(place + 1) % 7], ())
        _check_day(windows, following, (*spot, weekday.value), document)


def _check_day(
    windows: Sequence[Window], following: Sequence[Window], spot: Spot, document: Document
) -> None:
    """One day's windows, and those over midnight against the next day's."""
    for index, window in enumerate(windows):
        if not _length(window):
            document.refuse((*spot, index), f"{window} har ingen lengde; en stengt dag er en tom liste: []")
    ordered = sorted(windows, key=lambda window: window.opens)
    tomorrow = [Window(each.opens + DAY_MINUTES, each.closes + DAY_MINUTES) for each in following]
    for earlier, later in pairwise(ordered):
        if later.opens < earlier.closes:
            document.refuse(spot, f"{earlier} og {later} overlapper")
    for window in ordered:
        for other, shown in zip(tomorrow, following, strict=True):
            if other.opens < window.closes:
                document.refuse(spot, f"{window} overlapper med {shown} dagen etter")


def _check_seasons(seasons: Sequence[Season], document: Document) -> None:
    days = [_days_of(season) for season in seasons]
    for index, season in enumerate(seasons):
        if len(season.first) != len(season.last):
            document.refuse(
                ("seasons", index), "skriv «first» og «last» på samme måte, begge med eller uten år"
            )
        elif not days[index]:
            document.refuse(("seasons", index), "sesongen slutter før den begynner")
    for (earlier, season), (index, other) in combinations(enumerate(seasons), 2):
        shorter = min(len(season.first), len(other.first))
        if {day[-shorter:] for day in days[earlier]} & {day[-shorter:] for day in days[index]}:
            document.refuse(
                ("seasons", index), f"overlapper med sesongen fra {season.first} til {season.last}"
            )


def _days_of(season: Season) -> set[str]:
    """The days it covers, written as it writes them; those of a leap year when it is of every year."""
    if len(season.first) != len(season.last):
        return set()
    yearly = len(season.first) == YEARLY
    first_year, last_year = (
        A_LEAP_YEAR if yearly else int(written[:4]) for written in (season.first, season.last)
    )
    ends = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    days = map(date.fromordinal, range(ends[0], ends[1] + 1))
    return {day.isoformat()[-len(season.first) :] for day in days if season.covers(day)}


def _check_overrides(calendar: CalendarSource, document: Document) -> None:
    for day, windows in calendar.overrides.items():
        spot = ("overrides", day.isoformat())
        if day in calendar.closed:
            document.refuse(spot, f"{day} står også under «closed»")
        _check_day(windows, calendar.windows_on(day + A_DAY), spot, document)
        if day - A_DAY not in calendar.overrides:
            spilling = [each for each in calendar.windows_on(day - A_DAY) if each.closes > DAY_MINUTES]
            _check_day(spilling, windows, spot, document)


def _has_known_holidays(calendar: CalendarSource) -> bool:
    try:
        calendar.holiday_on(date(A_LEAP_YEAR, 1, 1))
    except NotImplementedError:  # what the library says of a country it does not know
        return False
    return True


def _is_ever_open(calendar: CalendarSource) -> bool:
    try:
        calendar.compile().next_open(datetime(A_LEAP_YEAR, 1, 1, tzinfo=UTC))
    except NeverOpen:
        return False
    return True


def _length(window: Window) -> int:
    return window.closes - window.opens
