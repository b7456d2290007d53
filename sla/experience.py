"""What has been learnt from tickets until now: followed fact by fact, so that nothing later is ever looked at."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from sla.calendar import WorkingCalendar
from sla.forecast import Basis, Curve, curve_of, scale_of

WINDOW = timedelta(days=90)
"""Tickets opened longer ago say little about today."""
IN_QUEUE = timedelta(days=30)
"""An older ticket that is open still is forgotten or waits for something; it is in nobody's way."""
REMEMBERED = WINDOW + IN_QUEUE
"""How far back facts are needed for the queue to be right for the oldest ticket of the window."""

Group: TypeAlias = tuple[Basis, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket as it was when it came in."""

    ticket: int
    at: datetime
    service: str
    priority: str
    unit: str
    agreement: str
    target: timedelta
    """Working time promised for a solution."""
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True)
class Ended:
    """It was solved or turned down; or withdrawn, and nobody knows how long it would have taken."""

    ticket: int
    at: datetime
    finished: bool


Fact: TypeAlias = Opened | Ended


def groups_of(service: str, priority: str, unit: str, agreement: str) -> tuple[Group, ...]:
    """The groups a ticket belongs to, narrowest first."""
    return (
        (Basis.SERVICE_AND_PRIORITY, f"{service}/{priority}"),
        (Basis.SERVICE, service),
        (Basis.AGREEMENT, f"{unit}/{agreement}"),
    )


@dataclass(slots=True)
class _Known:
    """A ticket of the window. `took` is in units of `scale`: until it ended, None while it is open."""

    opened: Opened
    groups: tuple[Group, ...]
    scale: timedelta
    took: float | None = None
    finished: bool = False
    in_queue: bool = True

    def so_far(self, at: datetime) -> float:
        return self.opened.calendar.working_time(self.opened.at, at) / self.scale


@dataclass(slots=True)
class _Times:
    """One group's tickets, sorted as they come."""

    finished: list[float] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)
    open: dict[int, _Known] = field(default_factory=dict)


class Experience:
    """Learns facts in the order they happened. The same facts give the same forecasts, whatever comes after."""

    def __init__(self) -> None:
        self.now: datetime | None = None
        self._known: dict[int, _Known] = {}
        self._groups: defaultdict[Group, _Times] = defaultdict(_Times)
        self._queue: Counter[str] = Counter()
        self._may_leave_queue: deque[_Known] = deque()
        self._may_leave_window: deque[_Known] = deque()

    def learn(self, fact: Fact) -> None:
        """ValueError when it happened before what is known. A second end, after a reopening, says nothing new."""
        self.pass_time(fact.at)
        if isinstance(fact, Opened):
            self._open(fact)
        elif (known := self._known.get(fact.ticket)) is not None and known.took is None:
            self._end(known, fact)

    def pass_time(self, at: datetime) -> None:
        """Forget what is too old by `at`."""
        if self.now is not None and at < self.now:
            raise ValueError(f"{at} is before {self.now}, which is known already")
        self.now = at
        while self._may_leave_queue and self._may_leave_queue[0].opened.at <= at - IN_QUEUE:
            self._leave_queue(self._may_leave_queue.popleft())
        while self._may_leave_window and self._may_leave_window[0].opened.at <= at - WINDOW:
            self._forget(self._may_leave_window.popleft())

    def queue(self, unit: str) -> int:
        """How many of the unit's newer tickets are open."""
        return self._queue[unit]

    def queues(self) -> dict[str, int]:
        return {unit: length for unit, length in self._queue.items() if length > 0}

    def groups(self) -> Iterator[Group]:
        """Those that anything is known about."""
        return (group for group, times in self._groups.items() if times.finished)

    def curve(self, group: Group) -> Curve:
        """As of now. In units of each ticket's `scale_of`."""
        times = self._groups.get(group)
        if times is None or self.now is None:
            return Curve((), 0, 0)
        at = self.now
        return curve_of(
            times.finished, [*times.withdrawn, *(each.so_far(at) for each in times.open.values())]
        )

    def _open(self, opened: Opened) -> None:
        groups = groups_of(opened.service, opened.priority, opened.unit, opened.agreement)
        known = _Known(opened, groups, scale_of(opened.target, self.queue(opened.unit)))
        self._known[opened.ticket] = known
        for group in groups:
            self._groups[group].open[opened.ticket] = known
        self._queue[opened.unit] += 1
        self._may_leave_queue.append(known)
        self._may_leave_window.append(known)

    def _end(self, known: _Known, ended: Ended) -> None:
        known.took, known.finished = known.so_far(ended.at), ended.finished
        for group in known.groups:
            times = self._groups[group]
            del times.open[ended.ticket]
            insort(times.finished if ended.finished else times.withdrawn, known.took)
        self._leave_queue(known)

    def _leave_queue(self, known: _Known) -> None:
        if known.in_queue:
            known.in_queue = False
            self._queue[known.opened.unit] -= 1

    def _forget(self, known: _Known) -> None:
        del self._known[known.opened.ticket]
        for group in known.groups:
            times = self._groups[group]
            if known.took is None:
                del times.open[known.opened.ticket]
            else:
                ended = times.finished if known.finished else times.withdrawn
                del ended[bisect_left(ended, known.took)]
