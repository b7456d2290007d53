"""What each kind of clock does with what happens, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.published import Published
from app.clocks.compute import ClockState, Course, courses_of, read, steps_of
from app.clocks.log import Happened
from app.clocks.promised import ClockKind, House
from app.clocks.situation import BrokenLog
from service_catalog.load import load_catalogue
from sla.agreement import Agreement
from sla.amount import Amount
from sla.load import load_sla

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine o'clock in Oslo; the agreement's days are from eight to half past three."""


@cache
def house() -> House:
    """One agreement with everything in it, in two versions: the second does not wait for suppliers."""
    sla = load_sla()
    everything: dict[str, Any] = sla.agreements["arbeidsavtale"].model_dump(mode="json") | {
        "pauses_on": ["requester", "approval", "supplier"]
    }
    versions = (
        Agreement.model_validate(everything),
        Agreement.model_validate(
            everything
            | {"version": 2, "pauses_on": ["requester"], "warn_at": [75, 80], "valid_from": "2026-01-01"}
        ),
    )
    calendars = {name: source.pinned(range(2025, 2030)) for name, source in sla.calendars.items()}
    published = Published(1, load_catalogue(), {"arbeidsavtale": versions}, calendars, sla.statutes)
    return House({1: published})


def opened(at: datetime = MONDAY, *, priority: str = "normal", unit: str = "hr", **more: Any) -> Happened:
    terms = {"catalogue_version": 1, "agreement": "arbeidsavtale", "agreement_version": 1}
    return Happened("ticket.opened", at, {"priority": priority, "unit": unit, **terms, **more})


def then(kind: str, after: timedelta, **payload: Any) -> Happened:
    return Happened(f"ticket.{kind}", MONDAY + after, payload)


def clock(log: list[Happened], kind: ClockKind, part: str = "") -> Course:
    return next(each for each in courses_of(log, house()) if (each.kind, each.part) == (kind, part))


def used(log: list[Happened], kind: ClockKind, part: str = "", *, after: timedelta) -> timedelta:
    return read(clock(log, kind, part), at=MONDAY + after).used


def test_a_ticket_has_a_clock_for_each_promise_and_none_without_a_target() -> None:
    found = [(each.kind, each.part) for each in courses_of([opened()], house())]
    assert found == [("response", ""), ("solution", ""), ("update", ""), ("leg", "hr")]
    urgent = [(each.kind, each.part) for each in courses_of([opened(priority="high")], house())]
    assert ("update", "") not in urgent


def test_the_first_answer_stops_the_response_for_good() -> None:
    log = [
        opened(),
        then("replied", HOUR, answer=True),
        then("resolved", 2 * HOUR),
        then("reopened", 3 * HOUR),
    ]
    reading = read(clock(log, ClockKind.RESPONSE), at=MONDAY + 5 * HOUR)
    assert (reading.state, reading.used) == (ClockState.MET, HOUR)


def test_what_the_requester_writes_is_no_answer_and_no_news() -> None:
    log = [opened(), then("replied", HOUR, answer=False)]
    assert read(clock(log, ClockKind.RESPONSE), at=MONDAY + HOUR).state is ClockState.RUNNING
    assert clock(log, ClockKind.UPDATE).period.number == 1


def test_the_promise_of_news_begins_anew_with_each_answer() -> None:
    log = [opened(), then("replied", HOUR, answer=True), then("replied", 3 * HOUR, answer=True)]
    course = clock(log, ClockKind.UPDATE)
    assert (course.period.number, course.period.begun_at) == (3, MONDAY + 3 * HOUR)
    assert used(log, ClockKind.UPDATE, after=4 * HOUR) == HOUR


def test_reopening_goes_on_and_what_is_past_is_only_recorded() -> None:
    """3 days of 7 t 30 min. Solved after 12 hours of work (half is 11 t 15), opened again two days later."""
    log = [opened(), then("resolved", 29 * HOUR), then("reopened", 73 * HOUR)]
    course = clock(log, ClockKind.SOLUTION)
    steps = [(step.period, step.percent, step.sent) for step in steps_of(course, at=MONDAY + 74 * HOUR)]
    assert steps == [(1, 50, True), (2, 50, False)]
    assert used(log, ClockKind.SOLUTION, after=73 * HOUR) == used(log, ClockKind.SOLUTION, after=40 * HOUR)
    assert read(course, at=MONDAY + 74 * HOUR).state is ClockState.RUNNING


