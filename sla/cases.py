"""Working-time cases with known answers, as other projects' tests and a slow reference give them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)

from sla.calendar import CalendarSource, WorkingCalendar
from sla.clock import Clock, Span, running_spans
from sla.hours import FIRST_YEAR, LAST_YEAR, Weekday, Zone
from sla.wall_clock import utc

Answer = datetime | timedelta | None
A_MINUTE = timedelta(minutes=1)
HALF_A_SECOND = timedelta(milliseconds=500)


def _instant(written: object) -> datetime:
    """Pydantic would read a number as seconds since 1970, and a day as its midnight."""
    if not isinstance(written, str) or ":" not in written:
        raise ValueError(f"write the instant as 2026-06-01T09:00:00+02:00, not {written}")
    at = datetime.fromisoformat(written)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{written} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return utc(at)


def _amount(written: object) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, int | float | Decimal):
        raise ValueError(f"write the amount as a number, not {written}")
    return Decimal(str(written))


def _window(written: object) -> object:
    if not isinstance(written, list | tuple) or len(written) != 2:
        raise ValueError(f"write the window as [opens, closes], not {written}")
    opens, closes = written
    return f"{opens:0>5}-{closes:0>5}"


Instant = Annotated[datetime, PlainValidator(_instant)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Windows = list[Annotated[str, BeforeValidator(_window)]]


class WrittenHours(BaseModel):
    """A case's calendar; a window is a pair of wall-clock times."""

    model_config = ConfigDict(extra="forbid")

    weekly: dict[Weekday, Windows]
    holidays: list[str] = []
    overrides: dict[str, Windows] = {}

    def compiled(self, timezone: str) -> WorkingCalendar:
        written = {
            "name": "case",
            "timezone": timezone,
            "weekly": self.weekly,
            "closed": dict.fromkeys(self.holidays, "holiday"),
            "overrides": self.overrides,
        }
        return CalendarSource.model_validate(written).compile()


class Case(BaseModel):
    """What is asked. Keys that only explain the case are left out; one that looks misspelt is refused."""

    id: str
    kind: str
    timezone: Zone
    calendar: WrittenHours
    start: Instant
    end: Instant | None = None
    target_minutes: Amount = Decimal()
    target_days: int = Field(default=0, strict=True)
    percent: Amount = Decimal(100)
    pauses: list[tuple[Instant, Instant | None]] = []
    snap: bool = Field(default=False, strict=True)
    end_of_day: bool = Field(default=False, strict=True)
    expect: Amount | Instant | None = Field(union_mode="left_to_right")
    expect_seconds: Amount | None = None
    ambiguous: bool = Field(default=False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _no_key_is_misspelt(cls, written: Any) -> Any:
        for key in written.keys() - cls.model_fields.keys() - EXPLAINS if isinstance(written, dict) else ():
            if near := get_close_matches(key, cls.model_fields, n=1, cutoff=0.8):
                raise ValueError(f"unknown key {key}; is {near[0]} meant?")
        return written

    @model_validator(mode="after")
    def _asks_what_its_kind_answers(self) -> Case:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind}")
        kind, given = KINDS[self.kind], self.model_fields_set
        for key in kind.needs - given:
            raise ValueError(f"{self.kind} needs {key}")
        for key in (given & ASKED) - kind.needs - kind.takes:
            if getattr(self, key) != type(self).model_fields[key].default:
                raise ValueError(f"{self.kind} does not take {key}")
        return self

    @property
    def hours(self) -> WorkingCalendar:
        return self.calendar.compiled(self.timezone)

    @property
    def target(self) -> timedelta:
        return _minutes(self.target_minutes * self.percent / 100)

    @property
    def stop(self) -> datetime:
        if self.end is None:
            raise ValueError("a pause that still goes on needs an end to be measured to")
        return self.end

    @property
    def clock(self) -> Clock:
        pauses = [Span(start, end) for start, end in self.pauses]
        return Clock(self.hours, self.target, running_spans(self.start, pauses))

    @property
    def expected(self) -> Answer:
        if isinstance(self.expect, Decimal):
            return _minutes(self.expect if self.expect_seconds is None else self.expect_seconds / 60)
        return self.expect


