"""Any calendar, any history, both clock changes of every year: the table and the minute hand agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.calendar import CalendarSource, NeverOpen, WorkingCalendar
from sla.hours import WEEKDAYS
from sla.proof.calendars import YEARS, last_sundays
from sla.proof.compare import MICROSECOND, Comparison
from sla.proof.histories import History
from sla.proof.reference import DAY, EPOCH, MINUTE, SlowCalendar, easter_sunday, midnight_of

OSLO = (
    *(day for year in YEARS for day in last_sundays(year)),
    *(easter_sunday(year) + timedelta(days=days) for year in YEARS for days in (0, 39, 50)),
    date(2027, 1, 1),
    date(2028, 2, 29),
)
"""Both clock changes of every year, the feasts that move, a year's end and a leap day."""
ELSEWHERE = (
    ("America/Sao_Paulo", date(2018, 2, 18)),  # repeats the hour before midnight
    ("America/Sao_Paulo", date(2018, 11, 4)),  # skips midnight
    ("Asia/Tehran", date(2022, 3, 22)),  # skips midnight, half an hour from everybody
    ("Africa/Cairo", date(2026, 4, 24)),  # skips midnight
    ("Africa/Cairo", date(2026, 10, 29)),  # repeats the hour before midnight
    ("America/Nuuk", date(2026, 3, 29)),  # changes on the evening before
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # goes back half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Casablanca", date(2026, 2, 15)),  # goes back for Ramadan
    ("America/New_York", date(2026, 11, 1)),
    ("Pacific/Kiritimati", date(2027, 1, 1)),
    ("UTC", date(2028, 2, 29)),
)
PLACES = (*(("Europe/Oslo", day) for day in OSLO), *ELSEWHERE)
BEFORE, AFTER = timedelta(days=10), timedelta(days=15)


