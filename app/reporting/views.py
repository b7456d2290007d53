"""What the pages of figures show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.reporting.agreeing import InForce
from app.reporting.enough import Cell, Figures
from app.reporting.figures import Months
from sla.agreement import Priority


@dataclass(frozen=True)
class Row:
    """One line of a table of figures. `response` and `solution` are whole percent."""

    label: str
    priority: Priority | None
    tickets: int
    response: int
    solution: int
    median: timedelta | None


@dataclass(frozen=True)
class Choice:
    """A tab: another unit, or another period."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Tried:
    """A form that could not be saved: what was written, and what is wrong with which field."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitPage:
    """`few`: kinds of tickets that are too few to be told alone."""

    unit: str
    unit_title: str
    months: Months
    units: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    whole: Row | None
    rows: tuple[Row, ...]
    few: tuple[tuple[str, Priority], ...]
    rest: Row | None
    agreements: tuple[InForce, ...]
    today: date
    tried: Tried


@dataclass(frozen=True)
class OwnPage:
    months: Months
    periods: tuple[Choice, ...]
    whole: Row | None
    rows: tuple[Row, ...]
    agreements: tuple[tuple[str, InForce], ...]
    """By the title of each of one's units."""


@dataclass(frozen=True)
class PersonsPage:
    unit: str
    unit_title: str
    months: Months
    agreement_id: int
    purpose: str
    valid_to: date
    rows: tuple[tuple[str, Row | None], ...]
    """By name; None for whoever had too few tickets."""


def row_of(cell: Cell, titles: Mapping[str, str]) -> Row:
    return Row(
        label=titles.get(cell.service, cell.service),
        priority=Priority(cell.priority) if cell.priority else None,
        tickets=cell.tickets,
        response=percent(cell.response, cell.tickets),
        solution=percent(cell.solution, cell.tickets),
        median=cell.median,
    )


def percent(count: int, of: int) -> int:
    """Rounded down, so that all is all."""
    return 100 * count // of if of else 0


def by_kind(cells: tuple[Cell, ...], titles: Mapping[str, str]) -> tuple[Row, ...]:
    """In the order people read: by the service's name, the most important first."""
    order = list(Priority)
    rows = [row_of(cell, titles) for cell in cells]
    return tuple(sorted(rows, key=lambda row: (row.label, order.index(row.priority or Priority.LOW))))


def few_of(figures: Figures, titles: Mapping[str, str]) -> tuple[tuple[str, Priority], ...]:
    return tuple((row.label, row.priority) for row in by_kind(figures.few, titles) if row.priority)
