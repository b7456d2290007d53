"""The number people say aloud, the moves between states, and the priority."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict
from app.tickets.lifecycle import MOVES, PRIORITY, Status, check_move, id_of, number_of
from service_catalog.schema import Impact, Urgency

ids = st.integers(min_value=100_000, max_value=10**12)


@given(ids)
def test_a_number_names_its_ticket_however_it_is_written(ticket_id: int) -> None:
    number = number_of(ticket_id)
    assert id_of(number) == ticket_id
    assert id_of(f"#{number}") == ticket_id
    assert id_of(number.replace("-", "")) == ticket_id
    assert id_of(f" {number[:3]} {number[3:]} ") == ticket_id


@given(ids, st.data())
def test_one_wrong_digit_is_always_noticed(ticket_id: int, data: st.DataObject) -> None:
    digits = number_of(ticket_id).replace("-", "")
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert id_of(digits[:place] + wrong + digits[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "-", "7", "abc", "104827-x", "٣٤٥٦-١", "1" * 40, "104827-3\x00"])
def test_what_is_no_number_names_no_ticket(text: str) -> None:
    assert id_of(text) is None


@pytest.mark.parametrize("old", list(Status))
@pytest.mark.parametrize("new", list(Status))
def test_only_listed_moves_are_made(old: Status, new: Status) -> None:
    if new in MOVES[old]:
        check_move(old, new)
    else:
        with pytest.raises(Conflict):
            check_move(old, new)


def test_every_judgement_has_a_priority() -> None:
    assert set(PRIORITY) == {(impact, urgency) for impact in Impact for urgency in Urgency}


def test_more_people_or_less_patience_never_lowers_the_priority() -> None:
    order = ["low", "normal", "high", "critical"]
    rank = {pair: order.index(priority) for pair, priority in PRIORITY.items()}
    for impact in Impact:
        assert [rank[impact, urgency] for urgency in Urgency] == sorted(rank[impact, u] for u in Urgency)
    for urgency in Urgency:
        assert [rank[impact, urgency] for impact in Impact] == sorted(rank[i, urgency] for i in Impact)
