"""Random calendars, written as their YAML would be: the believable and the odd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Any

from sla.proof.reference import NAMES, Written, easter_sunday, norwegian_holidays

YEARS = range(2024, 2031)
FIRST, LAST = date(2023, 12, 1), date(2031, 3, 31)
"""The days whose every minute is looked at."""
# Norway three times out of seven. The others change their clocks at midnight (Cairo, Santiago, Beirut), by half an
# hour (Lord Howe), on a Saturday evening (Nuuk), for Ramadan (Casablanca) or never, or lie far from UTC.
ZONES = (
    "America/New_York", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "America/Nuuk",
    "Africa/Casablanca", "Pacific/Chatham", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC", "Europe/London",
)  # fmt: skip
MINUTES = (0, 0, 0, 15, 30, 30, 45, 59, 1)


def zone_of(number: int) -> str:
    """The zone of the calendar with this number."""
    return "Europe/Oslo" if number % 7 < 3 else ZONES[number // 7 % len(ZONES)]


def random_calendar(number: int, random: Random) -> Written:
    """What a file in `calendars/` may hold, except that windows may overlap: the engine counts them once."""
    written: dict[str, Any] = {"timezone": zone_of(number), "weekly": {}}
    while not any(map(_has_length, chain.from_iterable(written["weekly"].values()))):
        written["weekly"] = _week(random)
    if random.random() < 0.7:
        written["holidays"] = "NO"
        if random.random() < 0.3:
            written["holiday_hours"] = _windows(random)
    if random.random() < 0.5:
        written["seasons"] = _seasons(random)
    special = _special_days(random)
    closed = random.sample(special, len(special) // 2)
    written["closed"] = {day.isoformat(): "stengt" for day in sorted(closed)}
    written["overrides"] = {day.isoformat(): _windows(random, most=2) for day in special if day not in closed}
    return written


def _week(random: Random) -> dict[str, list[str]]:
    kind = random.random()
    if kind < 0.1:
        return _same(NAMES, ["00:00-24:00"])
    if kind < 0.4:
        return _same(NAMES[:5], _windows(random))
    if kind < 0.55:
        return _same(NAMES, [_over_midnight(random)])
    if kind < 0.65:
        split = _same(NAMES, [f"00:00-{random.randint(1, 9):02}:00", f"{random.randint(18, 23)}:00-24:00"])
        return split | {random.choice(NAMES): _windows(random)}
    return {name: _windows(random) for name in NAMES if random.random() < 0.8}


def _same(days: Sequence[str], windows: list[str]) -> dict[str, list[str]]:
    return dict.fromkeys(days, windows)


def _windows(random: Random, most: int = 3) -> list[str]:
    kind = random.random()
    if kind < 0.1:
        return []
    if kind < 0.25:
        return [_over_midnight(random)]
    if kind < 0.35:
        return [_in_the_night(random)]
    if kind < 0.7:
        return ["08:00-12:00", "12:30-15:30"][: random.randint(1, 2)]
    return [_window(_time(random), _time(random, 24)) for _ in range(random.randint(1, most))]


def _over_midnight(random: Random) -> str:
    return _window((random.randint(15, 23), random.choice(MINUTES)), (random.randint(0, 9), 0))


def _in_the_night(random: Random) -> str:
    """In the hours that are skipped and repeated."""
    return _window(
        (random.randint(0, 3), random.choice(MINUTES)), (random.randint(2, 4), random.choice(MINUTES))
    )


def _time(random: Random, last_hour: int = 23) -> tuple[int, int]:
    hour = random.randint(0, last_hour)
    return hour, 0 if hour == 24 else random.choice(MINUTES)


def _window(opens: tuple[int, int], closes: tuple[int, int]) -> str:
    return f"{opens[0]:02}:{opens[1]:02}-{closes[0]:02}:{closes[1]:02}"


def _has_length(window: str) -> bool:
    return window[:5] != window[6:]


def _seasons(random: Random) -> list[dict[str, Any]]:
    if random.random() < 0.4:
        first = FIRST + timedelta(days=random.randint(60, 2300))
        last = first + timedelta(days=random.randint(0, 90))
        return [{"first": first.isoformat(), "last": last.isoformat(), "weekly": _week(random)}]
    turn = random.sample([f"{month:02}-{random.randint(1, 28):02}" for month in range(1, 13)], 2)
    return [{"first": turn[0], "last": turn[1], "weekly": _week(random)}]


def _special_days(random: Random) -> list[date]:
    """Days before and between holidays, holidays themselves, eves, clock changes and any day."""
    year = random.choice(YEARS)
    easter = easter_sunday(year)
    likely: Sequence[date] = (
        easter - timedelta(days=4),
        easter + timedelta(days=40),
        date(year, 12, 24),
        date(year, 12, 31),
        date(year, 2, 28) + timedelta(days=1),
        *last_sundays(year),
        *sorted(norwegian_holidays(year)),
    )
    some = random.sample(likely, random.randint(0, 6))
    return [*some, *(FIRST + timedelta(days=random.randrange(2550)) for _ in range(random.randint(0, 3)))]


def own_days(written: Written) -> list[date]:
    """Closing days, and days with hours of their own."""
    return [date.fromisoformat(day) for day in (*written["closed"], *written["overrides"])]


def season_ends(written: Written) -> list[date]:
    """First and last days, of every year where the season comes back."""
    ends = [season[end] for season in written.get("seasons", []) for end in ("first", "last")]
    return [
        date.fromisoformat(day)
        for end in ends
        for day in ([end] if len(end) == len("2026-05-15") else [f"{year}-{end}" for year in YEARS])
    ]


def last_sundays(year: int) -> tuple[date, date]:
    """The last ones of March and October, when Europe changes its clocks."""
    march, october = date(year, 3, 31), date(year, 10, 31)
    return march - timedelta(days=march.isoweekday() % 7), october - timedelta(days=october.isoweekday() % 7)
