"""Figures are of at least five tickets and five holders; what is too few is put together until it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

ENOUGH = 5
"""Tickets, and people who had them."""


@dataclass(frozen=True)
class Cell:
    """What was promised for one kind of ticket, and how it went. `service` empty: several kinds together."""

    service: str
    priority: str
    tickets: int
    response: int
    """Answered in time; `solution`: solved in time."""
    solution: int
    minutes: tuple[int, ...]
    """Working time each solved ticket took."""
    holders: frozenset[int]

    @property
    def is_enough(self) -> bool:
        return self.tickets >= ENOUGH and len(self.holders) >= ENOUGH

    @property
    def median(self) -> timedelta | None:
        return timedelta(minutes=int(median(self.minutes))) if self.minutes else None


@dataclass(frozen=True)
class Figures:
    """`whole` and `rest` are None when there are too few for them too."""

    whole: Cell | None
    shown: tuple[Cell, ...]
    few: tuple[Cell, ...]
    """Named, and not told."""
    rest: Cell | None
    """Those few together."""


def together(cells: Iterable[Cell]) -> Cell:
    found = list(cells)
    return Cell(
        "",
        "",
        sum(cell.tickets for cell in found),
        sum(cell.response for cell in found),
        sum(cell.solution for cell in found),
        tuple(minute for cell in found for minute in cell.minutes),
        frozenset(holder for cell in found for holder in cell.holders),
    )


def enough_of(cells: Sequence[Cell]) -> Figures:
    """Nothing that is too few can be found by taking what is shown from the whole.

    The few are told together. When even that is too few, the smallest that would have been shown goes with them.
    """
    few = [cell for cell in cells if not cell.is_enough]
    shown = sorted((cell for cell in cells if cell.is_enough), key=lambda cell: cell.tickets)
    while few and shown and not together(few).is_enough:
        few.append(shown.pop(0))
    whole, rest = together(cells), together(few)
    return Figures(
        whole=whole if whole.is_enough else None,
        shown=tuple(cell for cell in cells if cell in shown),
        few=tuple(few),
        rest=rest if few and rest.is_enough else None,
    )
