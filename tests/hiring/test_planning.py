"""Dated steps from text: law before plan, working days, and only what is for this job."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Conflict
from app.journeys.lifecycle import MOVES, check_move, is_over, may_begin, percent_ready
from app.journeys.models import StepState
from app.journeys.page import Late
from app.journeys.payroll import Run, first_pay
from app.journeys.planning import Job, planned
from service_catalog.journey_schema import Counted, OwnerKind, PayType, Step
from service_catalog.load import load_catalogue
from service_catalog.values import Text
from sla.load import load_sla
from sla.zone import day_of

CATALOGUE, SLA = load_catalogue(), load_sla()
CALENDAR = SLA.calendars["kontortid"].compile()
SAID = Text(nb="x", nn="x", en="x")
BEGUN = datetime(2026, 11, 23, 9, tzinfo=UTC)


def job(day: date, *, code: str = "7962", function: str = "202", ends_on: date | None = None) -> Job:
    return Job(day, day, ends_on, code, function, "fast")


@pytest.mark.parametrize("key", sorted(CATALOGUE.journeys))
@settings(max_examples=10)
@given(
    day=st.dates(date(2026, 12, 1), date(2028, 12, 31)),
    length=st.none() | st.integers(30, 400),
    function=st.sampled_from(["202", "253", "120"]),
)
def test_every_step_opens_before_it_is_due_and_law_is_kept(
    key: str, day: date, length: int | None, function: str
) -> None:
    journey = CATALOGUE.journeys[key]
    one = job(day, function=function, ends_on=day + timedelta(days=length) if length else None)
    steps = planned(journey, one, CALENDAR, SLA.statutes, BEGUN)
    present = {step.key for step in steps}
    for step in steps:
        said = journey.step(step.key)
        assert said is not None
        assert step.opens_at >= BEGUN
        assert said.counted_from is Counted.FIRST_DAY or one.ends_on
        assert step.opens_at <= max(step.due_at, BEGUN)
        if said.statute == "aml-14-5":
            assert step.due_at.date() <= day + timedelta(days=8)
    assert {"politiattest-skole", "politiattest-helse"} - present or journey.kind not in ("join", "move")


def test_a_weekend_is_no_working_day() -> None:
    step = Step(key="s", owner=OwnerKind.LEADER, title=SAID, why=SAID, due=-1)
    journey = CATALOGUE.journeys["bytte"].model_copy(update={"steps": (step,)})
    (found,) = planned(journey, job(date(2026, 12, 14)), CALENDAR, {}, BEGUN)
    assert found.due_at.date() == date(2026, 12, 11), "a Monday's day before is Friday"


@given(old=st.sampled_from(StepState), new=st.sampled_from(StepState))
def test_only_listed_moves_are_made(old: StepState, new: StepState) -> None:
    if new in MOVES[old]:
        check_move(old, new)
    else:
        with pytest.raises(Conflict):
            check_move(old, new)


@given(st.lists(st.sampled_from(StepState)))
def test_all_is_ready_only_when_nothing_is_left(states: list[StepState]) -> None:
    assert 0 <= percent_ready(states) <= 100
    assert (percent_ready(states) == 100) is is_over(states)


def test_what_is_not_in_the_journey_is_not_waited_for() -> None:
    assert may_begin(StepState.WAITING, ["other"], set(), {"this"})
    assert not may_begin(StepState.WAITING, ["other"], set(), {"this", "other"})
    assert not may_begin(StepState.OPEN, [], set(), {"this"})


@pytest.mark.parametrize(
    ("reported", "is_missed", "next_on"),
    [
        (date(2026, 12, 2), False, date(2026, 12, 12)),
        (date(2026, 12, 3), True, date(2027, 1, 12)),
        (date(2027, 2, 1), True, None),
    ],
)
def test_the_first_pay_is_in_the_run_whose_cut_off_is_kept(
    reported: date, is_missed: bool, next_on: date | None
) -> None:
    runs = [
        Run(1, PayType.MONTHLY, date(2026, 12, 12), date(2026, 12, 2)),
        Run(2, PayType.MONTHLY, date(2027, 1, 12), date(2027, 1, 4)),
        Run(3, PayType.HOURLY, date(2026, 12, 20), date(2026, 12, 10)),
    ]
    found = first_pay(runs, PayType.MONTHLY, date(2026, 12, 7), reported)
    assert found is not None
    assert (found.pays_on, found.is_missed, found.next_on) == (date(2026, 12, 12), is_missed, next_on)
    assert first_pay(runs, PayType.HOURLY, date(2027, 1, 1), reported) is None


def test_what_is_ready_before_the_first_day_is_over_is_told_apart_from_what_is_not() -> None:
    """On a clock in Norway: just after midnight there, the day before in UTC, the first day has begun."""
    day = date(2026, 11, 23)
    assert Late("Brukerkonto", datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "").is_ready_on(day)
    assert not Late("Adgangskort", datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "").is_ready_on(day)
    assert not Late("Journal", None, "politiattest").is_ready_on(day)
    assert day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == day
