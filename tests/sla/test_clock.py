"""A clock runs in its spans only, and says when its target is used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.clock import Clock, Span, running_spans
from tests.sla.written import calendar, every_day

OSLO = ZoneInfo("Europe/Oslo")
OFFICE = calendar().compile()
HOUR = timedelta(hours=1)


def june(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def test_a_running_clock_is_due_when_its_target_is_used_up() -> None:
    assert Clock(OFFICE, 4 * HOUR, (Span(june(1, 14)),)).due_at() == june(2, 10)


def test_a_paused_or_stopped_clock_has_no_due_instant() -> None:
    assert Clock(OFFICE, 4 * HOUR, (Span(june(1, 14), june(1, 15)),)).due_at() is None
    assert Clock(OFFICE, 4 * HOUR, ()).due_at() is None


def test_a_clock_stopped_after_its_target_was_used_up_was_due_before_it_stopped() -> None:
    assert Clock(OFFICE, HOUR, (Span(june(1, 14), june(1, 16)),)).due_at() == june(1, 15)


def test_a_clock_stopped_exactly_when_it_was_due_was_due() -> None:
    assert Clock(OFFICE, 2 * HOUR, (Span(june(1, 14), june(1, 16)),)).due_at() == june(1, 16)


def test_no_time_at_all_is_used_up_at_the_first_open_moment_at_which_the_clock_runs() -> None:
    pause_at_opening = running_spans(june(1, 7), [Span(june(1, 8), june(1, 9))])
    assert Clock(OFFICE, timedelta(), pause_at_opening).due_at() == june(1, 9)


def test_a_clock_that_stopped_in_time_asks_nothing_of_a_calendar_that_closes_for_good() -> None:
    once = calendar(weekly={}, overrides={"2026-06-01": ["08:00-16:00"]}).compile()
    assert Clock(once, 40 * HOUR, (Span(june(1, 8), june(1, 16)),)).due_at() is None


def test_what_was_used_before_a_pause_is_not_given_back() -> None:
    clock = Clock(OFFICE, 4 * HOUR, (Span(june(1, 14), june(1, 15)), Span(june(3, 9))))
    assert clock.due_at() == june(3, 12)
    assert clock.used_at(june(2, 12)) == HOUR
    assert clock.remaining_at(june(3, 13)) == -HOUR


def test_nothing_is_used_before_the_clock_starts() -> None:
    clock = Clock(OFFICE, 4 * HOUR, (Span(june(2, 9)),))
    assert clock.used_at(june(1, 9)) == timedelta()
    assert clock.remaining_at(june(1, 9)) == 4 * HOUR


def test_a_clock_started_while_closed_starts_at_opening() -> None:
    assert Clock(OFFICE, HOUR, (Span(june(6, 12)),)).due_at() == june(8, 9)


def test_a_clock_warns_when_part_of_its_target_is_used_up() -> None:
    clock = Clock(OFFICE, 8 * HOUR, (Span(june(1, 14)),))
    assert clock.warns_at(75) == june(2, 12)
    assert clock.warns_at(100) == clock.due_at()


def test_spans_given_in_local_time_are_counted_over_the_repeated_hour() -> None:
    always = every_day("00:00-24:00").compile()
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO, fold=0)
    second = first.replace(fold=1)
    clock = Clock(always, HOUR, (Span(first, second),))
    assert clock.used_at(second) == HOUR
    assert clock.due_at() == second.astimezone(UTC)


@pytest.mark.parametrize(
    "spans",
    [
        (Span(june(1, 9), june(1, 12)), Span(june(1, 11))),
        (Span(june(2, 9), june(2, 10)), Span(june(1, 9))),
        (Span(june(1, 9)), Span(june(1, 11))),
    ],
)
def test_spans_that_overlap_or_are_out_of_order_are_refused(spans: tuple[Span, ...]) -> None:
    with pytest.raises(ValueError, match="before the one before it ended"):
        Clock(OFFICE, HOUR, spans)


def test_a_span_cannot_end_before_it_starts_nor_a_target_be_negative() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Span(june(1, 9), june(1, 8))
    with pytest.raises(ValueError, match="negative"):
        Clock(OFFICE, -HOUR, ())
    with pytest.raises(ValueError, match="no time zone"):
        Span(june(1, 9).replace(tzinfo=None))


def test_pauses_in_any_order_leave_the_spans_between_them() -> None:
    pauses = [
        Span(june(1, 13), june(1, 14)),
        Span(june(1, 8), june(1, 10)),
        Span(june(1, 9, 30), june(1, 11)),
    ]
    assert running_spans(june(1, 9), pauses) == (Span(june(1, 11), june(1, 13)), Span(june(1, 14)))


def test_a_pause_that_still_goes_on_leaves_no_running_span() -> None:
    assert running_spans(june(1, 9), [Span(june(1, 10))]) == (Span(june(1, 9), june(1, 10)),)
    assert running_spans(june(1, 9), [Span(june(1, 9))]) == ()
