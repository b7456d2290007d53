"""The proof itself: its reference knows easy weeks, and an engine that is wrong does not pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays

from sla.__main__ import main
from sla.calendar import CalendarSource, WorkingCalendar
from sla.hours import DAY_MINUTES, Window
from sla.proof.calendars import last_sundays
from sla.proof.reference import (
    DAY,
    EPOCH,
    MINUTE,
    BeyondMinutes,
    SlowCalendar,
    easter_sunday,
    midnight_of,
    norwegian_holidays,
    running,
    wall_clock,
)
from sla.proof.run import Task, prove, tasks

HOUR = 60 * MINUTE
FIRST, LAST = date(2026, 10, 1), date(2026, 11, 30)


def at(*wall: int, zone: str = "Europe/Oslo") -> int:
    return (datetime(*wall, tzinfo=ZoneInfo(zone)) - EPOCH) // timedelta(microseconds=1)  # type: ignore[misc, arg-type]


def slow(*windows: str) -> SlowCalendar:
    weekly = {day: list(windows) for day in ("mon", "tue", "wed", "thu", "fri")}
    return SlowCalendar({"timezone": "Europe/Oslo", "weekly": weekly}, FIRST, LAST)


def test_the_reference_counts_an_easy_week() -> None:
    office = slow("08:00-12:00", "12:30-16:00")
    monday, friday = at(2026, 10, 12, 8), at(2026, 10, 16, 16)
    assert office.between(monday, friday) == 5 * 450 * MINUTE
    assert office.between(friday, monday) == -5 * 450 * MINUTE
    assert office.between(monday + 7, monday + MINUTE) == MINUTE - 7
    assert office.after(monday, 450 * MINUTE) == at(2026, 10, 12, 16)
    assert office.after(monday, 450 * MINUTE + 1) == at(2026, 10, 13, 8) + 1
    assert office.before(friday, 450 * MINUTE + 1) == at(2026, 10, 15, 16) - 1
    assert office.after(friday, 0) == at(2026, 10, 19, 8)
    assert office.before(monday, 0) == at(2026, 10, 9, 16)
    assert office.add_days(friday, 2) == at(2026, 10, 20, 16)
    assert office.last_closing(monday, 0) == at(2026, 10, 12, 16)
    with pytest.raises(BeyondMinutes):
        office.after(monday, 10_000 * HOUR)


def test_the_reference_counts_the_hour_that_comes_twice_and_a_night_that_belongs_to_its_evening() -> None:
    night = slow("22:00-06:00")
    saturday = at(2026, 10, 24, 0)
    assert night.between(saturday, at(2026, 10, 26, 0)) == 6 * HOUR
    always = SlowCalendar({"timezone": "Europe/Oslo", "weekly": {"sun": ["00:00-24:00"]}}, FIRST, LAST)
    assert always.between(saturday, at(2026, 10, 27, 0)) == 25 * HOUR


def test_the_reference_finds_the_clock_changes_of_every_year_minute_by_minute() -> None:
    changes = wall_clock("Europe/Oslo", date(2024, 1, 1), date(2025, 12, 31)).changes
    expected = [midnight_of(day) + HOUR for year in (2024, 2025) for day in last_sundays(year)]
    assert [change.at for change in changes] == expected
    assert [change.minutes for change in changes] == [60, -60, 60, -60]
    assert wall_clock("Asia/Kathmandu", FIRST, LAST).shown[0] == 2 * DAY + 345


def test_the_reference_moves_the_feasts_as_everybody_else_does() -> None:
    assert easter_sunday(2026) == date(2026, 4, 5)
    for year in range(1990, 2101):
        assert norwegian_holidays(year) == set(country_holidays("NO", years=year)), year


def test_running_time_is_what_lies_in_no_pause() -> None:
    assert list(running(10, [(12, 15), (14, 20), (30, None)], 40)) == [(10, 12), (20, 30)]
    assert list(running(10, [(5, 11), (11, 11)], 15)) == [(11, 15)]


def test_a_million_is_two_thousand_calendars_with_five_hundred_histories_each() -> None:
    work = tasks(1_000_000, seed=1)
    assert len(work) == 2000
    assert {task.histories for task in work} == {500}
    assert sum(task.histories for task in tasks(1234, seed=1)) == 1234


def test_the_same_seed_proves_the_same() -> None:
    first, again, other = (prove(Task(seed, number=0, histories=20)) for seed in (7, 7, 8))
    assert first == again != other


class Forgets(WorkingCalendar):
    """Reads the wall clock in a zone that never changes it."""

    def __init__(self, zone: ZoneInfo, windows_on: Callable[[date], Sequence[Window]]) -> None:
        super().__init__(ZoneInfo("Etc/GMT-1"), windows_on)


def forgets_clock_changes(source: CalendarSource) -> WorkingCalendar:
    return Forgets(ZoneInfo(source.timezone), source.windows_on)


def closes_at_midnight(source: CalendarSource) -> WorkingCalendar:
    def cut(day: date) -> list[Window]:
        return [Window(each.opens, min(each.closes, DAY_MINUTES)) for each in source.windows_on(day)]

    return WorkingCalendar(ZoneInfo(source.timezone), cut)


def works_on_holidays(source: CalendarSource) -> WorkingCalendar:
    return source.model_copy(update={"holidays": None}).compile()


class Rounds(WorkingCalendar):
    """Starts on the whole minute."""

    def after(self, start: datetime, amount: timedelta) -> datetime:
        return super().after(start.replace(second=0, microsecond=0), amount)


def rounds_to_minutes(source: CalendarSource) -> WorkingCalendar:
    return Rounds(ZoneInfo(source.timezone), source.windows_on)


class FirstOfTwo(WorkingCalendar):
    """Takes an hour that comes twice for its first time."""

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        zone = self._zone
        return super().working_time(
            start.astimezone(zone).replace(fold=0), end.astimezone(zone).replace(fold=0)
        )


def ignores_the_fold(source: CalendarSource) -> WorkingCalendar:
    return FirstOfTwo(ZoneInfo(source.timezone), source.windows_on)


@pytest.mark.parametrize(
    "broken",
    [forgets_clock_changes, closes_at_midnight, works_on_holidays, rounds_to_minutes, ignores_the_fold],
)
def test_an_engine_that_is_wrong_is_found_out(broken: Callable[[CalendarSource], WorkingCalendar]) -> None:
    found = (prove(Task(seed=1, number=number, histories=200), compiled=broken) for number in range(3))
    result = next(result for result in found if result.differences)
    assert "counted" in result.shown[0]
    assert len(result.shown) <= 20


def test_a_proof_of_the_engine_finds_no_difference_and_says_what_it_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["proof", "60", "--seed", "5"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("seed 5: 60 histories over 1 calendars")
    assert any("a night when the clock goes back" in line for line in told)
    assert told[-1] == "0 differences"


@pytest.mark.parametrize("wrong", ["0", "-3", "many"])
def test_a_proof_of_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["proof", wrong])