def test_another_priority_counts_from_the_opening_and_tells_nobody_of_what_is_past() -> None:
    """One working day for a critical one, seen when nearly two have been worked: every step is past."""
    log = [opened(priority="low"), then("priority_changed", 30 * HOUR, priority="critical", old="low")]
    course = clock(log, ClockKind.SOLUTION)
    assert course.period.target == Amount.read("1 dag").target(course.promised.calendar, MONDAY)
    assert read(course, at=MONDAY + 30 * HOUR).due_at == MONDAY + 24 * HOUR
    now = [step for step in steps_of(course, at=MONDAY + 30 * HOUR) if step.period == 2]
    assert [(step.percent, step.sent) for step in now] == [
        (50, False),
        (75, False),
        (100, False),
        (150, False),
    ]


def test_other_terms_leave_the_steps_that_were_passed_under_the_old_ones() -> None:
    """Three days of 7 t 30 min: half was used after a day and a half, and the new version has no step there."""
    newer = {"catalogue_version": 1, "agreement": "arbeidsavtale", "agreement_version": 2}
    log = [opened(), then("agreement_changed", 30 * HOUR, reason="agreed", **newer)]
    steps = steps_of(clock(log, ClockKind.SOLUTION), at=MONDAY + 96 * HOUR)
    told = [(step.period, step.percent) for step in steps]
    assert told == [(1, 50), (2, 75), (2, 80), (2, 100)]


@pytest.mark.parametrize(
    ("kind", "part", "stops", "later"),
    [
        (
            ClockKind.RESPONSE,
            "",
            then("replied", HOUR, answer=True),
            then("priority_changed", 4 * HOUR, priority="critical"),
        ),
        (
            ClockKind.LEG,
            "hr",
            then("rerouted", HOUR, to_unit="lonn"),
            then("rerouted", 4 * HOUR, to_unit="hr"),
        ),
    ],
)
def test_a_clock_that_stood_still_when_the_terms_changed_keeps_its_periods(
    kind: ClockKind, part: str, stops: Happened, later: Happened
) -> None:
    """What is decided is decided by the period's number: what happens later adds periods, and renames none."""
    newer = {"catalogue_version": 1, "agreement": "arbeidsavtale", "agreement_version": 2}
    log = [opened(), stops, then("agreement_changed", 3 * HOUR, reason="agreed", **newer)]
    before, after = clock(log, kind, part), clock([*log, later], kind, part)
    assert after.periods[: len(before.periods)] == before.periods
    assert len(after.periods) == len(before.periods) + 1


def test_a_change_that_leaves_the_target_begins_no_period() -> None:
    log = [opened(), then("priority_changed", HOUR, priority="high", old="normal")]
    assert clock(log, ClockKind.LEG, "hr").period.number == 1
    assert clock(log, ClockKind.SOLUTION).period.number == 2


def test_until_a_handover_is_accepted_the_giver_s_time_runs() -> None:
    log = [
        opened(),
        then("handed_over", HOUR, from_unit="hr", to_unit="lonn"),
        then("handover_accepted", 3 * HOUR, from_unit="hr", to_unit="lonn"),
    ]
    assert used(log, ClockKind.LEG, "hr", after=4 * HOUR) == 3 * HOUR
    assert used(log, ClockKind.LEG, "lonn", after=4 * HOUR) == HOUR
    assert read(clock(log, ClockKind.LEG, "hr"), at=MONDAY + 4 * HOUR).state is ClockState.MET


def test_a_unit_that_gets_it_back_goes_on_with_what_it_had_used() -> None:
    log = [
        opened(),
        then("rerouted", HOUR, from_unit="hr", to_unit="lonn"),
        then("rerouted", 2 * HOUR, from_unit="lonn", to_unit="hr"),
    ]
    course = clock(log, ClockKind.LEG, "hr")
    assert (course.period.number, used(log, ClockKind.LEG, "hr", after=4 * HOUR)) == (2, 3 * HOUR)


