"""Numbers are found however they are written and of whatever kind, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.identity_numbers import conceal, find, is_identity_number, replace
from tests.masking.numbers import made

DAYS = st.dates(date(1900, 1, 1), date(2060, 12, 31))
MONTHS_ADDED = st.sampled_from((0, 40, 65, 80))
REMAINDERS = st.integers(0, 3)
GAPS = st.sampled_from((" ", "-", ".", "\u00a0", "–", "/", ". "))
GROUPS = st.sampled_from(((11,), (6, 5), (6, 3, 2), (2, 2, 2, 5), (2, 2, 2, 3, 2)))
WORDS = st.text(st.characters(exclude_categories=("Cs", "Nd", "No", "Nl")), max_size=40)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    number = made(
        draw(DAYS),
        draw(st.integers(0, 999)),
        is_d=draw(st.booleans()),
        month_added=draw(MONTHS_ADDED),
        remainder=draw(REMAINDERS),
    )
    assume(number is not None)
    assert number is not None
    return number


def written(number: str, groups: tuple[int, ...], gap: str) -> str:
    parts, place = [], 0
    for length in groups:
        parts.append(number[place : place + length])
        place += length
    return gap.join(parts)


@pytest.mark.parametrize(
    "number", ["02013299997", "02013299903", "02013299806", "30108299920", "30108299939"]
)
def test_the_tax_administration_s_own_examples_of_2032_are_valid(number):
    assert is_identity_number(number)


@given(numbers(), GROUPS, GAPS, WORDS, WORDS)
def test_a_number_is_found_however_it_is_written(number, groups, gap, before, after):
    text = before + written(number, groups, gap) + after
    assert [found.number for found in find(text)] == [number]


@given(st.lists(numbers(), min_size=1, max_size=5), st.sampled_from((" og ", "\n", ", ", " x ")))
def test_all_of_several_are_found_in_turn(several, between):
    assert [found.number for found in find(between.join(several))] == several


@given(numbers(), st.integers(0, 10), st.integers(1, 9))
def test_what_does_not_add_up_is_no_number(number, place, more):
    """A wrong digit is noticed by the second sum, unless it stands where that has weight nought modulo eleven."""
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not is_identity_number(wrong)


@given(st.integers(0, 10**11 - 1))
def test_a_number_has_a_date_and_two_sums(value):
    """Counted again, without the product's tables: every valid number is one that can be made."""
    digits = f"{value:011d}"
    if not is_identity_number(digits):
        return
    day, month, year, serial = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:9])
    is_d = day > 40
    made_again = {
        made(
            date(2000 + year, month - added, day - 40 * is_d),
            serial,
            is_d=is_d,
            month_added=added,
            remainder=r,
        )
        for added in (0, 40, 65, 80)
        for r in range(4)
        if 1 <= month - added <= 12 and _is_day(year, month - added, day - 40 * is_d)
    }
    assert digits in made_again


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True


@given(st.text(st.sampled_from("0123456789 .-x"), max_size=60))
def test_hiding_hides_all_there_is_and_touches_nothing_else(text):
    found = list(find(text))
    pieces, place = [], 0
    for each in found:
        pieces.append(text[place : each.start])
        place = each.end
    pieces.append(text[place:])
    hidden = replace(text, lambda _: "\x00")
    assert hidden.split("\x00") == pieces
    assert list(find(conceal(text))) == []
    assert conceal(conceal(text)) == conceal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ring 55 00 12 34 eller 400 00 123",
        "Sak 104827-3 fra 17.05.2026 kl. 12.00",
        "Org.nr. 987 654 321, faktura 00012345678901234",
        "Konto 1234.56.78903 og 1234 56 78903",
        "",
    ],
)
def test_what_people_write_otherwise_is_left_as_it_is(text):
    assert conceal(text) is text


@given(numbers(), st.sampled_from("0123456789"))
def test_a_longer_row_of_digits_is_something_else(number, digit):
    assert list(find(number + digit)) == list(find(digit + number)) == []
