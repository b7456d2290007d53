"""How much is promised, and what it is in working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.amount import Amount
from sla.calendar import WorkingCalendar
from sla.load import load_sla

OSLO = ZoneInfo("Europe/Oslo")
KONTORTID = load_sla().calendars["kontortid"].compile()


@pytest.mark.parametrize(
    ("written", "minutes"), [("30 min", 30), ("4 t", 240), ("7 t 30 min", 450), ("112 t 30 min", 6750)]
)
def test_working_time_is_written_in_hours_and_minutes(written: str, minutes: int) -> None:
    assert Amount.read(written) == Amount(working=timedelta(minutes=minutes))
    assert str(Amount.read(written)) == written


@pytest.mark.parametrize(("written", "days"), [("1 dag", 1), ("3 dager", 3), ("30 dager", 30)])
def test_working_days_are_written_as_days(written: str, days: int) -> None:
    assert Amount.read(written) == Amount(days=days)
    assert str(Amount.read(written)) == written


@pytest.mark.parametrize(
    "written",
    ["", " ", "30", "4t", "2,5 dager", "1 dag 4 t", "30 min 4 t", "t", "0 min", "0 dager", "-4 t", "-1 dag"],
)
def test_anything_else_is_not_an_amount(written: object) -> None:
    with pytest.raises(ValueError, match=r"arbeidstid|lenger enn null"):
        Amount.read(written)


@pytest.mark.parametrize(
    "parts", [{}, {"working": timedelta(hours=1), "days": 1}, {"working": timedelta()}, {"days": 0}]
)
def test_an_amount_is_time_or_days_and_never_nothing(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"enten|lenger enn null"):
        Amount(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-16 10:00", 3, "2026-11-19 10:00"),
        ("2026-11-19 14:00", 3, "2026-11-24 14:00"),  # over a weekend
        ("2026-11-20 18:00", 3, "2026-11-25 15:30"),  # after closing on Friday: begins on Monday at 08.00
        ("2026-11-21 03:00", 1, "2026-11-23 15:30"),  # Saturday night: the whole of Monday
        ("2026-05-13 15:15", 1, "2026-05-18 08:00"),  # over Ascension Day, into shorter summer hours
        ("2026-12-23 13:00", 1, "2026-12-28 08:00"),  # Christmas Eve closes at 12.00: the next open moment
    ],
)
def test_days_end_at_the_same_time_of_day_on_the_working_day(start: str, days: int, due: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=OSLO)
    target = Amount(days=days).target(KONTORTID, begun)
    found = KONTORTID.after(begun, target).astimezone(OSLO)
    # A due instant at an opening is the closing before it: the same amount of work.
    assert KONTORTID.next_open(found) == KONTORTID.next_open(datetime.fromisoformat(due).replace(tzinfo=OSLO))


def offices() -> st.SearchStrategy[WorkingCalendar]:
    return st.sampled_from([source.compile() for source in load_sla().calendars.values()])


instants = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(offices(), instants, st.integers(1, 30))
def test_days_are_never_no_time_at_all(calendar: WorkingCalendar, start: datetime, days: int) -> None:
    assert Amount(days=days).target(calendar, start) > timedelta()


@given(offices(), instants, st.timedeltas(timedelta(), timedelta(days=5)), st.integers(1, 30))
def test_whoever_asks_later_is_not_promised_it_sooner(
    calendar: WorkingCalendar, start: datetime, wait: timedelta, days: int
) -> None:
    amount = Amount(days=days)

    def due(at: datetime) -> datetime:
        return calendar.after(at, amount.target(calendar, at))

    assert due(start) <= due(start + wait)


@given(offices(), instants, st.integers(1, 30))
def test_more_days_are_more_time(calendar: WorkingCalendar, start: datetime, days: int) -> None:
    assert Amount(days=days).target(calendar, start) < Amount(days=days + 1).target(calendar, start)
