"""Figures of at least five tickets and five people, and nothing that can be found by subtracting."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.reporting.enough import ENOUGH, Cell, enough_of, together


def cell(service: str, tickets: int, holders: range | set[int]) -> Cell:
    minutes = tuple(range(10, 10 + tickets))
    return Cell(service, "normal", tickets, tickets // 2, tickets // 3, minutes, frozenset(holders))


ANYBODY = range(1, 6)


def test_five_tickets_of_five_people_are_enough_and_less_of_either_is_not() -> None:
    assert cell("pc", 5, ANYBODY).is_enough
    assert not cell("pc", 4, ANYBODY).is_enough
    assert not cell("pc", 50, range(1, 5)).is_enough


def test_the_few_are_told_together() -> None:
    found = enough_of([cell("pc", 20, ANYBODY), cell("vpn", 3, {1, 2, 3}), cell("wifi", 3, {4, 5})])
    assert [each.service for each in found.shown] == ["pc"]
    assert [each.service for each in found.few] == ["vpn", "wifi"]
    assert found.rest is not None
    assert found.rest.tickets == 6


def test_one_that_is_too_few_takes_another_with_it_so_that_nobody_can_subtract() -> None:
    found = enough_of([cell("pc", 20, ANYBODY), cell("vpn", 9, ANYBODY), cell("wifi", 1, {1})])
    assert [each.service for each in found.shown] == ["pc"]
    assert found.rest is not None
    assert found.rest.tickets == 10


def test_a_unit_of_four_has_no_figures_at_all() -> None:
    found = enough_of([cell("pc", 50, range(4)), cell("vpn", 50, range(4))])
    assert (found.whole, found.shown, found.rest) == (None, (), None)


def test_nothing_is_nothing() -> None:
    found = enough_of([])
    assert (found.whole, found.shown, found.few, found.rest) == (None, (), (), None)


def test_the_usual_time_is_that_of_the_one_in_the_middle() -> None:
    assert together([cell("pc", 3, ANYBODY), cell("vpn", 0, ANYBODY)]).median == timedelta(minutes=11)
    assert cell("pc", 0, ANYBODY).median is None


cells = st.lists(
    st.builds(cell, st.sampled_from("abcdef"), st.integers(1, 12), st.sets(st.integers(1, 8), min_size=1)),
    max_size=8,
    unique_by=lambda each: each.service,
)


@given(cells)
def test_whatever_is_told_or_can_be_subtracted_is_of_enough(drawn: list[Cell]) -> None:
    found = enough_of(drawn)
    told = [*found.shown, *([found.rest] if found.rest else []), *([found.whole] if found.whole else [])]
    assert all(each.is_enough for each in told)
    assert sorted(map(id, (*found.shown, *found.few))) == sorted(map(id, drawn))
    hidden = together(found.few)
    if found.whole is not None and found.few:
        assert hidden.tickets >= ENOUGH
        assert len(hidden.holders) >= ENOUGH
