"""Any calendar, any instant, both clock changes: the table and the minute hand agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.calendar import CalendarSource, NeverOpen, WorkingCalendar
from sla.clock import Clock, Span
from sla.hours import WEEKDAYS
from tests.sla.reference import MINUTE, Pair, SlowCalendar

ZONES = ("Europe/Oslo", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Tehran", "Africa/Casablanca", "UTC")
# Both clock changes of Oslo, a year's end and a leap day; the other zones have theirs near some of them.
NIGHTS = (
    datetime(2024, 3, 31, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2030, 10, 27, 1, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe goes back half an hour
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # São Paulo skips midnight
    datetime(2018, 2, 18, 2, tzinfo=UTC),  # São Paulo repeats the hour before midnight
    datetime(2022, 3, 21, 20, 30, tzinfo=UTC),  # Tehran skips midnight
)
HORIZON = timedelta(days=2)
# No deadline and no complaint of slowness: the reference is slow, and so may the machine be.
EXAMPLES = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

wall_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
windows = st.tuples(wall_times, wall_times | st.just("24:00"))
weeks = st.dictionaries(st.integers(0, 6), st.lists(windows, max_size=3), max_size=7)


@st.composite
def calendars(draw: st.DrawFn, night: datetime) -> tuple[WorkingCalendar, SlowCalendar]:
    near = st.integers(-3, 5).map(lambda days: night.date() + timedelta(days=days))
    first = draw(near)
    slow = SlowCalendar(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        weekly=draw(weeks),
        closed=draw(st.frozensets(near, max_size=2)),
        overrides=draw(st.dictionaries(near, st.lists(windows, max_size=3), max_size=2)),
        summer=draw(st.none() | st.tuples(st.just(first), st.just(first + timedelta(days=2)), weeks)),
    )
    return _written(slow).compile(), slow


def _written(slow: SlowCalendar) -> CalendarSource:
    def week(pairs: Mapping[int, Sequence[Pair]]) -> dict[str, list[str]]:
        return {WEEKDAYS[day]: _texts(windows) for day, windows in pairs.items()}

    seasons = []
    if slow.summer is not None:
        first, last, weekly = slow.summer
        seasons.append({"first": first.isoformat(), "last": last.isoformat(), "weekly": week(weekly)})
    return CalendarSource.model_validate(
        {
            "name": "any",
            "timezone": slow.zone.key,
            "weekly": week(slow.weekly),
            "seasons": seasons,
            "closed": dict.fromkeys(slow.closed, "closed"),
            "overrides": {day: _texts(windows) for day, windows in slow.overrides.items()},
        }
    )


def _texts(pairs: Sequence[Pair]) -> list[str]:
    return [f"{opens}-{closes}" for opens, closes in pairs]


@st.composite
def questions(draw: st.DrawFn) -> tuple[WorkingCalendar, SlowCalendar, datetime]:
    night = draw(st.sampled_from(NIGHTS))
    fast, slow = draw(calendars(night))
    return fast, slow, night + MINUTE * draw(st.integers(-2 * 24 * 60, 60))


@EXAMPLES
@given(questions())
def test_open_minutes_are_the_minutes_the_wall_clock_shows_inside_a_window(
    question: tuple[WorkingCalendar, SlowCalendar, datetime],
) -> None:
    fast, slow, start = question
    worked = 0
    for n in range(HORIZON // MINUTE):
        at = start + n * MINUTE
        assert fast.is_open(at) == slow.is_open(at), at
        worked += slow.is_open(at)
        if n % 97 == 0:
            assert fast.working_time(start, at + MINUTE) == worked * MINUTE, at


@EXAMPLES
@given(questions(), st.integers(1, 24 * 60))
def test_adding_and_going_back_land_where_counting_minutes_lands(
    question: tuple[WorkingCalendar, SlowCalendar, datetime], minutes: int
) -> None:
    fast, slow, start = question
    later, earlier = start + HORIZON, start - HORIZON
    due = slow.after(start, minutes, later)
    if due is not None:
        assert fast.after(start, minutes * MINUTE) == due
    else:
        assert _lands_beyond(lambda: fast.after(start, minutes * MINUTE) > later)
    since = slow.before(start, minutes, earlier)
    if since is not None:
        assert fast.before(start, minutes * MINUTE) == since
    else:
        assert _lands_beyond(lambda: fast.before(start, minutes * MINUTE) < earlier)


def _lands_beyond(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except NeverOpen:
        return True


@EXAMPLES
@given(questions(), st.lists(st.integers(0, 500), min_size=2, max_size=8), st.integers(1, 600))
def test_a_clock_counts_the_open_minutes_inside_its_spans(
    question: tuple[WorkingCalendar, SlowCalendar, datetime], steps: list[int], target: int
) -> None:
    fast, slow, start = question
    bounds = [start + MINUTE * sum(steps[: n + 1]) for n in range(len(steps) // 2 * 2)]
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    counted = list(slow.running_minutes(pairs))
    clock = Clock(fast, target * MINUTE, tuple(Span(first, last) for first, last in pairs))
    assert clock.used_at(bounds[-1]) == len(counted) * MINUTE
    if _opens(fast, start):
        assert clock.due_at() == (counted[target - 1] + MINUTE if target <= len(counted) else None)


def _opens(calendar: WorkingCalendar, at: datetime) -> bool:
    try:
        return calendar.next_open(at + HORIZON * 3) > at
    except NeverOpen:
        return False


@EXAMPLES
@given(
    questions(),
    st.timedeltas(timedelta(), timedelta(seconds=120)),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=20)),
)
def test_going_forward_and_measuring_agree_to_the_microsecond(
    question: tuple[WorkingCalendar, SlowCalendar, datetime], past: timedelta, amount: timedelta
) -> None:
    calendar, _, start = question
    start += past
    if not _opens(calendar, start):
        return
    try:
        due = calendar.after(start, amount)
    except NeverOpen:
        return
    assert calendar.working_time(start, due) == amount
    assert calendar.working_time(start, due - timedelta(microseconds=1)) == amount - timedelta(microseconds=1)
    assert calendar.working_time(due, start) == -amount
    opening = calendar.before(due, amount)
    assert opening >= start
    assert calendar.working_time(opening, due) == amount


@EXAMPLES
@given(questions(), st.integers(1, 8), st.timedeltas(timedelta(), timedelta(days=3)))
def test_days_ahead_are_the_open_time_until_the_same_wall_clock_then(
    question: tuple[WorkingCalendar, SlowCalendar, datetime], days: int, past: timedelta
) -> None:
    """However it is looked up: between two days with the same hours it is known without asking the table."""
    calendar, _, night = question
    try:
        begins = calendar.next_open(night + past)
        later = calendar.add_days(begins, days, snap=True)
    except NeverOpen:
        return
    for at in (begins, night + past):
        assert calendar.days_ahead(at, days) == calendar.working_time(begins, later)


@EXAMPLES
@given(questions())
def test_a_calendar_answers_the_same_whatever_it_was_asked_before(
    question: tuple[WorkingCalendar, SlowCalendar, datetime],
) -> None:
    asked, slow, start = question
    fresh = _written(slow).compile()
    asked.working_time(datetime(2016, 6, 1, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC))
    assert asked.working_time(start, start + HORIZON) == fresh.working_time(start, start + HORIZON)
    assert [asked.is_open(start + n * 17 * MINUTE) for n in range(99)] == [
        fresh.is_open(start + n * 17 * MINUTE) for n in range(99)
    ]


def test_the_reference_itself_knows_an_easy_week() -> None:
    slow = SlowCalendar(ZoneInfo("Europe/Oslo"), {0: [("08:00", "12:00"), ("12:30", "16:00")]})
    monday = datetime(2026, 6, 1, 8, tzinfo=ZoneInfo("Europe/Oslo"))
    assert slow.working_minutes(monday, monday + timedelta(days=1)) == 450
    assert slow.pairs(date(2026, 6, 2)) == []
