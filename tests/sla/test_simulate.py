"""Serving past tickets again: exact by hand, equal to the slow way, and nobody is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.agreement import Agreement
from sla.calendar import WorkingCalendar
from sla.serving import Served, serve
from sla.simulate import (
    ELSEWHERE,
    SOLVED,
    Agreed,
    Arrival,
    CannotSimulate,
    Job,
    OpenTime,
    Stage,
    jobs_of,
    kept,
    load_of,
    total,
)
from tests.sla.slow_counter import serve_slowly
from tests.sla.written import calendar, every_day

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MONDAY = datetime(2026, 1, 5, 7, tzinfo=UTC)
"""08.00 in Oslo, when the office opens; it closes at 16.00."""
OFFICE = calendar().compile()


def agreement(**written: object) -> Agreement:
    promises = {
        "critical": {"response": "1 t", "solution": "4 t"},
        "high": {"response": "1 t", "solution": "4 t"},
        "normal": {"response": "2 t", "solution": "8 t"},
        "low": {"response": "4 t", "solution": "16 t"},
    }
    about = {
        "name": "it",
        "version": 1,
        "title": {"nb": "IT", "nn": "IT", "en": "IT"},
        "provider": "it",
        "customer": "alle",
        "calendar": "kontor",
        "owner": "it-leder",
        "revised_on": "2026-01-01",
        "valid_from": "2026-01-01",
        "promises": promises,
        "pauses_on": ["requester"],
    }
    return Agreement.model_validate({**about, **written})


IT = agreement()


def ticket(
    opened_at: datetime,
    *stages: Stage | timedelta,
    priority: str = "normal",
) -> Arrival:
    whole = tuple(stage if isinstance(stage, Stage) else Stage(stage) for stage in stages)
    return Arrival(opened_at, "pc", priority, "it", whole)


def answer(work: timedelta) -> Stage:
    return Stage(work, answers=True)


def served(*arrivals: Arrival, staff: int = 1, calendar: WorkingCalendar = OFFICE) -> list[Served]:
    return serve(jobs_of(arrivals, {"it": Agreed(IT, calendar)}, calendar), staff)


def hours(amount: float) -> int:
    return int(amount * 3_600_000_000)


def test_tickets_that_do_not_overlap_take_just_their_work() -> None:
    first, second = served(ticket(MONDAY, answer(30 * MINUTE), HOUR), ticket(MONDAY + 2 * HOUR, 3 * HOUR))
    assert first == Served(0, hours(0.5), hours(1.5), hours(0.5), hours(1.5))
    assert second == Served(hours(2), hours(5), hours(5), hours(3), hours(3))


def test_what_comes_in_at_night_waits_for_the_morning_and_uses_nothing_meanwhile() -> None:
    late = MONDAY + 14 * HOUR
    one, two = served(ticket(MONDAY, HOUR), ticket(late, HOUR))
    assert (one.solved, two.started, two.response_used) == (hours(1), hours(8), hours(1))
    axis = OpenTime(OFFICE, MONDAY)
    assert axis.instant(two.started) == MONDAY + 24 * HOUR


def test_the_nearest_due_goes_first_and_what_is_due_later_is_put_down_for_it() -> None:
    slow, urgent = served(
        ticket(MONDAY, 4 * HOUR, priority="low"), ticket(MONDAY + HOUR, HOUR, priority="critical")
    )
    assert (urgent.started, urgent.solved) == (hours(1), hours(2))
    assert slow.solved == hours(5)


def test_an_answered_ticket_goes_back_in_the_queue_to_where_its_solution_is_due() -> None:
    answered, other = served(
        ticket(MONDAY, answer(15 * MINUTE), 165 * MINUTE), ticket(MONDAY, HOUR, priority="low")
    )
    assert answered.response_used == hours(0.25)
    assert (other.started, other.solved) == (hours(0.25), hours(1.25))
    assert answered.solved == hours(4)


def test_a_pause_the_agreement_takes_counts_for_no_clock_and_any_other_wait_does() -> None:
    for reason, used in (("requester", 2), ("supplier", 5), (ELSEWHERE, 5), (SOLVED, 2)):
        stages = (Stage(HOUR, 3 * HOUR, reason), Stage(HOUR))
        (only,) = served(ticket(MONDAY, *stages))
        assert only.solved == hours(5)
        assert only.solution_used == hours(used), reason


def test_an_answer_another_unit_gave_meanwhile_takes_nobody_s_time() -> None:
    stages = (Stage(timedelta(), HOUR, ELSEWHERE), answer(timedelta()), Stage(HOUR))
    busy, theirs = served(ticket(MONDAY, 5 * HOUR, priority="critical"), ticket(MONDAY, *stages))
    assert (theirs.answered, theirs.response_used, theirs.started) == (hours(1), hours(1), busy.solved)


def test_while_one_waits_another_is_served() -> None:
    waiting, other = served(
        ticket(MONDAY, Stage(HOUR, 3 * HOUR, "requester"), HOUR), ticket(MONDAY, 2 * HOUR, priority="low")
    )
    assert (waiting.solved, other.started, other.solved) == (hours(5), hours(1), hours(3))


def test_the_first_solution_answers_a_ticket_that_was_reopened_unanswered() -> None:
    (only,) = served(ticket(MONDAY, Stage(HOUR, 30 * HOUR, SOLVED), answer(HOUR)))
    assert (only.response_used, only.solution_used) == (hours(1), hours(2))


def test_a_promise_is_broken_on_its_due_instant() -> None:
    for work, is_kept in ((4 * HOUR - timedelta(microseconds=1), True), (4 * HOUR, False)):
        jobs = jobs_of([ticket(MONDAY, work, priority="high")], {"it": Agreed(IT, OFFICE)}, OFFICE)
        used = [(each.response_used, each.solution_used) for each in serve(jobs, 1)]
        (cell,) = kept(jobs, used, lambda _: True).values()
        assert (cell.tickets, cell.response, cell.solution) == (1, False, is_kept)


def test_only_what_counts_is_counted() -> None:
    arrivals = [ticket(MONDAY, HOUR), ticket(MONDAY + 2 * HOUR, HOUR), ticket(MONDAY, HOUR, priority="low")]
    jobs = jobs_of(arrivals, {"it": Agreed(IT, OFFICE)}, OFFICE)
    cells = kept(jobs, [(0, 0)] * 3, lambda arrival: arrival.opened_at > MONDAY)
    assert (list(cells), total(cells).tickets) == ([("pc", "normal")], 1)


def test_due_instants_of_an_agreement_in_another_calendar_order_the_queue() -> None:
    """Round the clock, four hours from closing time are at eight in the evening: before opening, so first."""
    always = every_day("00:00-24:00").compile()
    vakt = agreement(name="vakt", calendar="vakt")
    evening = MONDAY + 8 * HOUR
    arrivals = [
        ticket(evening, HOUR, priority="high"),
        Arrival(evening + HOUR, "server", "low", "vakt", (Stage(HOUR),)),
    ]
    agreements = {"it": Agreed(IT, OFFICE), "vakt": Agreed(vakt, always)}
    mine, theirs = serve(jobs_of(arrivals, agreements, OFFICE), 1)
    assert (theirs.started, mine.started) == (0, hours(1))


def test_load_is_work_over_open_time() -> None:
    arrivals = [ticket(MONDAY, 2 * HOUR), ticket(MONDAY + 4 * HOUR, 2 * HOUR)]
    assert load_of(jobs_of(arrivals, {"it": Agreed(IT, OFFICE)}, OFFICE), 2) == 0.5


@pytest.mark.parametrize("staff", [0, -1])
def test_nobody_cannot_serve(staff: int) -> None:
    jobs = jobs_of([ticket(MONDAY, HOUR)], {"it": Agreed(IT, OFFICE)}, OFFICE)
    with pytest.raises(CannotSimulate, match="minst én"):
        serve(jobs, staff)


def test_what_cannot_be_simulated_says_why() -> None:
    for arrivals, why in (([], "ingen saker"), ([ticket(MONDAY, timedelta())], "uten arbeid")):
        with pytest.raises(CannotSimulate, match=why):
            jobs_of(arrivals, {"it": Agreed(IT, OFFICE)}, OFFICE)
    with pytest.raises(CannotSimulate, match="«it»"):
        jobs_of([ticket(MONDAY, HOUR)], {}, OFFICE)


# Generated queues: small whole numbers, so that many things happen at the same instant.

AMOUNT = st.integers(1, 12)
WAIT = st.tuples(st.integers(0, 10), st.booleans())


@st.composite
def some_jobs(draw: st.DrawFn, *, plain: bool = False) -> list[Job]:
    """In order of their start. `plain`: one stage each, and answered by the solution."""
    jobs = []
    for start in sorted(draw(st.lists(st.integers(0, 30), min_size=1, max_size=12))):
        response = draw(AMOUNT)
        waits = () if plain else tuple(draw(st.lists(WAIT, max_size=3)))
        works = [draw(st.integers(0, 6)) for _ in waits] + [draw(st.integers(1, 6))]
        ends = tuple(sum(works[: n + 1]) for n in range(len(works)))
        answers = draw(st.integers(0, len(waits)))
        jobs.append(Job(ticket(MONDAY, HOUR), start, response, response + draw(AMOUNT), ends, waits, answers))
    return jobs


@given(some_jobs(), st.integers(1, 4))
def test_the_queue_is_the_one_that_is_looked_through_at_every_tick(jobs: list[Job], staff: int) -> None:
    slow = serve_slowly(jobs, staff)
    for fast, case in zip(serve(jobs, staff), slow, strict=True):
        assert (fast.started, fast.answered, fast.solved) == (case.started, case.answered, case.solved)
        assert (fast.response_used, fast.solution_used) == (case.response_used, case.solution_used)


@given(some_jobs(), st.integers(1, 4))
def test_every_ticket_is_served_once_and_never_faster_than_its_work(jobs: list[Job], staff: int) -> None:
    results = serve(jobs, staff)
    assert len(results) == len(jobs)
    for job, result in zip(jobs, results, strict=True):
        assert job.start <= result.started < result.solved
        assert result.solved - job.start >= job.work + sum(wait for wait, _ in job.waits)
        assert job.start <= result.answered <= result.solved
        assert 0 <= result.response_used <= result.solution_used
    busy = max(result.solved for result in results) - jobs[0].start
    assert sum(job.work for job in jobs) <= busy * staff


@given(some_jobs(plain=True), st.integers(1, 4))
def test_one_more_agent_delays_nobody(jobs: list[Job], staff: int) -> None:
    """For tickets without pauses, answered by their solution: their place in the queue never changes.

    With pauses it is not so (below): who is served sooner comes back sooner, and may then stand in another's way.
    """
    few, more = serve(jobs, staff), serve(jobs, staff + 1)
    assert all(later.solved >= sooner.solved for later, sooner in zip(few, more, strict=True))


def test_with_pauses_one_more_agent_may_break_a_promise() -> None:
    """Three tickets that wait for the requester once, answered by their solution, promised in 3, 3 and 2.

    With one agent the first is kept, at 8. With two it waits in its pause while they begin the others, which are then
    due before it; it comes back in time, finds both busy, and is solved at 10.
    """

    def job(start: int, promised: int, ends: tuple[int, int], pause: int) -> Job:
        return Job(ticket(MONDAY, HOUR), start, promised, promised, ends, ((pause, False),), 1)

    jobs = [job(1, 3, (1, 2), 5), job(1, 3, (3, 5), 3), job(2, 2, (1, 5), 3)]
    for staff, solved, count in ((1, [8, 10, 14], 1), (2, [10, 9, 10], 0)):
        results = serve(jobs, staff)
        assert [each.solved for each in results] == solved
        kept_by = [each.solution_used < job.solution for each, job in zip(results, jobs, strict=True)]
        assert sum(kept_by) == count


@given(st.lists(st.integers(0, 14 * 24 * 60), min_size=1, max_size=20), st.integers(1, 3))
def test_work_begins_only_when_it_is_open(minutes: list[int], staff: int) -> None:
    opened = sorted(MONDAY + n * MINUTE for n in minutes)
    results = served(*(ticket(at, 3 * HOUR) for at in opened), staff=staff)
    axis = OpenTime(OFFICE, opened[0])
    for at, result in zip(opened, results, strict=True):
        began = axis.instant(result.started)
        assert OFFICE.is_open(began)
        assert began >= at


@given(some_jobs())
def test_the_same_question_has_the_same_answer(jobs: list[Job]) -> None:
    assert serve(jobs, 2) == serve(list(jobs), 2)
