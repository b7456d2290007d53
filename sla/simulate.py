"""What if we promised this, with these people: past tickets served again by a number of agents, in open time.

Everything happens on one axis: open time of the agents' calendar, in microseconds since the first ticket. So work can
only begin when it is open, and a night or a holiday takes no time at all. The agents take the ticket with the nearest
due instant, as the queue shows it, and put down what is due later when something nearer comes in. A pause takes as
much open time as it did in history, and comes after the same amount of work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.agreement import Agreement
from sla.calendar import WorkingCalendar
from sla.wall_clock import MICROSECOND

SOLVED = "solved"
"""What a ticket waits for between its solution and its reopening: nobody's time, whatever the agreement says."""
ELSEWHERE = "elsewhere"
"""Another unit has it, or is being asked to take it: time that counts, and that these agents cannot shorten."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Work, and then a wait before the next stage. `waits_for`: a pause reason, ELSEWHERE or SOLVED."""

    work: timedelta
    wait: timedelta = timedelta()
    """Open time; the last stage has none."""
    waits_for: str = ""
    answers: bool = False
    """Whether the first answer is given when the work is done; without any, the first solution is the answer."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ticket as it came in, and the work it took."""

    opened_at: datetime
    service: str
    priority: str
    agreement: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Agreed:
    """An agreement with the calendar it counts in."""

    agreement: Agreement
    calendar: WorkingCalendar


class CannotSimulate(ValueError):
    """The question has no answer; the message says why."""


class OpenTime:
    """Open time of a calendar as one unbroken axis that begins at `since`."""

    def __init__(self, calendar: WorkingCalendar, since: datetime) -> None:
        self._calendar, self._since = calendar, since

    def reading(self, at: datetime) -> int:
        """Microseconds open since the beginning; every instant of one closed stretch reads the same."""
        return self._calendar.working_time(self._since, at) // MICROSECOND

    def instant(self, reading: int) -> datetime:
        """The open instant with this reading: the opening, when the reading is that of a closed stretch."""
        return self._calendar.next_open(self._calendar.after(self._since, reading * MICROSECOND))


@dataclass(frozen=True, slots=True)
class Job:
    """An arrival on the axis. All amounts are microseconds of open time."""

    arrival: Arrival
    start: int
    response: int
    """Target, from the start; so is `solution`."""
    solution: int
    ends: tuple[int, ...]
    """All work done when each stage ends."""
    waits: tuple[tuple[int, bool], ...]
    """After each stage but the last: how long, and whether the clocks run meanwhile."""
    answers: int
    """The stage whose end is the first answer."""

    @property
    def work(self) -> int:
        return self.ends[-1]


def jobs_of(
    arrivals: Sequence[Arrival], agreements: Mapping[str, Agreed], calendar: WorkingCalendar
) -> list[Job]:
    """The arrivals, in the order they were opened, on the axis of the agents' calendar.

    An agreement that counts in another calendar than the agents' keeps its due instants; they are only read on this
    axis. Raises CannotSimulate for no arrivals, an agreement that is not given, and a ticket without work.
    """
    if not arrivals:
        raise CannotSimulate("Det er ingen saker å spille om.")
    in_order = sorted(arrivals, key=lambda arrival: arrival.opened_at)
    axis = OpenTime(calendar, in_order[0].opened_at)
    jobs = []
    for arrival in in_order:
        agreed = agreements.get(arrival.agreement)
        if agreed is None:
            raise CannotSimulate(f"Avtalen «{arrival.agreement}» er ikke kjent.")
        jobs.append(_job(arrival, agreed, axis, calendar))
    return jobs


def _job(arrival: Arrival, agreed: Agreed, axis: OpenTime, calendar: WorkingCalendar) -> Job:
    stops = (*agreed.agreement.pauses_on, SOLVED)
    ends: list[int] = []
    waits: list[tuple[int, bool]] = []
    done, answers = 0, -1
    for number, stage in enumerate(arrival.stages):
        done += stage.work // MICROSECOND
        ends.append(done)
        waits.append((stage.wait // MICROSECOND, stage.waits_for not in stops))
        if answers < 0 and (stage.answers or stage.waits_for == SOLVED):
            answers = number
    if done <= 0:
        raise CannotSimulate(f"Saken fra {arrival.opened_at.isoformat()} er uten arbeid.")
    start = axis.reading(arrival.opened_at)
    response, solution = _targets(arrival, agreed, axis, start, calendar)
    return Job(arrival, start, response, solution, tuple(ends), tuple(waits[:-1]), answers % len(ends))


def _targets(
    arrival: Arrival, agreed: Agreed, axis: OpenTime, start: int, calendar: WorkingCalendar
) -> tuple[int, int]:
    promise = agreed.agreement.promise(arrival.priority)
    response, solution = (
        amount.target(agreed.calendar, arrival.opened_at) for amount in (promise.response, promise.solution)
    )
    if agreed.calendar is calendar:
        return response // MICROSECOND, solution // MICROSECOND
    dues = (agreed.calendar.after(arrival.opened_at, target) for target in (response, solution))
    response_due, solution_due = map(axis.reading, dues)
    return response_due - start, solution_due - start


@dataclass(slots=True)
class Kept:
    """How many tickets, and for how many of them each promise was kept."""

    tickets: int = 0
    response: int = 0
    solution: int = 0

    def add(self, *, response: bool, solution: bool) -> None:
        self.tickets += 1
        self.response += response
        self.solution += solution


Cells = dict[tuple[str, str], Kept]
"""By service and priority."""


def kept(jobs: Sequence[Job], used: Sequence[tuple[int, int]], counts: Callable[[Arrival], bool]) -> Cells:
    """`used`: (response, solution) of each job, in microseconds. A promise is kept before its due instant, not on it."""
    cells: Cells = {}
    for job, (response, solution) in zip(jobs, used, strict=True):
        arrival = job.arrival
        if counts(arrival):
            cell = cells.setdefault((arrival.service, arrival.priority), Kept())
            cell.add(response=response < job.response, solution=solution < job.solution)
    return cells


def total(cells: Cells) -> Kept:
    whole = Kept()
    for cell in cells.values():
        whole.tickets += cell.tickets
        whole.response += cell.response
        whole.solution += cell.solution
    return whole


def load_of(jobs: Sequence[Job], staff: int) -> float:
    """Work as a share of the agents' open time from the first opening to the last; above 1 the queue only grows."""
    work = sum(job.work for job in jobs)
    period = jobs[-1].start - jobs[0].start
    return work / (period * staff) if period else float("inf")
