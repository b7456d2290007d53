"""What counts as open, and where adding, going back and counting days land."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla import calendar as engine
from sla.calendar import BeyondYears, CalendarSource, NeverOpen
from tests.sla.written import WORKDAYS, calendar, every_day

OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def oslo(
    month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026, fold: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=OSLO, fold=fold)


def same(got: datetime, expected: datetime) -> bool:
    """Two datetimes of one ZoneInfo would compare by the wall clock."""
    return got.astimezone(UTC) == expected.astimezone(UTC)


def test_a_window_is_open_at_its_opening_and_closed_at_its_closing() -> None:
    office = calendar().compile()
    assert office.is_open(oslo(6, 1, 8))
    assert office.is_open(oslo(6, 1, 16) - MICROSECOND)
    assert not office.is_open(oslo(6, 1, 8) - MICROSECOND)
    assert not office.is_open(oslo(6, 1, 16))


def test_a_target_that_lands_on_closing_is_due_at_closing_and_a_microsecond_more_the_next_morning() -> None:
    office = calendar().compile()
    assert same(office.after(oslo(6, 1, 12), 4 * HOUR), oslo(6, 1, 16))
    assert same(office.after(oslo(6, 1, 12), 4 * HOUR + MICROSECOND), oslo(6, 2, 8) + MICROSECOND)


def test_going_back_lands_on_opening_and_a_microsecond_more_on_the_evening_before() -> None:
    office = calendar().compile()
    assert same(office.before(oslo(6, 2, 12), 4 * HOUR), oslo(6, 2, 8))
    assert same(office.before(oslo(6, 2, 12), 4 * HOUR + MICROSECOND), oslo(6, 1, 16) - MICROSECOND)


def test_no_time_forward_is_the_next_opening_and_no_time_back_the_last_closing() -> None:
    office = calendar().compile()
    assert same(office.after(oslo(6, 1, 16), timedelta()), oslo(6, 2, 8))
    assert same(office.before(oslo(6, 2, 8), timedelta()), oslo(6, 1, 16))
    assert same(office.next_open(oslo(6, 1, 9)), oslo(6, 1, 9))
    assert same(office.prev_open(oslo(6, 1, 16)), oslo(6, 1, 16))


def test_every_answer_is_in_utc() -> None:
    office = calendar().compile()
    at = oslo(6, 1, 9)
    answers = [office.after(at, HOUR), office.before(at, HOUR), office.next_open(at), office.add_days(at, 1)]
    assert [answer.tzinfo for answer in answers] == [UTC] * 4


def test_a_datetime_without_a_zone_and_a_negative_amount_are_refused() -> None:
    office = calendar().compile()
    with pytest.raises(ValueError, match="no time zone"):
        office.after(oslo(6, 1).replace(tzinfo=None), HOUR)
    with pytest.raises(ValueError, match="negative"):
        office.after(oslo(6, 1), -HOUR)


def test_a_night_window_belongs_to_the_day_it_opens_on() -> None:
    night = calendar(weekly={"fri": ["22:00-06:00"]}, closed={"2026-06-06": "Lørdag"}).compile()
    assert night.is_open(oslo(6, 6, 5)), "the Friday night runs into the closed Saturday"
    closed_friday = calendar(weekly={"fri": ["22:00-06:00"]}, closed={"2026-06-05": "Fredag"}).compile()
    assert not closed_friday.is_open(oslo(6, 6, 5))


def test_windows_that_overlap_or_touch_count_once_and_equal_ends_are_closed() -> None:
    source = calendar(weekly={"mon": ["08:00-12:00", "11:00-14:00", "14:00-15:00", "18:00-18:00"]})
    assert source.compile().working_time(oslo(6, 1), oslo(6, 2)) == 7 * HOUR


def test_round_the_clock_counts_real_hours_over_both_clock_changes() -> None:
    always = every_day("00:00-24:00").compile()
    assert always.working_time(oslo(3, 29), oslo(3, 30)) == 23 * HOUR
    assert always.working_time(oslo(10, 25), oslo(10, 26)) == 25 * HOUR


def test_an_opening_in_the_skipped_hour_is_the_moment_the_clock_jumps() -> None:
    night = every_day("02:30-04:00").compile()
    assert same(night.next_open(oslo(3, 29)), datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert night.working_time(oslo(3, 29), oslo(3, 29, 12)) == HOUR


def test_a_window_in_the_repeated_hour_is_open_both_times() -> None:
    night = every_day("02:15-02:45").compile()
    assert night.working_time(oslo(10, 25), oslo(10, 25, 12)) == HOUR
    assert not night.is_open(oslo(10, 25, 2, 50))
    assert night.is_open(oslo(10, 25, 2, 20, fold=1))


def test_measuring_backwards_is_negative() -> None:
    assert calendar().compile().working_time(oslo(6, 2, 8), oslo(6, 1, 14)) == -2 * HOUR


def test_the_table_grows_to_later_and_earlier_years_when_asked() -> None:
    office = calendar().compile()
    office.next_open(oslo(6, 1))
    assert office.working_time(oslo(1, 1, year=2001), oslo(1, 1, year=2002)) == 261 * 8 * HOUR
    assert same(office.after(oslo(6, 1, 8), 10 * 365 * 24 * HOUR), oslo(5, 18, 16, year=2068))
    assert same(office.before(oslo(6, 1, 8), 8 * HOUR), oslo(5, 29, 8))


@pytest.mark.parametrize("zone", ["Europe/Oslo", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_question_about_new_year_alone_knows_the_hours_of_both_years(zone: str) -> None:
    for hours in ("22:00-06:00", "00:00-24:00"):
        for at in (oslo(12, 31, 23), oslo(1, 1, 1, year=2027)):
            instant = at.replace(tzinfo=ZoneInfo(zone))
            assert every_day(hours, timezone=zone).compile().is_open(instant), (hours, at)
            fresh = every_day(hours, timezone=zone).compile()
            assert (
                fresh.working_time(instant - 12 * HOUR, instant + 12 * HOUR)
                == {"2": 8, "0": 24}[hours[0]] * HOUR
            )
            assert fresh.next_open(instant) == fresh.prev_open(instant) == instant.astimezone(UTC)


def test_a_calendar_that_does_not_open_again_says_so() -> None:
    once = calendar(weekly={}, overrides={"2026-06-01": ["08:00-16:00"]}).compile()
    assert same(once.after(oslo(1, 1), 8 * HOUR), oslo(6, 1, 16))
    with pytest.raises(NeverOpen):
        once.after(oslo(1, 1), 9 * HOUR)
    with pytest.raises(NeverOpen):
        once.before(oslo(1, 1), HOUR)
    with pytest.raises(NeverOpen):
        once.next_open(oslo(6, 2))
    with pytest.raises(NeverOpen):
        once.prev_open(oslo(6, 1))
    with pytest.raises(NeverOpen):
        once.add_days(oslo(6, 1), 1)
    assert once.working_time(oslo(6, 2), oslo(6, 9)) == timedelta()


def test_years_no_promise_reaches_are_refused_instead_of_compiled() -> None:
    with pytest.raises(BeyondYears):
        calendar().compile().next_open(datetime(9000, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1, (5, 15)), (2, (5, 18)), (0, (5, 13)), (-1, (5, 12)), (-3, (5, 8))],
)
def test_working_days_skip_what_is_closed_in_both_directions(days: int, expected: tuple[int, int]) -> None:
    norwegian = calendar(holidays="NO").compile()
    assert same(norwegian.add_days(oslo(5, 13, 10), days), oslo(*expected, 10))


def test_no_days_from_a_closed_day_is_the_first_working_day() -> None:
    assert same(calendar().compile().add_days(oslo(6, 6, 10), 0, end_of_day=True), oslo(6, 8, 16))


def test_a_wall_clock_that_is_skipped_is_the_moment_the_clock_jumps() -> None:
    jump = every_day("00:00-24:00").compile().add_days(oslo(3, 28, 2, 30), 1)
    assert jump == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_days_ahead_after_midnight_are_counted_from_the_new_day_though_it_opened_the_evening_before() -> None:
    nights = ["00:00-02:00", "22:00-24:00"]
    short_wednesday = calendar(weekly={"mon": nights, "tue": nights, "wed": ["00:30-02:00"]}).compile()
    assert short_wednesday.days_ahead(oslo(6, 1, 22, 30), 1) == 4 * HOUR
    assert short_wednesday.days_ahead(oslo(6, 2, 1), 1) == 3.5 * HOUR


def test_days_ahead_count_what_the_night_before_leaves_in_the_morning() -> None:
    week = {
        "sat": ["00:00-04:00", "22:00-24:00"],
        "sun": ["19:30-05:45"],
        "mon": ["00:00-04:00", "22:00-24:00"],
    }
    night = calendar(weekly=week).compile()
    begins, later = oslo(6, 6, 22), oslo(6, 8, 22)
    assert night.days_ahead(begins, 2) == night.working_time(begins, later) == 12.25 * HOUR


def test_no_days_from_the_second_of_two_equal_wall_clocks_is_that_moment_itself() -> None:
    second = oslo(10, 25, 2, 30, fold=1)
    assert same(every_day("00:00-24:00").compile().add_days(second, 0), second)


def test_working_days_keep_the_microsecond() -> None:
    at = oslo(6, 1, 10) + timedelta(microseconds=7)
    assert same(calendar().compile().add_days(at, 1), at + timedelta(days=1))


def test_norwegian_public_holidays_and_local_days_are_closed_by_name() -> None:
    source = calendar(holidays="NO", closed={"2026-05-15": "Inneklemt fredag"})
    assert source.closed_on(date(2026, 5, 14)) == "Kristi himmelfartsdag"
    assert source.closed_on(date(2026, 5, 15)) == "Inneklemt fredag"
    assert source.closed_on(date(2026, 5, 18)) is None
    assert source.compile().working_time(oslo(5, 13, 12), oslo(5, 18, 9)) == 5 * HOUR


def test_a_vakt_may_have_hours_of_its_own_on_public_holidays_but_not_on_closing_days() -> None:
    vakt = calendar(holidays="NO", holiday_hours=["10:00-12:00"], closed={"2026-05-01": "Stengt"})
    for source in (vakt, vakt.pinned([2026])):
        assert source.compile().working_time(oslo(5, 14), oslo(5, 15)) == 2 * HOUR
        assert source.closed_on(date(2026, 5, 14)) is None
        assert source.holiday_on(date(2026, 5, 14)) == "Kristi himmelfartsdag"
        assert source.compile().working_time(oslo(5, 1), oslo(5, 2)) == timedelta()
        assert source.closed_on(date(2026, 5, 1)) == "Stengt"


def test_an_override_opens_a_public_holiday() -> None:
    source = calendar(holidays="NO", overrides={"2026-05-01": ["10:00-12:00"]})
    assert source.compile().working_time(oslo(5, 1), oslo(5, 2)) == 2 * HOUR


SHORT_DAYS = {day: ["08:00-15:00"] for day in WORKDAYS}


def test_summer_hours_hold_from_the_first_day_to_the_last_every_year() -> None:
    source = calendar(seasons=[{"first": "05-15", "last": "09-14", "weekly": SHORT_DAYS}])
    hours = [
        str(source.windows_on(day)[0]) for day in (date(2026, 5, 14), date(2026, 5, 15), date(2027, 9, 14))
    ]
    assert hours == ["08:00-16:00", "08:00-15:00", "08:00-15:00"]
    assert str(source.windows_on(date(2027, 9, 15))[0]) == "08:00-16:00"


def test_a_season_may_run_over_new_year_or_name_its_year() -> None:
    over = calendar(seasons=[{"first": "12-20", "last": "01-03", "weekly": {}}])
    assert over.windows_on(date(2026, 12, 21)) == over.windows_on(date(2027, 1, 1)) == ()
    assert over.windows_on(date(2027, 1, 4)) != ()
    once = calendar(seasons=[{"first": "2026-07-06", "last": "2026-07-31", "weekly": {}}])
    assert once.windows_on(date(2026, 7, 6)) == ()
    assert once.windows_on(date(2027, 7, 6)) != ()


def test_a_calendar_survives_json_unchanged() -> None:
    source = calendar(
        weekly={"mon": ["22:00-06:00", "08:00-24:00"]},
        seasons=[{"first": "05-15", "last": "09-14", "weekly": SHORT_DAYS}],
        overrides={"2026-12-24": ["08:00-12:00"], "2026-12-31": []},
        holidays="NO",
    ).pinned([2026])
    assert CalendarSource.model_validate_json(source.model_dump_json()) == source


def test_pinned_years_keep_their_closed_dates_whatever_the_holiday_library_says_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pinned = calendar(holidays="NO", closed={"2026-05-15": "Inneklemt fredag"}).pinned([2026])
    before = pinned.model_dump_json()

    def another_release(country: str, year: int) -> Mapping[date, str]:
        return {date(year, 6, 1): f"Ny helligdag i {country}"}

    monkeypatch.setattr(engine, "holidays_of", another_release)
    assert pinned.pinned([2026]).model_dump_json() == before
    assert pinned.closed_on(date(2026, 6, 1)) is None
    assert pinned.closed_on(date(2026, 5, 17)) == "Grunnlovsdag"
    later = pinned.pinned([2027])
    assert later.pinned_years == (2026, 2027)
    assert later.public_holidays == {**pinned.public_holidays, date(2027, 6, 1): "Ny helligdag i NO"}
    assert later.closed == pinned.closed == {date(2026, 5, 15): "Inneklemt fredag"}


def test_pinning_changes_no_answer() -> None:
    source = calendar(holidays="NO")
    pinned = source.pinned(range(2024, 2031))
    span = (oslo(1, 1, year=2024), oslo(1, 1, year=2031))
    assert pinned.compile().working_time(*span) == source.compile().working_time(*span)


def test_the_holiday_library_is_not_loaded_for_a_pinned_calendar() -> None:
    program = (
        "import sys, datetime\n"
        "from sla.calendar import CalendarSource\n"
        "source = CalendarSource.model_validate_json(sys.argv[1])\n"
        "source.compile().next_open(datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC))\n"
        "sys.exit('holidays' in sys.modules)"
    )
    pinned = calendar(holidays="NO").pinned([2026])
    subprocess.run([sys.executable, "-c", program, pinned.model_dump_json()], check=True, timeout=30)