def _held(case: Case) -> timedelta:
    """Working time since the start that the pauses take away."""
    last = max((end or case.stop for _, end in case.pauses), default=case.start)
    return case.hours.working_time(case.start, last) - case.clock.used_at(last)


@dataclass(frozen=True)
class Kind:
    """A kind of question: how it is answered, the keys it needs and those it takes."""

    answer: Callable[[Case], Answer]
    needs: Set[str] = frozenset()
    takes: Set[str] = frozenset()


_ON_THE_CLOCK = Kind(lambda case: case.clock.due_at(), {"target_minutes", "pauses"})
KINDS = {
    "add": Kind(lambda case: case.hours.after(case.start, case.target), {"target_minutes"}),
    "before": Kind(lambda case: case.hours.before(case.start, case.target), {"target_minutes"}),
    "pause": _ON_THE_CLOCK,
    "reopen": _ON_THE_CLOCK,
    "threshold": Kind(lambda case: case.clock.due_at(), {"target_minutes", "percent"}, {"pauses"}),
    "next_open": Kind(lambda case: case.hours.next_open(case.start)),
    "prev_open": Kind(lambda case: case.hours.prev_open(case.start)),
    "add_days": Kind(
        lambda case: case.hours.add_days(
            case.start, case.target_days, snap=case.snap, end_of_day=case.end_of_day
        ),
        {"target_days"},
        {"snap", "end_of_day"},
    ),
    "elapsed": Kind(lambda case: case.hours.working_time(case.start, case.stop), {"end"}),
    "elapsed_pause": Kind(lambda case: case.clock.used_at(case.stop), {"end", "pauses"}),
    "hold": Kind(_held, {"pauses"}, {"end"}),
}
ASKED = frozenset().union(*(kind.needs | kind.takes for kind in KINDS.values()))
EXPLAINS = {"source", "verified", "tags", "note", "convention", "expect_alt"}


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


def read_cases(path: Path) -> list[Any]:
    """The cases in a JSON file; OSError or ValueError when it is no such file."""
    try:
        found = json.loads(
            path.read_text(encoding="utf-8-sig"), parse_float=Decimal, object_pairs_hook=_object
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, list):
        raise ValueError("it is not a list of cases")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"«{twice}» stands twice in one object")
    return found


def check_cases(cases: Iterable[Any]) -> Iterator[Outcome]:
    for place, written in enumerate(cases, 1):
        yield check_case(written, place)


def check_case(written: Any, place: int = 1) -> Outcome:
    """A case that cannot be read or answered disagrees, and says why."""
    try:
        case = Case.model_validate(written)
        expected = _shown(case.expected, case.timezone)
    except (ValueError, ArithmeticError) as error:
        name = written.get("id", f"case {place}") if isinstance(written, dict) else f"case {place}"
        return Outcome(str(name), "a case", _reason(error), agrees=False)
    try:
        answer = KINDS[case.kind].answer(case)
        got, agrees = _shown(answer, case.timezone), _same(case.expected, answer)
    except (ValueError, ArithmeticError) as error:
        got, agrees = _reason(error), False
    return Outcome(case.id, expected, got, agrees, case.ambiguous)


def _reason(error: Exception) -> str:
    """On one line, beginning with the key that is wrong."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}".removeprefix(": ").replace("Value error, ", "")


def _same(expected: Answer, got: Answer) -> bool:
    """To the second."""
    if isinstance(expected, datetime) and isinstance(got, datetime):
        return abs(got - expected) <= HALF_A_SECOND  # both are UTC, so this is real time
    if isinstance(expected, timedelta) and isinstance(got, timedelta):
        return abs(got - expected) <= HALF_A_SECOND
    return expected is None and got is None


def _shown(answer: Answer, timezone: str) -> str:
    if isinstance(answer, datetime):
        return answer.astimezone(ZoneInfo(timezone)).isoformat()
    if isinstance(answer, timedelta):
        return f"{answer / A_MINUTE:.6f}".rstrip("0").rstrip(".") + " minutes"
    return "none"


def _minutes(minutes: Decimal) -> timedelta:
    return timedelta(microseconds=round(minutes * 60_000_000))