def test_the_legs_of_a_ticket_add_up_to_what_its_solution_used() -> None:
    log = [
        opened(),
        then("rerouted", HOUR, to_unit="lonn"),
        then("waiting", 2 * HOUR, reason="requester"),
        then("resumed", 5 * HOUR),
        then("handover_accepted", 24 * HOUR, to_unit="it"),
    ]
    legs = [used(log, ClockKind.LEG, unit, after=26 * HOUR) for unit in ("hr", "lonn", "it")]
    assert sum(legs, timedelta()) == used(log, ClockKind.SOLUTION, after=26 * HOUR)


def test_the_requester_s_own_time_is_measured_for_each_question_and_told_to_nobody() -> None:
    log = [opened(), then("waiting", HOUR, reason="requester")]
    course = clock(log, ClockKind.REPLY)
    assert used(log, ClockKind.REPLY, after=3 * HOUR) == 2 * HOUR
    assert course.promised.steps(course.kind, "") == (100,)
    assert course.promised.told_at(course.kind, "", 100) == ()
    again = [*log, then("resumed", 3 * HOUR), then("waiting", 5 * HOUR, reason="requester")]
    assert clock(again, ClockKind.REPLY).period.number == 2
    assert used(again, ClockKind.REPLY, after=6 * HOUR) == HOUR


def test_waiting_pauses_only_for_what_the_agreement_names() -> None:
    paused = [opened(), then("waiting", HOUR, reason="supplier")]
    assert read(clock(paused, ClockKind.SOLUTION), at=MONDAY + 2 * HOUR).state is ClockState.PAUSED
    running = [opened(), then("waiting", HOUR, reason="date")]
    assert used(running, ClockKind.SOLUTION, after=2 * HOUR) == 2 * HOUR


def test_two_pauses_at_one_instant_are_the_last_one() -> None:
    log = [opened(), then("waiting", HOUR, reason="supplier"), then("waiting", HOUR, reason="date")]
    assert used(log, ClockKind.SOLUTION, after=2 * HOUR) == 2 * HOUR
    log = [opened(), then("waiting", HOUR, reason="date"), then("waiting", HOUR, reason="supplier")]
    assert used(log, ClockKind.SOLUTION, after=2 * HOUR) == HOUR


def test_a_pause_that_ends_as_it_begins_changes_nothing() -> None:
    log = [opened(), then("waiting", HOUR, reason="supplier"), then("resumed", HOUR)]
    plain = read(clock([opened()], ClockKind.SOLUTION), at=MONDAY + 2 * HOUR)
    assert read(clock(log, ClockKind.SOLUTION), at=MONDAY + 2 * HOUR) == plain


def test_a_newer_agreement_that_was_asked_for_counts_from_the_opening() -> None:
    """Under the second version waiting for a supplier counts: also the hours before it was attached."""
    newer = {"catalogue_version": 1, "agreement": "arbeidsavtale", "agreement_version": 2}
    log = [opened(), then("waiting", HOUR, reason="supplier"), then("agreement_changed", 3 * HOUR, **newer)]
    course = clock(log, ClockKind.SOLUTION)
    assert used(log, ClockKind.SOLUTION, after=3 * HOUR) == 3 * HOUR
    assert (course.period.number, course.period.terms.agreement_version) == (2, 2)


def test_a_legal_clock_never_pauses_and_no_agreement_touches_it() -> None:
    legal = {"aml-14-5": ["2026-11-25"]}
    log = [
        opened(legal=legal),
        then("waiting", timedelta(), reason="requester"),
        then("priority_changed", HOUR, priority="low", old="normal"),
    ]
    course = clock(log, ClockKind.STATUTORY, "aml-14-5")
    reading = read(course, at=MONDAY + 2 * HOUR)
    assert reading.due_at == datetime(2026, 12, 2, 22, 59, 59, 999999, tzinfo=UTC)
    assert (reading.state, course.period.number) == (ClockState.RUNNING, 1)


def test_a_law_that_was_broken_from_the_start_is_told_of() -> None:
    course = clock([opened(legal={"aml-14-8": ["2026-11-02"]})], ClockKind.STATUTORY, "aml-14-8")
    reading = read(course, at=MONDAY)
    assert reading.breached_at == reading.due_at == datetime(2026, 11, 2, 22, 59, 59, 999999, tzinfo=UTC)
    assert reading.next_at is not None
    assert reading.next_at > MONDAY
    assert [step.percent for step in steps_of(course, at=MONDAY + HOUR) if step.sent] == [50, 75, 100]


