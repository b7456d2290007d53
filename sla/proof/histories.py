"""Random histories of tickets: opened, paused, solved and reopened, promised something else, looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sla.proof.calendars import YEARS, own_days, season_ends
from sla.proof.reference import DAY, MINUTE, SlowCalendar, easter_sunday, midnight_of

HOUR = 60 * MINUTE
START, END = midnight_of(date(YEARS[0], 1, 1)), midnight_of(date(YEARS[-1] + 1, 1, 1))
"""Between which tickets are opened, give or take some days."""
Pause = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class History:
    """One ticket's. Instants are microseconds of UTC since 1970, amounts microseconds of working time."""

    opened: int
    pauses: tuple[Pause, ...]
    """Waiting, and the time between a solution and a reopening; in any order, also inside each other."""
    targets: tuple[int, ...]
    """What is promised at the opening, and after each change of priority."""
    looked: int
    """When the clock is read."""
    days: int | None
    """A promise in working days, if there is one; back in time when negative."""


def anchors_of(slow: SlowCalendar, random: Random) -> list[int]:
    """Instants worth being near: clock changes, feasts, eves, the calendar's own dates, openings and closings."""
    feasts = [
        easter_sunday(year) + timedelta(days=days) for year in YEARS for days in (-4, -3, 1, 38, 39, 50)
    ]
    fixed = [date(year, *day) for year in YEARS for day in ((1, 1), (2, 28), (5, 1), (5, 17), (12, 24))]
    own = (*own_days(slow.written), *season_ends(slow.written))
    days = [midnight_of(day) for day in (*feasts, *fixed, *own)]
    turns = [slow.turns_after(_any_minute(random)) for _ in range(100)]
    found = [*[change.at for change in slow.changes] * 6, *days, *turns]
    return [at for at in found if START <= at < END]


def random_history(random: Random, anchors: Sequence[int]) -> History:
    opened = _instant(random, anchors)
    at, pauses = opened, list[Pause]()
    for _ in range(random.choice((0, 0, 1, 1, 2, 3, 5))):
        start = at + _gap(random)
        at = start + _gap(random)
        pauses.append((start, at))
        if random.random() < 0.1:
            pauses.append((start + (at - start) // 3, at + _gap(random) * random.randint(0, 1)))
    if random.random() < 0.1:
        pauses.append((at + _gap(random), None))
    random.shuffle(pauses)
    looked = at + _gap(random) * random.randint(0, 2)
    targets = tuple(_amount(random) for _ in range(random.choice((1, 1, 2, 3))))
    days = random.choice((0, 1, 2, 3, 5, 10, -1, -4)) if random.random() < 0.2 else None
    return History(opened, tuple(pauses), targets, looked, days)


def _instant(random: Random, anchors: Sequence[int]) -> int:
    if random.random() < 0.15:
        return _any_minute(random)
    away = random.choice((2, 90, 300, DAY, 5 * DAY))
    return _trimmed(random, random.choice(anchors) + random.randint(-away, away) * MINUTE)


def _trimmed(random: Random, at: int) -> int:
    """On the minute, the second, or a microsecond of its own."""
    kind = random.random()
    if kind < 0.5:
        return at
    return at + random.randrange(60) * 1_000_000 if kind < 0.7 else at + random.randrange(-MINUTE, MINUTE)


def _gap(random: Random) -> int:
    longest = random.choice((1, 20, 120, DAY, 4 * DAY, 20 * DAY))
    return _trimmed(random, random.randint(1, longest) * MINUTE)


def _amount(random: Random) -> int:
    """Mostly as people promise; sometimes a microsecond, sometimes weeks."""
    kind = random.random()
    if kind < 0.7:
        return random.choice((1, 15, 30, 60, 240, 450, 480, 900, 1440, 2250, 4500)) * MINUTE
    if kind < 0.75:
        return random.randint(1, 3)
    return random.randint(1, random.choice((MINUTE, HOUR, 8 * HOUR, 100 * HOUR)))


def _any_minute(random: Random) -> int:
    return random.randrange(START, END, MINUTE)
