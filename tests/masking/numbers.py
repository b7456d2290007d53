"""Identity numbers that nobody has: made here, by an adding up of their own."""

from __future__ import annotations

from datetime import date
from itertools import product

FIRST, SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def made(
    born: date, serial: int, *, is_d: bool = False, month_added: int = 0, remainder: int = 0
) -> str | None:
    """None where no control digit fits, which is so for some serials. `remainder`: 0 today, 1 to 3 from 2032."""
    nine = (
        f"{born.day + (40 if is_d else 0):02d}{born.month + month_added:02d}{born.year % 100:02d}{serial:03d}"
    )
    for first, second in product(range(10), repeat=2):
        total = sum(w * int(d) for w, d in zip(FIRST, nine, strict=True)) + first
        whole = sum(w * int(d) for w, d in zip(SECOND, nine + str(first), strict=True)) + second
        if total % 11 == remainder and whole % 11 == 0:
            return f"{nine}{first}{second}"
    return None


def some(month_added: int = 80) -> str:
    """One of Tenor's kind, so that it is nobody's."""
    return next(
        number
        for serial in range(999)
        if (number := made(date(1990, 5, 17), serial, month_added=month_added))
    )