@pytest.mark.parametrize(
    "log",
    [
        [],
        [then("replied", HOUR, answer=True)],
        [then("replied", -HOUR, answer=True), opened()],
        [opened(), then("replied", -HOUR, answer=True)],
        [opened(), then("waiting", 2 * HOUR, reason="requester"), then("resumed", HOUR)],
        [opened(), opened()],
    ],
)
def test_a_log_that_cannot_be_gives_no_date_at_all(log: list[Happened]) -> None:
    """Nothing happens before the ticket exists, and nothing before what happened before it."""
    with pytest.raises(BrokenLog):
        courses_of(log, house())


EVENTS: dict[str, dict[str, Any]] = {
    "replied": {"answer": True},
    "waiting": {"reason": "supplier"},
    "resumed": {},
    "resolved": {},
    "reopened": {},
    "rerouted": {"to_unit": "lonn"},
    "handover_accepted": {"to_unit": "hr"},
    "priority_changed": {"priority": "low"},
}
happenings = st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.integers(0, 900)), min_size=0, max_size=8)


@settings(max_examples=150, deadline=None)
@given(happenings)
def test_a_clock_is_what_counting_minute_by_minute_says(happenings: list[tuple[str, int]]) -> None:
    log, at = [opened()], timedelta()
    for kind, minutes in happenings:
        at += minutes * MINUTE
        log.append(then(kind, at, **EVENTS[kind]))
    end = at + 600 * MINUTE
    for kind, part in ((ClockKind.SOLUTION, ""), (ClockKind.UPDATE, ""), (ClockKind.LEG, "hr")):
        course = clock(log, kind, part)
        reading = read(course, at=MONDAY + end)
        counted, due = by_the_minute(log, course, end)
        assert reading.used == counted, (kind, log)
        assert reading.due_at == due or reading.due_at is None or reading.due_at > MONDAY + end, (kind, log)
        assert due is None or reading.due_at == due, (kind, log)


def by_the_minute(log: list[Happened], course: Course, end: timedelta) -> tuple[timedelta, datetime | None]:
    """Time counted by looking at every minute, and the instant the present target was used up."""
    calendar, left = course.promised.calendar, list(log)
    is_open, waiting, holder, counted = True, False, "hr", timedelta()
    due: datetime | None = None
    minute = timedelta()
    while True:
        while left and left[0].at <= MONDAY + minute:
            event = left.pop(0)
            name = event.kind.removeprefix("ticket.")
            if name in ("resolved", "reopened"):
                is_open = name == "reopened"
            if name in ("waiting", "resumed", "resolved"):
                waiting = name == "waiting"
            holder = event.payload.get("to_unit", holder)
            is_news = name == "reopened" or event.payload.get("answer", False)
            if course.kind is ClockKind.UPDATE and is_news and (is_open or name == "reopened"):
                counted, due = timedelta(), None
        if minute >= end:
            return counted, due
        runs = is_open and not waiting and (course.kind is not ClockKind.LEG or holder == "hr")
        if runs and calendar.is_open(MONDAY + minute):
            counted += MINUTE
            if due is None and counted >= course.period.target:
                due = MONDAY + minute + MINUTE
        minute += MINUTE


@settings(max_examples=100, deadline=None)
@given(happenings)
def test_no_step_is_told_twice_and_periods_follow_each_other(happenings: list[tuple[str, int]]) -> None:
    log, at = [opened()], timedelta()
    for kind, minutes in happenings:
        at += minutes * MINUTE
        log.append(then(kind, at, **EVENTS[kind]))
    for course in courses_of(log, house()):
        steps = list(steps_of(course, at=MONDAY + at + 30 * 24 * HOUR))
        assert len({(step.period, step.percent) for step in steps}) == len(steps)
        assert [period.number for period in course.periods] == list(range(1, len(course.periods) + 1))
        assert all(step.at > course.periods[step.period - 1].since for step in steps if step.sent)
        assert all(step.at <= course.periods[step.period - 1].since for step in steps if not step.sent)
