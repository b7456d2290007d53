"""Working-time cases with known answers, as other projects' tests and a slow reference give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sla.calendar import CalendarSource, WorkingCalendar
from sla.clock import Clock, Span, running_spans
from sla.hours import WEEKDAYS, Zone

Answer = datetime | timedelta | None
A_MINUTE = timedelta(minutes=1)
TO_THE_SECOND = timedelta(milliseconds=500)


class WrittenHours(BaseModel):
    """A case's calendar; a window is a pair of wall-clock times."""

    model_config = ConfigDict(extra="forbid")

    weekly: dict[str, list[tuple[str, str]]]
    holidays: list[str] = []
    overrides: dict[str, list[tuple[str, str]]] = {}

    def source(self, name: str, timezone: str) -> CalendarSource:
        return CalendarSource.model_validate(
            {
                "name": name,
                "timezone": timezone,
                "weekly": {day: _joined(self.weekly.get(day, [])) for day in WEEKDAYS},
                "closed": dict.fromkeys(self.holidays, "holiday"),
                "overrides": {day: _joined(windows) for day, windows in self.overrides.items()},
            }
        )


class Case(BaseModel):
    """What is asked; keys that only explain the case are left out."""

    id: str
    kind: str
    timezone: Zone
    calendar: WrittenHours
    start: datetime
    end: datetime | None = None
    target_minutes: Decimal = Decimal()
    target_days: int = 0
    percent: Decimal = Decimal(100)
    pauses: list[tuple[datetime, datetime | None]] = []
    snap: bool = False
    end_of_day: bool = False
    expect: Decimal | datetime | None = Field(union_mode="left_to_right")
    expect_seconds: Decimal | None = None
    ambiguous: bool = False

    def compiled(self) -> WorkingCalendar:
        return self.calendar.source("case", self.timezone).compile()

    @property
    def target(self) -> timedelta:
        return _minutes(self.target_minutes * self.percent / 100)

    @property
    def stop(self) -> datetime:
        if self.end is None:
            raise ValueError("the case has no end")
        return self.end

    @property
    def clock(self) -> Clock:
        pauses = [Span(start, end) for start, end in self.pauses]
        return Clock(self.compiled(), self.target, running_spans(self.start, pauses))

    @property
    def expected(self) -> Answer:
        if isinstance(self.expect, Decimal):
            return _minutes(self.expect if self.expect_seconds is None else self.expect_seconds / 60)
        return self.expect


def _due(case: Case) -> Answer:
    return case.clock.due_at()


def _used(case: Case) -> Answer:
    return case.clock.used_at(case.stop)


def _held(case: Case) -> Answer:
    """Working time since the start that the pauses take away."""
    calendar = case.compiled()
    ends = [end or case.stop for _, end in case.pauses]
    last = max(ends, default=case.start)
    return calendar.working_time(case.start, last) - case.clock.used_at(last)


ANSWERS: dict[str, Callable[[Case], Answer]] = {
    "add": lambda case: case.compiled().after(case.start, case.target),
    "pause": _due,
    "reopen": _due,
    "threshold": _due,
    "before": lambda case: case.compiled().before(case.start, case.target),
    "next_open": lambda case: case.compiled().next_open(case.start),
    "prev_open": lambda case: case.compiled().prev_open(case.start),
    "add_days": lambda case: case.compiled().add_days(
        case.start, case.target_days, snap=case.snap, end_of_day=case.end_of_day
    ),
    "elapsed": lambda case: case.compiled().working_time(case.start, case.stop),
    "elapsed_pause": _used,
    "hold": _held,
}


@dataclass(frozen=True)
class Outcome:
    """A case and what the engine says of it."""

    id: str
    expected: str
    got: str
    agrees: bool
    ambiguous: bool = False

    @property
    def fails(self) -> bool:
        return not self.agrees and not self.ambiguous

    def __str__(self) -> str:
        note = " (ambiguous)" if self.ambiguous else ""
        return f"{self.id}: expected {self.expected}, got {self.got}{note}"


def check_cases(cases: Iterable[Mapping[str, Any]]) -> Iterator[Outcome]:
    for place, written in enumerate(cases, 1):
        yield check_case(written, place)


def check_case(written: Mapping[str, Any], place: int = 1) -> Outcome:
    """A case that cannot be read or answered disagrees, and says why."""
    try:
        case = Case.model_validate(written)
    except ValidationError as error:
        name = written.get("id", f"case {place}") if isinstance(written, Mapping) else f"case {place}"
        first = error.errors(include_url=False)[0]
        return Outcome(
            str(name), "a case", f"{'.'.join(map(str, first['loc']))}: {first['msg']}", agrees=False
        )
    zone = ZoneInfo(case.timezone)
    try:
        if case.kind not in ANSWERS:
            raise ValueError(f"unknown kind {case.kind}")
        got = ANSWERS[case.kind](case)
    except (ValueError, ArithmeticError) as error:
        return Outcome(
            case.id, _shown(case.expected, zone), str(error), agrees=False, ambiguous=case.ambiguous
        )
    return Outcome(
        id=case.id,
        expected=_shown(case.expected, zone),
        got=_shown(got, zone),
        agrees=_same(case.expected, got),
        ambiguous=case.ambiguous,
    )


def _same(expected: Answer, got: Answer) -> bool:
    """To the second."""
    if isinstance(expected, datetime) and isinstance(got, datetime):
        return abs(got - expected) < TO_THE_SECOND  # `got` is UTC, so this is real time
    if isinstance(expected, timedelta) and isinstance(got, timedelta):
        return abs(got - expected) < TO_THE_SECOND
    return expected is None and got is None


def _shown(answer: Answer, zone: ZoneInfo) -> str:
    if isinstance(answer, datetime):
        return answer.astimezone(zone).isoformat()
    if isinstance(answer, timedelta):
        return f"{answer / A_MINUTE:.6f}".rstrip("0").rstrip(".") + " minutes"
    return "none"


def _joined(windows: list[tuple[str, str]]) -> list[str]:
    return [f"{opens:0>5}-{closes:0>5}" for opens, closes in windows]


def _minutes(minutes: Decimal) -> timedelta:
    return timedelta(microseconds=round(minutes * 60_000_000))
