"""National identity numbers in text: found by their date and control digits, old scheme and new, however they are spaced.

Source: Skatteetaten, «Nytt fødselsnummer fra 2032» (folkeregisteret-api-dokumentasjon; read 2026-11-22): numbers given
out from 2032 let the first control sum leave a remainder of 0 to 3, the second one stays as it was, and both schemes are
valid side by side. Numbers of 2032 say nothing of century or gender.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
FIRST_REMAINDERS = range(4)
"""0 is the scheme of today; 1, 2 and 3 are allowed in numbers from 2032."""
DAY_OF_D_NUMBER = 40
MONTHS_ADDED = (0, 40, 65, 80)
"""Ordinary; Nav's test numbers and health's H-numbers; Norsk helsenett's test numbers; Tenor's test numbers."""

_GAP = "[ \t\u00a0\u2009\u202f./\u2010-\u2015-]{1,2}"
_DIGITS = "|".join(
    _GAP.join(f"[0-9]{{{length}}}" for length in groups)
    for groups in ((11,), (6, 5), (6, 3, 2), (2, 2, 2, 5), (2, 2, 2, 3, 2))
)
# Never in groups of 4, 2 and 5: that is how a bank account is written, and its last digit often fits.
_WRITTEN = re.compile(f"(?<![0-9])(?:{_DIGITS})(?![0-9])")
_NO_DIGIT = re.compile("[^0-9]")

CONCEALED = "[fødselsnummer skjult]"


@dataclass(frozen=True, slots=True)
class Found:
    """A number as it stands in a text: `text[start:end]` is how it was written."""

    start: int
    end: int
    number: str
    """Its eleven digits."""


def is_identity_number(digits: str) -> bool:
    """Eleven digits: a fødselsnummer, D-number, H-number with a date, or one of the synthetic kinds."""
    return (
        len(digits) == 11
        and digits.isascii()
        and digits.isdecimal()
        and _has_date(digits)
        and _adds_up(digits)
    )


def find(text: str) -> Iterator[Found]:
    """Every number, from left to right, none overlapping another."""
    place = 0
    while (written := _WRITTEN.search(text, place)) is not None:
        digits = _NO_DIGIT.sub("", written.group())
        if is_identity_number(digits):
            yield Found(written.start(), written.end(), digits)
            place = written.end()
        else:
            place = written.start() + 1


def replace(text: str, substitute: Callable[[str], str]) -> str:
    """The text with each number replaced by `substitute(its digits)`; the very same text when there is none."""
    parts, place = [], 0
    for found in find(text):
        parts += [text[place : found.start], substitute(found.number)]
        place = found.end
    return "".join((*parts, text[place:])) if parts else text


def conceal(text: str) -> str:
    """Where the number itself is of no use to anybody: gone for good."""
    return replace(text, lambda _: CONCEALED)


def _has_date(digits: str) -> bool:
    """The century is not known, so 29 February is a date of every leap year, and of 00."""
    day, month, year = int(digits[0:2]), int(digits[2:4]), int(digits[4:6])
    if day > DAY_OF_D_NUMBER:
        day -= DAY_OF_D_NUMBER
    months = [month - added for added in MONTHS_ADDED if 1 <= month - added <= 12]
    return any(1 <= day <= monthrange(2000 + year, each)[1] for each in months)


def _adds_up(digits: str) -> bool:
    return _sum(digits, FIRST_WEIGHTS) % 11 in FIRST_REMAINDERS and _sum(digits, SECOND_WEIGHTS) % 11 == 0


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
