"""A unit's queue in the demo: it grows when more ask or fewer work, and what waits slows the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.catalogue.published import Published
from app.demo.loading import plans
from app.demo.pressure import HEAVIEST, QUIET, Demand, Trouble, pressure_of
from sla.agreement import Priority

FIRST, DAYS = date(2026, 1, 5), 140
LAST = FIRST + timedelta(days=DAYS - 1)
ANCHOR = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


def days_of(asked: float, *, troubled: float = 1.0, since: date = LAST) -> list[Demand]:
    every = (FIRST + timedelta(days=n) for n in range(DAYS))
    return [
        Demand(
            day,
            {"it": asked * (troubled if day >= since else 1.0)},
            {"it": asked},
            is_open=day.weekday() < 5,
        )
        for day in every
    ]


def test_a_unit_that_keeps_up_has_its_ordinary_pace_most_days() -> None:
    slower = pressure_of(days_of(40), seed=1).slower
    assert min(slower.values()) == QUIET
    assert sorted(slower.values())[len(slower) // 2] < 1.3


def test_fewer_hands_and_more_who_ask_both_make_it_slow_and_only_from_then_on() -> None:
    begins = Trouble(days=60).begins_on(LAST)
    ordinary = pressure_of(days_of(40), seed=1).slower
    short_staffed = pressure_of(days_of(40), seed=1, trouble=Trouble(staffing=0.6)).slower
    flooded = pressure_of(days_of(40, troubled=2.0, since=begins), seed=1).slower
    for troubled in (short_staffed, flooded):
        assert all(troubled["it", day] == pace for (_, day), pace in ordinary.items() if day <= begins)
        assert troubled["it", LAST] > 2 * ordinary["it", LAST]
        assert troubled["it", LAST] <= HEAVIEST


def test_what_matters_most_notices_a_queue_least() -> None:
    pressure = pressure_of(days_of(40), seed=1, trouble=Trouble(staffing=0.5))
    paces = [pressure.on("it", LAST, priority) for priority in Priority]
    assert paces == sorted(paces)
    assert paces[0] < paces[-1]


def test_a_day_that_is_not_known_has_the_ordinary_pace() -> None:
    pressure = pressure_of(days_of(40), seed=1)
    assert pressure.on("it", LAST + timedelta(days=1), Priority.NORMAL) == 1.0
    assert pressure.on("hr", LAST, Priority.NORMAL) == 1.0


def test_twice_the_inflow_is_twice_the_tickets_of_the_last_days_and_no_others(published: Published) -> None:
    ordinary = plans("small", published, ANCHOR)
    flooded = plans("small", published, ANCHOR, Trouble(inflow=2.0))
    begins = Trouble().begins_on(ANCHOR.date())
    assert [plan.day for plan in flooded] == [plan.day for plan in ordinary]
    for before, after in zip(ordinary, flooded, strict=True):
        assert after.count == before.count * (2 if before.day >= begins else 1)
    assert flooded[-1].first + flooded[-1].count - flooded[0].first == sum(plan.count for plan in flooded)
