"""From the events of one ticket to who worked on it when, what it waited for, and what its clocks really used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sla.attention import Holding
from sla.simulate import ELSEWHERE, SOLVED, Arrival, OpenTime, Stage
from sla.wall_clock import MICROSECOND

REGISTERING = timedelta(minutes=30)
"""Whoever opens a ticket for a caller and takes it this soon has worked on it since it was opened."""
QUEUE, WORK = "", "work"

KINDS = (
    "ticket.opened", "ticket.assigned", "ticket.replied", "ticket.waiting", "ticket.resumed", "ticket.handed_over",
    "ticket.handover_accepted", "ticket.handover_returned", "ticket.rerouted", "ticket.priority_changed",
    "ticket.resolved", "ticket.reopened",
)  # fmt: skip
"""The events that say who had a ticket, and what it waited for."""


class Happening(Protocol):
    """An event as this reads it."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody of the unit worked on it, for this much open time; `reason` as in Stage."""

    reason: str
    length: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The first answer. `here`: by the unit itself, so it took somebody there at least a moment."""

    here: bool


@dataclass(slots=True)
class WorkHistory:
    """One ticket in one unit. Amounts are microseconds of open time."""

    opened_at: datetime
    service: str
    priority: str
    agreement: str
    course: list[Holding | Gap | Answered] = field(default_factory=list)
    """In order. Time in the unit's queue is left out: that is what the simulation finds anew."""
    is_open: bool = True
    response_used: int | None = None
    """What the clocks really used, with the pauses of the agreement that is asked about."""
    solution_used: int = 0

    def holdings(self) -> list[Holding]:
        return [part for part in self.course if isinstance(part, Holding)]

    def arrival(self, shares: Iterable[int]) -> Arrival | None:
        """`shares`: the work in each holding. None for a ticket that took none."""
        share = iter(shares)
        stages: list[Stage] = []
        work = done = 0
        for part in self.course:
            if isinstance(part, Holding):
                got = next(share)
                work, done = work + got, done + got
            elif isinstance(part, Answered):
                stages.append(Stage(max(work, part.here) * MICROSECOND, answers=True))
                work = 0
            elif part.length:
                stages.append(Stage(work * MICROSECOND, part.length * MICROSECOND, part.reason))
                work = 0
        if not done:
            return None
        stages.append(Stage(work * MICROSECOND))
        return Arrival(self.opened_at, self.service, self.priority, self.agreement, tuple(stages))


def read_history(
    events: Iterable[Happening], *, unit: str, pauses_on: Collection[str], axis: OpenTime, at: datetime
) -> WorkHistory:
    """Follow the events of one ticket, in order and from its opening, as `unit` saw it until `at`."""
    walk = _Walk(unit, pauses_on, axis)
    for event in events:
        walk.go_to(event.at)
        walk.take(event)
    if walk.history is None:
        raise ValueError("A ticket begins with ticket.opened")
    if walk.history.is_open:
        walk.go_to(at)
    return walk.history


class _Walk:
    """Where the ticket is between two events."""

    def __init__(self, unit: str, pauses_on: Collection[str], axis: OpenTime) -> None:
        self.history: WorkHistory | None = None
        self._unit, self._pauses_on, self._axis = unit, pauses_on, axis
        self._since = self._used = 0
        self._holder = ""
        self._agent: int | None = None
        self._opened_by: int | None = None
        self._waits_for = ""
        self._is_offered = self._is_solved = False

    def go_to(self, at: datetime) -> None:
        """What the time since the last event was spent on."""
        if self.history is None:
            return
        since, self._since = self._since, self._axis.reading(at)
        spent = self._since - since
        where = self._where()
        if where == WORK:
            assert self._agent is not None
            self.history.course.append(Holding(self._agent, since, self._since))
        elif where != QUEUE and spent:
            self.history.course.append(Gap(where, spent))
        if where != SOLVED and where not in self._pauses_on:
            self._used += spent

    def take(self, event: Happening) -> None:
        payload = event.payload
        match event.kind:
            case "ticket.opened":
                self._open(event)
            case "ticket.assigned":
                self._assign(event)
            case "ticket.waiting":
                self._waits_for = str(payload["reason"])
            case "ticket.resumed":
                self._waits_for = ""
            case "ticket.handed_over":
                self._is_offered = True
            case "ticket.handover_returned":
                self._is_offered = False
            case "ticket.handover_accepted" | "ticket.rerouted":
                self._holder, self._agent, self._is_offered = str(payload["to_unit"]), None, False
            case "ticket.reopened":
                self._is_solved = False
                self._story().is_open = True
            case "ticket.priority_changed":
                self._story().priority = str(payload["priority"])
            case "ticket.replied" if payload.get("answer"):
                self._answer()
            case "ticket.resolved":
                self._solve()

    def _open(self, event: Happening) -> None:
        payload = event.payload
        self.history = WorkHistory(
            event.at, str(payload["service"]), str(payload["priority"]), str(payload["agreement"])
        )
        self._holder, self._opened_by = str(payload["unit"]), event.actor_id
        self._since = self._axis.reading(event.at)

    def _assign(self, event: Happening) -> None:
        history = self._story()
        agent = event.payload["assignee_id"]
        opened = self._axis.reading(history.opened_at)
        registers = agent is not None and agent == self._opened_by and not history.course
        if registers and event.at - history.opened_at <= REGISTERING and self._holder == self._unit:
            history.course.append(Holding(agent, opened, self._since))
        self._agent = agent

    def _answer(self) -> None:
        history = self._story()
        if history.response_used is None:
            history.response_used = self._used
            history.course.append(Answered(self._where() in (QUEUE, WORK)))

    def _solve(self) -> None:
        history = self._story()
        if history.response_used is None:
            history.response_used = self._used
        history.solution_used, history.is_open = self._used, False
        self._is_solved, self._is_offered, self._waits_for = True, False, ""

    def _where(self) -> str:
        if self._is_solved:
            return SOLVED
        if self._waits_for:
            return self._waits_for
        if self._holder != self._unit or self._is_offered:
            return ELSEWHERE
        return QUEUE if self._agent is None else WORK

    def _story(self) -> WorkHistory:
        if self.history is None:
            raise ValueError("A ticket begins with ticket.opened")
        return self.history
