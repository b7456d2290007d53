"""One history, every question: what the engine answers beside what counting minutes answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sla.calendar import BeyondYears, NeverOpen, WorkingCalendar
from sla.clock import Clock, Span, running_spans
from sla.proof.histories import History
from sla.proof.reference import DAY, EPOCH, MINUTE, BeyondMinutes, SlowCalendar, running

MICROSECOND = timedelta(microseconds=1)
NEAR_THE_END = 9 * DAY * MINUTE
WARNINGS = (50, 75)

Answer = int | bool | str | None
BEYOND = "beyond the years looked at"


@dataclass(frozen=True)
class Question:
    text: str
    slow: Callable[[], Answer]
    fast: Callable[[], datetime | timedelta | bool | None]
    through: Callable[[], datetime] | None = None
    """An instant of the engine's on the way to its answer. It may lie beyond the minutes looked at, the answer not."""


@dataclass(frozen=True)
class Difference:
    """Microseconds, as the history has them."""

    question: str
    counted: Answer
    engine: Answer
    history: History

    def __str__(self) -> str:
        return f"{self.question}: counted {self.counted}, the engine says {self.engine}\n    {self.history}"


class Comparison:
    """A calendar in both readings. `local`: instants reach the engine in the calendar's own zone, not in UTC."""

    def __init__(self, slow: SlowCalendar, fast: WorkingCalendar, *, local: bool = False) -> None:
        self.slow, self.fast = slow, fast
        self._zone = ZoneInfo(slow.written["timezone"] if local else "UTC")
        self.answers = 0

    def differences(self, history: History) -> Iterator[Difference]:
        for question in self._questions(history):
            counted, engine = self._counted(question.slow), self._answered(question.fast)
            if counted == BEYOND and (engine == BEYOND or self._is_far(engine) or self._went_far(question)):
                continue
            self.answers += 1
            if counted != engine:
                yield Difference(question.text, counted, engine, history)

    def due(self, history: History, target: int) -> Answer:
        """When the target is used up, by counting; None when the clock stands still before that."""
        left = target
        for start, end in running(history.opened, history.pauses, self.slow.end - 1):
            worked = self.slow.between(start, end)
            if worked and worked >= left:
                return self.slow.after(start, left)
            left -= worked
        return None if any(end is None for _, end in history.pauses) else BEYOND

    def _questions(self, history: History) -> Iterator[Question]:
        slow, fast, at = self.slow, self.fast, self._at
        opened, looked, target = history.opened, history.looked, history.targets[-1]
        begun, seen, amount = at(opened), at(looked), target * MICROSECOND
        pauses = [Span(at(start), None if end is None else at(end)) for start, end in history.pauses]
        spans = running_spans(begun, pauses)
        for promised in history.targets:
            clock = Clock(fast, promised * MICROSECOND, spans)
            yield Question(f"due after {promised}", partial(self.due, history, promised), clock.due_at)
        for percent in WARNINGS:
            part = target * percent // 100
            warns_at = partial(clock.warns_at, percent)
            yield Question(f"{percent} % of {target}", partial(self.due, history, part), warns_at)
        yield Question(
            "used",
            lambda: sum(slow.between(*span) for span in running(opened, history.pauses, looked)),
            lambda: clock.used_at(seen),
        )
        yield Question(
            "measured", lambda: slow.between(opened, looked), lambda: fast.working_time(begun, seen)
        )
        yield Question(
            "measured back", lambda: slow.between(looked, opened), lambda: fast.working_time(seen, begun)
        )
        yield Question("added", lambda: slow.after(opened, target), lambda: fast.after(begun, amount))
        yield Question("gone back", lambda: slow.before(looked, target), lambda: fast.before(seen, amount))
        yield Question("open", lambda: slow.is_open(looked), lambda: fast.is_open(seen))
        yield Question("next open", lambda: slow.after(looked, 0), lambda: fast.next_open(seen))
        yield Question("last open", lambda: slow.before(opened, 0), lambda: fast.prev_open(begun))
        if history.days is not None:
            yield from self._day_questions(opened, history.days)

    def days_ahead(self, start: int, days: int) -> Answer:
        """Working time from the first open moment to the same wall clock so many days later, by counting."""
        begins = self.slow.after(start, 0)
        return self.slow.between(begins, self.slow.after(self.slow.add_days(begins, days), 0))

    def _day_questions(self, opened: int, days: int) -> Iterator[Question]:
        slow, fast, begun = self.slow, self.fast, self._at(opened)
        yield Question(
            f"{days} days", lambda: slow.add_days(opened, days), lambda: fast.add_days(begun, days)
        )
        yield Question(
            f"{days} days, then open",
            lambda: slow.after(slow.add_days(opened, days), 0),
            lambda: fast.add_days(begun, days, snap=True),
            through=lambda: fast.add_days(begun, days),
        )
        yield Question(
            f"{days} days, to the end of the day",
            lambda: slow.last_closing(opened, days),
            lambda: fast.add_days(begun, days, end_of_day=True),
        )
        yield Question(
            f"{days} days as working time",
            partial(self.days_ahead, opened, days),
            lambda: fast.days_ahead(begun, days),
        )

    def _at(self, instant: int) -> datetime:
        return (EPOCH + instant * MICROSECOND).astimezone(self._zone)

    def _counted(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except BeyondMinutes:
            return BEYOND

    def _answered(self, ask: Callable[[], datetime | timedelta | bool | None]) -> Answer:
        try:
            answer = ask()
        except (NeverOpen, BeyondYears):
            return BEYOND
        except (ValueError, ArithmeticError) as error:
            return f"{type(error).__name__}: {error}"
        if isinstance(answer, datetime):
            return (answer - EPOCH) // MICROSECOND
        return answer // MICROSECOND if isinstance(answer, timedelta) else answer

    def _went_far(self, question: Question) -> bool:
        return question.through is not None and self._is_far(self._answered(question.through))

    def _is_far(self, engine: Answer) -> bool:
        """Also when it is no instant: how long something took, that is not over yet in the minutes looked at."""
        within = range(self.slow.start + NEAR_THE_END, self.slow.end - NEAR_THE_END)
        return isinstance(engine, int) and engine not in within
