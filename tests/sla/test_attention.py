"""Work content: the time an agent had a ticket, shared with what else lay before them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sla.attention import Holding, attention, staff_of

ANNE, BENT = 1, 2


def test_one_at_a_time_takes_the_time_it_took() -> None:
    assert attention([Holding(ANNE, 0, 10), Holding(ANNE, 10, 25), Holding(BENT, 5, 12)]) == [10, 15, 7]


def test_what_is_in_progress_at_once_shares_the_time() -> None:
    """Two from 10 until 20, three from 20 until 50."""
    holdings = [Holding(ANNE, 0, 50), Holding(ANNE, 10, 50), Holding(ANNE, 20, 50)]
    assert attention(holdings) == [10 + 5 + 10, 5 + 10, 10]


def test_a_moment_is_no_work() -> None:
    assert attention([Holding(ANNE, 5, 5), Holding(ANNE, 0, 10)]) == [0, 10]


spans = st.tuples(st.integers(1, 3), st.integers(0, 60), st.integers(0, 60)).map(
    lambda drawn: Holding(drawn[0], min(drawn[1:]), max(drawn[1:]))
)


@given(st.lists(spans, max_size=15))
def test_nobody_works_more_than_an_hour_an_hour(holdings: list[Holding]) -> None:
    """All that an agent gave is the time they had anything, but for what rounding down takes."""
    shares = attention(holdings)
    for agent in {holding.agent for holding in holdings}:
        mine = [place for place, holding in enumerate(holdings) if holding.agent == agent]
        present = {n for place in mine for n in range(holdings[place].start, holdings[place].end)}
        given_away = sum(shares[place] for place in mine)
        assert len(present) - len(mine) <= given_away <= len(present)


def test_the_staff_is_that_of_the_middle_week() -> None:
    weeks = [Holding(ANNE, 0, 25), Holding(BENT, 10, 19), Holding(3, 12, 13)]
    assert staff_of(weeks, 10) == 1
    assert staff_of([*weeks, Holding(BENT, 20, 21)], 10) == 2
    assert staff_of([], 10) == 0
