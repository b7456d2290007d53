"""From events to clocks: which facts start, pause and stop a promise, and what it reads at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sla.calendar import WorkingCalendar
from sla.clock import Clock, Span


class ClockKind(StrEnum):
    RESPONSE = "response"
    SOLUTION = "solution"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    """Stopped before its due instant."""
    MISSED = "missed"
    """Stopped after it. A running clock past its due instant is RUNNING with `breached_at`."""
    CANCELLED = "cancelled"


class Effect(StrEnum):
    """What a kind of event does to a running clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWER = "answer"
    STOP = "stop"
    REOPEN = "reopen"
    PRIORITY = "priority"


EFFECTS: dict[str, Effect] = {
    "ticket.opened": Effect.START,
    "ticket.waiting": Effect.PAUSE,
    "ticket.resumed": Effect.RESUME,
    "ticket.replied": Effect.ANSWER,
    "ticket.resolved": Effect.STOP,
    "ticket.reopened": Effect.REOPEN,
    "ticket.priority_changed": Effect.PRIORITY,
}
"""Every other kind leaves the clocks alone."""


class Fact(Protocol):
    """An event as the clocks read it."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Course:
    """What the facts say about one clock: when it ran, when it was stopped, and for which priority."""

    spans: tuple[Span, ...]
    started_at: datetime
    stopped_at: datetime | None
    paused: bool
    priority: str


@dataclass(frozen=True)
class Reading:
    """A clock at one instant. Durations are working time; `due_at` is None while it is paused in time."""

    state: ClockState
    due_at: datetime | None
    used: timedelta
    next_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None


def course_of(kind: ClockKind, facts: Iterable[Fact], *, pauses_on: frozenset[str]) -> Course:
    """Follow the facts, in order. `pauses_on`: the waiting reasons that pause this agreement's clocks.

    A response clock is stopped for good by the first answer. A solution clock is stopped by the solution and goes
    on when the ticket is reopened: the time in between is nobody's.
    """
    spans: list[Span] = []
    running_since: datetime | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    paused, priority = False, ""

    for fact in facts:
        effect = EFFECTS.get(fact.kind)
        if effect is None or (
            stopped_at is not None and kind is ClockKind.RESPONSE and effect is not Effect.PRIORITY
        ):
            continue
        stops = effect is Effect.STOP or (
            effect is Effect.ANSWER and kind is ClockKind.RESPONSE and bool(fact.payload.get("answer"))
        )
        starts = effect is Effect.START or (effect is Effect.REOPEN and stopped_at is not None)
        if effect is Effect.PRIORITY:
            priority = str(fact.payload["priority"])
        elif starts:
            running_since, stopped_at, paused = fact.at, None, False
            if effect is Effect.START:
                started_at, priority = fact.at, str(fact.payload["priority"])
        elif stops and stopped_at is None:
            if running_since is not None:
                spans.append(Span(running_since, fact.at))
            running_since, stopped_at, paused = None, fact.at, False
        elif effect is Effect.PAUSE and running_since is not None and fact.payload["reason"] in pauses_on:
            spans.append(Span(running_since, fact.at))
            running_since, paused = None, True
        elif effect is Effect.RESUME and paused:
            running_since, paused = fact.at, False

    if started_at is None:
        raise ValueError("A clock begins with ticket.opened")
    if running_since is not None:
        spans.append(Span(running_since, None))
    return Course(tuple(spans), started_at, stopped_at, paused, priority)


def read(course: Course, *, calendar: WorkingCalendar, target: timedelta, at: datetime) -> Reading:
    """What the clock says at `at`, which is not before the last fact."""
    clock = Clock(calendar=calendar, target=target, spans=course.spans)
    due = clock.due_at()
    breached = due if due is not None and due <= (course.stopped_at or at) else None
    if course.stopped_at is not None:
        state = ClockState.MISSED if breached else ClockState.MET
    else:
        state = ClockState.PAUSED if course.paused else ClockState.RUNNING
    runs_on = state is ClockState.RUNNING and breached is None
    return Reading(
        state=state,
        due_at=due,
        used=clock.used_at(at),
        next_at=due if runs_on else None,
        stopped_at=course.stopped_at,
        breached_at=breached,
    )


def relevant(facts: Sequence[Fact]) -> list[Fact]:
    """Only the facts that move a clock."""
    return [fact for fact in facts if fact.kind in EFFECTS]
