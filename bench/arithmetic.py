"""Adding working time: what it costs beside pandas and workclock, and who is right when the clock changes.

`python -m bench.arithmetic`. The others are in requirements/bench.txt; one that is not installed is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from importlib.util import find_spec
from math import inf
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from bench.report import figures
from sla.calendar import CalendarSource
from sla.proof.calendars import FIRST, LAST, YEARS
from sla.proof.reference import EPOCH, NAMES, SlowCalendar, norwegian_holidays

AT_MOST_MICROSECONDS = 8.0
HOURS = 40
ROUNDS, STARTS = 7, 400
OSLO = ZoneInfo("Europe/Oslo")
MICROSECOND = timedelta(microseconds=1)
THREE_WEEKS = timedelta(weeks=3)
"""After which nothing but the clock change explains a difference."""
HALF_AN_HOUR = timedelta(minutes=30)

Figure = tuple[str, float, str, float | None]
Add = Callable[[datetime, int], datetime]
"""The instant by which so many working hours are worked since the other one."""


@dataclass(frozen=True)
class Hours:
    """One window on each of the first so many days of the week, closed on public holidays or not."""

    opens: str
    closes: str
    days: int
    holidays: bool

    @property
    def written(self) -> dict[str, Any]:
        weekly = {day: [f"{self.opens}-{self.closes}"] for day in NAMES[: self.days]}
        return {"timezone": OSLO.key, "weekly": weekly, "holidays": "NO" if self.holidays else None}


OFFICE = Hours("08:00", "15:30", days=5, holidays=True)
NIGHTS = (
    Hours("22:00", "06:00", days=7, holidays=False),
    Hours("01:00", "05:00", days=7, holidays=False),
    Hours("02:00", "03:00", days=7, holidays=False),
)
"""Open while the clock is changed: a night shift, a maintenance window, the very hour."""


def ours(hours: Hours) -> Add:
    source = CalendarSource.model_validate({"name": "bench", **hours.written}).pinned(YEARS)
    calendar = source.compile()
    amounts = {n: timedelta(hours=n) for n in (1, 8, HOURS)}
    return lambda start, n: calendar.after(start, amounts[n])


def of_pandas(hours: Hours) -> Add:
    import pandas as pd

    closed = [day for year in YEARS for day in norwegian_holidays(year)] if hours.holidays else []
    offset = partial(
        pd.offsets.CustomBusinessHour,
        start=hours.opens,
        end=hours.closes,
        weekmask="1" * hours.days + "0" * (7 - hours.days),
        holidays=closed,
    )
    offsets = {n: offset(n=n) for n in (1, 8, HOURS)}
    return lambda start, n: (pd.Timestamp(start.astimezone(OSLO)) + offsets[n]).to_pydatetime()


def of_workclock(hours: Hours) -> Add:
    from workclock import Holidays, Schedule, WorkDay

    window = WorkDay(time.fromisoformat(hours.opens), time.fromisoformat(hours.closes), range(hours.days))
    closed = [day for year in YEARS for day in norwegian_holidays(year)] if hours.holidays else []
    schedule = Schedule([window, Holidays(closed)], time_zone=OSLO)
    return lambda start, n: schedule.add(start, hours=n)


OTHERS = {"pandas": of_pandas, "workclock": of_workclock}


def measure() -> list[Figure]:
    others = {name: made for name, made in OTHERS.items() if find_spec(name)}
    costs = cost({"ours": ours(OFFICE), **{name: made(OFFICE) for name, made in others.items()}})
    rows: list[Figure] = [(f"adding {HOURS} working hours", costs["ours"], "µs", AT_MOST_MICROSECONDS)]
    for name in others:
        rows.append((f"  {name}", costs[name], "µs", None))
        rows.append((f"  {name}, times ours", costs[name] / costs["ours"], "", None))
    for after, when in ((timedelta(), "over clock changes"), (THREE_WEEKS, "three weeks after them")):
        asked, wrong = mistakes({"ours": ours, **others}, after)
        rows += [
            (f"wrong of {asked} {when}: {name}", count, "", 0 if name == "ours" else None)
            for name, count in wrong.items()
        ]
    return rows


def cost(adding: dict[str, Add]) -> dict[str, float]:
    """Microseconds for one, in turns; of the rounds the quickest, which the machine disturbed least."""
    starts = [datetime(2026, 1, 5, 7, tzinfo=UTC) + timedelta(hours=19 * n) for n in range(STARTS)]
    quickest = dict.fromkeys(adding, inf)
    for _ in range(ROUNDS):
        for name, add in adding.items():
            quickest[name] = min(quickest[name], _microseconds(add, starts))
    return quickest


def _microseconds(add: Add, starts: Sequence[datetime]) -> float:
    began = perf_counter()
    for start in starts:
        add(start, HOURS)
    return 1e6 * (perf_counter() - began) / len(starts)


def mistakes(makers: dict[str, Callable[[Hours], Add]], after: timedelta) -> tuple[int, dict[str, int]]:
    """How many were asked, begun on the nights of every year's clock changes or so long after, and the wrong ones.

    No answer is a wrong one. Right is an answer up to which, counted minute by minute, just the hours asked for are worked: whether one that
    lands on closing is then or at the next opening is a convention.
    """
    asked, wrong = 0, dict.fromkeys(makers, 0)
    for hours in NIGHTS:
        slow = SlowCalendar(hours.written, FIRST, LAST)
        adding = {name: made(hours) for name, made in makers.items()}
        nights = [EPOCH + change.at * MICROSECOND + after for change in slow.changes]
        for night in (night for night in nights if night.year in YEARS):
            for start in (night + n * HALF_AN_HOUR for n in range(-48, 8)):
                for n in (1, 8, HOURS):
                    asked += 1
                    for name, add in adding.items():
                        wrong[name] += not _is_right(slow, start, n, add)
    return asked, wrong


def _is_right(slow: SlowCalendar, start: datetime, hours: int, add: Add) -> bool:
    try:
        answer = add(start, hours)
    except ValueError:  # pandas refuses where the wall clock jumps
        return False
    first, last = ((at - EPOCH) // MICROSECOND for at in (start, answer))
    return slow.between(first, last) == timedelta(hours=hours) // MICROSECOND


def main() -> None:
    print(figures(measure()))
    for name in OTHERS:
        if not find_spec(name):
            print(f"{name} is not installed; `make bench` does")


if __name__ == "__main__":
    main()
