"""The year as a wheel: where each activity stands on the circle. Plain geometry, drawn as SVG without any style of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin

SIZE = 480
MIDDLE = SIZE / 2
RIM = 196.0
"""From the middle to the edge of the months; their names stand outside it."""
NAMES_AT = 216.0
HUB = 62.0
OUTERMOST, RING = 178.0, 26.0
"""Where the first dots stand, and how far further in each next ring is."""
DOT = 11.0
APART = 2 * DOT + 2


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    number: int
    """Of its row in the table."""
    label: str
    state: str


@dataclass(frozen=True)
class MonthName:
    x: float
    y: float
    name: str
    spoke: tuple[float, float, float, float]
    """From the hub to the rim, where the month begins."""


@dataclass(frozen=True)
class Marked:
    """What is to be drawn: one activity on its day."""

    number: int
    day: date
    label: str
    state: str


@dataclass(frozen=True)
class Picture:
    size: int
    middle: float
    rim: float
    hub: float
    months: tuple[MonthName, ...]
    dots: tuple[Dot, ...]
    today: tuple[float, float, float, float] | None
    """A hand from the hub to the rim; None in another year."""


def picture(year: int, marked: Sequence[Marked], today: date, names: Sequence[str]) -> Picture:
    """The first of January is at the top, and the year goes with the clock. `names`: the twelve months'."""
    hand = (*_point(HUB, _turn(today)), *_point(RIM, _turn(today))) if today.year == year else None
    months = tuple(_month(year, month, name) for month, name in enumerate(names, start=1))
    return Picture(SIZE, MIDDLE, RIM, HUB, months, tuple(_dots(marked)), hand)


def _month(year: int, month: int, name: str) -> MonthName:
    x, y = _point(NAMES_AT, _turn(date(year, month, 15)))
    begins = _turn(date(year, month, 1))
    return MonthName(x, y, name, (*_point(HUB, begins), *_point(RIM, begins)))


def _dots(marked: Sequence[Marked]) -> list[Dot]:
    """Each as far out as it can stand without touching another."""
    placed: list[Dot] = []
    for each in marked:
        turn, at = _turn(each.day), OUTERMOST
        x, y = _point(at, turn)
        while at - RING > HUB and any(_touch(x, y, other) for other in placed):
            at -= RING
            x, y = _point(at, turn)
        placed.append(Dot(x, y, each.number, each.label, each.state))
    return placed


def _touch(x: float, y: float, other: Dot) -> bool:
    return (x - other.x) ** 2 + (y - other.y) ** 2 < APART**2


def _turn(day: date) -> float:
    """How far round the year the day is, from 0 to 1."""
    first = date(day.year, 1, 1)
    return (day - first).days / (date(day.year + 1, 1, 1) - first).days


def _point(radius: float, turn: float) -> tuple[float, float]:
    return (
        round(MIDDLE + radius * sin(2 * pi * turn), 1),
        round(MIDDLE - radius * cos(2 * pi * turn), 1),
    )