def examples(count: int) -> Any:
    """No deadline and no complaint of slowness: the reference is slow, and so may the machine be."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, suppress_health_check=quiet)


wall_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
windows = st.lists(st.builds("{}-{}".format, wall_times, wall_times | st.just("24:00")), max_size=3)
weeks = st.dictionaries(st.sampled_from([str(day) for day in WEEKDAYS]), windows, max_size=7)
amounts = st.integers(1, 24 * 60).map(lambda minutes: minutes * MINUTE) | st.integers(1, 90 * 60 * MINUTE)


def is_open_some_day(week: dict[str, list[str]]) -> bool:
    return any(window[:5] != window[6:] for windows in week.values() for window in windows)


@st.composite
def written_calendars(draw: st.DrawFn, zone: str, night: date) -> dict[str, Any]:
    near = st.integers(-3, 5).map(lambda days: (night + timedelta(days=days)).isoformat())
    overrides = draw(st.dictionaries(near, windows, max_size=2))
    first, last = sorted((draw(near), draw(near)))
    if draw(st.booleans()):
        first, last = first[5:], last[5:]
    return {
        "timezone": zone,
        "weekly": draw(weeks.filter(is_open_some_day)),
        "seasons": [{"first": first, "last": last, "weekly": draw(weeks)}] if draw(st.booleans()) else [],
        "closed": dict.fromkeys(draw(st.frozensets(near, max_size=2)), "closed"),
        "overrides": overrides,
        "holidays": draw(st.sampled_from(("NO", None))),
        "holiday_hours": draw(st.just([]) | windows),
    }


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[date, Comparison]:
    zone, night = draw(st.sampled_from(PLACES))
    written = draw(written_calendars(zone, night))
    slow = SlowCalendar(written, night - BEFORE, night + AFTER)
    return night, Comparison(slow, engine(written), local=draw(st.booleans()))


def engine(written: dict[str, Any]) -> WorkingCalendar:
    return CalendarSource.model_validate({"name": "any", **written}).compile()


@st.composite
def histories(draw: st.DrawFn, night: date) -> History:
    inside = st.sampled_from((0, 0, 1, MINUTE // 2, MINUTE - 1))
    opened = midnight_of(night) + draw(st.integers(-2 * DAY, 300)) * MINUTE + draw(inside)
    steps = draw(st.lists(st.integers(0, 500), max_size=8))
    bounds = [opened + MINUTE * sum(steps[: n + 1]) + draw(inside) for n in range(len(steps))]
    pauses: list[tuple[int, int | None]] = [
        (min(pair), max(pair)) for pair in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    if len(bounds) % 2 and draw(st.booleans()):
        pauses.append((bounds[-1], None))
    targets = draw(st.lists(amounts, min_size=1, max_size=3))
    looked = opened + draw(st.integers(-600, 4 * DAY)) * MINUTE + draw(inside)
    days = draw(st.none() | st.integers(-5, 9))
    return History(opened, tuple(draw(st.permutations(pauses))), tuple(targets), looked, days)


@examples(250)
@given(st.data())
def test_every_question_about_a_history_is_answered_as_counting_minutes_answers_it(
    data: st.DataObject,
) -> None:
    night, comparison = data.draw(comparisons())
    for history in data.draw(st.lists(histories(night), min_size=3, max_size=8)):
        assert [str(each) for each in comparison.differences(history)] == []


@examples(40)
@given(comparisons())
def test_open_minutes_are_the_minutes_the_wall_clock_shows_inside_a_window(
    asked: tuple[date, Comparison],
) -> None:
    night, comparison = asked
    start = midnight_of(night) - DAY * MINUTE
    for place in range(3 * DAY):
        at = start + place * MINUTE
        assert comparison.fast.is_open(EPOCH + at * MICROSECOND) == comparison.slow.is_open(at), place


@examples(70)
@given(comparisons(), st.integers(0, 2 * MINUTE), st.integers(1, 20 * DAY * MINUTE))
def test_going_forward_and_measuring_agree_to_the_microsecond(
    asked: tuple[date, Comparison], past: int, amount: int
) -> None:
    night, comparison = asked
    calendar, worked = comparison.fast, amount * MICROSECOND
    start = EPOCH + (midnight_of(night) + past) * MICROSECOND
    try:
        due = calendar.after(start, worked)
    except NeverOpen:
        return
    assert calendar.working_time(start, due) == worked
    assert calendar.working_time(start, due - MICROSECOND) == worked - MICROSECOND
    assert calendar.working_time(due, start) == -worked
    opening = calendar.before(due, worked)
    assert opening >= start
    assert calendar.working_time(opening, due) == worked


@examples(40)
@given(comparisons())
def test_a_calendar_answers_the_same_whatever_it_was_asked_before(asked: tuple[date, Comparison]) -> None:
    night, comparison = asked
    fresh = engine(dict(comparison.slow.written))
    start = EPOCH + midnight_of(night) * MICROSECOND
    comparison.fast.working_time(datetime(2016, 6, 1, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC))
    assert answers(comparison.fast, start) == answers(fresh, start)


def answers(calendar: WorkingCalendar, start: datetime) -> Sequence[object]:
    moments = [start + timedelta(minutes=17 * n) for n in range(99)]
    return [calendar.working_time(start, moments[-1]), *map(calendar.is_open, moments)]


@examples(70)
@given(comparisons(), st.integers(1, 8), st.timedeltas(timedelta(), timedelta(days=3)))
def test_days_ahead_are_the_open_time_until_the_same_wall_clock_then(
    asked: tuple[date, Comparison], days: int, past: timedelta
) -> None:
    """However it is looked up: between two days with the same hours it is known without asking the table."""
    night, comparison = asked
    calendar, at = comparison.fast, EPOCH + midnight_of(night) * MICROSECOND + past
    try:
        begins = calendar.next_open(at)
        later = calendar.add_days(begins, days, snap=True)
    except NeverOpen:
        return
    for asked_at in (begins, at):
        assert calendar.days_ahead(asked_at, days) == calendar.working_time(begins, later)
