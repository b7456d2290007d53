"""One ticket's events as the simulator reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clocks.work_history import WorkHistory, read_history
from sla.attention import Holding
from sla.simulate import ELSEWHERE, SOLVED, Arrival, OpenTime, Stage
from tests.sla.written import every_day

OPENED = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS = every_day("00:00-24:00").compile()
ALICE, BOB, CAROL = 1, 2, 3


@dataclass(frozen=True)
class Told:
    kind: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)
    actor_id: int | None = BOB


def told(hour: float, kind: str, *, by: int = BOB, **payload: Any) -> Told:
    return Told(f"ticket.{kind}", OPENED + hour * HOUR, payload, by)


def opened(by: int = ALICE, unit: str = "it") -> Told:
    about = {"service": "pc", "unit": unit, "priority": "normal", "agreement": "it"}
    return told(0, "opened", by=by, **about)


def read(*events: Told, hour: float = 100) -> WorkHistory:
    axis = OpenTime(ALWAYS, OPENED)
    return read_history(events, unit="it", pauses_on=["requester"], axis=axis, at=OPENED + hour * HOUR)


def arrival(history: WorkHistory) -> Arrival:
    """As if every agent had only this."""
    found = history.arrival([holding.end - holding.start for holding in history.holdings()])
    assert found is not None
    return found


def hours(*amounts: int | float | None) -> tuple[int | None, ...]:
    return tuple(None if each is None else int(each * 3_600_000_000) for each in amounts)


TAKEN = told(2, "assigned", assignee_id=BOB)


def test_time_in_the_queue_is_not_work() -> None:
    history = read(opened(), TAKEN, told(5, "resolved"))
    assert arrival(history).stages == (Stage(3 * HOUR),)
    assert (history.response_used, history.solution_used) == hours(5, 5)


def test_the_first_answer_divides_the_work() -> None:
    answered = told(3, "replied", answer=True)
    history = read(opened(), TAKEN, answered, told(4, "replied", answer=True), told(5, "resolved"))
    assert arrival(history).stages == (Stage(HOUR, answers=True), Stage(2 * HOUR))
    assert (history.response_used, history.solution_used) == hours(3, 5)


def test_an_answer_from_the_queue_took_somebody_a_moment() -> None:
    history = read(opened(), told(1, "replied", answer=True), TAKEN, told(5, "resolved"))
    assert arrival(history).stages[0] == Stage(timedelta(microseconds=1), answers=True)


def test_pauses_are_kept_and_count_as_the_agreement_says() -> None:
    for reason, used in (("requester", 7), ("supplier", 10)):
        history = read(
            opened(), TAKEN, told(5, "waiting", reason=reason), told(8, "resumed"), told(10, "resolved")
        )
        assert arrival(history).stages == (Stage(3 * HOUR, 3 * HOUR, reason), Stage(2 * HOUR))
        assert history.solution_used == hours(used)[0]


def test_another_unit_s_time_counts_and_is_nobody_s_work_here() -> None:
    history = read(
        opened(unit="servicesenteret"),
        told(1, "assigned", assignee_id=CAROL),
        told(2, "replied", answer=True),
        told(3, "handed_over", to_unit="it"),
        told(4, "handover_accepted", to_unit="it"),
        told(6, "assigned", assignee_id=BOB),
        told(7, "resolved"),
    )
    first, second, *rest = arrival(history).stages
    assert first == Stage(timedelta(), HOUR, ELSEWHERE)
    assert second == Stage(timedelta(), HOUR, ELSEWHERE)
    assert rest[0] == Stage(timedelta(), answers=True)
    assert rest[-1] == Stage(HOUR)
    assert (history.response_used, history.solution_used) == hours(2, 7)


def test_while_another_unit_thinks_about_it_nobody_works() -> None:
    offered, back = told(3, "handed_over", to_unit="hr"), told(4, "handover_returned", to_unit="hr")
    history = read(opened(), TAKEN, offered, back, told(5, "resolved"))
    assert arrival(history).stages == (Stage(HOUR, HOUR, ELSEWHERE), Stage(HOUR))


def test_a_reopened_ticket_takes_more_work_and_the_time_between_is_nobody_s() -> None:
    history = read(opened(), TAKEN, told(3, "resolved"), told(30, "reopened"), told(32, "resolved"))
    assert arrival(history).stages == (Stage(HOUR, 27 * HOUR, SOLVED), Stage(2 * HOUR))
    assert (history.response_used, history.solution_used) == hours(3, 5)


def test_whoever_takes_the_call_works_on_it_from_the_opening() -> None:
    taken = told(0.1, "assigned", by=BOB, assignee_id=BOB)
    assert arrival(read(opened(by=BOB), taken, told(0.1, "resolved"))).stages == (Stage(0.1 * HOUR),)
    later = told(3, "assigned", by=BOB, assignee_id=BOB)
    assert arrival(read(opened(by=BOB), later, told(4, "resolved"))).stages == (Stage(HOUR),)


def test_what_nobody_had_is_no_arrival() -> None:
    history = read(opened(), told(4, "resolved"))
    assert history.arrival([]) is None
    assert not history.is_open


def test_an_open_ticket_holds_its_agent_until_now() -> None:
    history = read(opened(), TAKEN, told(3, "resolved"), told(4, "reopened"), hour=10)
    assert history.is_open
    assert [holding.end - holding.start for holding in history.holdings()] == list(hours(1, 6))
    assert history.holdings()[0].agent == BOB
    assert all(isinstance(holding, Holding) for holding in history.holdings())


def test_the_priority_is_the_last_one() -> None:
    history = read(opened(), told(1, "priority_changed", priority="high"), TAKEN, told(5, "resolved"))
    assert arrival(history).priority == "high"


def test_a_history_without_its_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ticket\.opened"):
        read(TAKEN)
