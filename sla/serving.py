"""A number of agents before a queue: the nearest due instant first, on the axis of open time of `sla/simulate.py`."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from sla.simulate import CannotSimulate, Job


@dataclass(frozen=True, slots=True)
class Served:
    """What became of one arrival, in microseconds of open time since the first arrival was opened."""

    started: int
    answered: int
    solved: int
    response_used: int
    """As the response clock counts it: without the pauses the agreement takes."""
    solution_used: int


def serve(jobs: Sequence[Job], staff: int) -> list[Served]:
    """Let so many agents serve the jobs (in order of their start); one answer per job, in the same order.

    Raises CannotSimulate for less than one agent.
    """
    if staff < 1:
        raise CannotSimulate("Bemanningen må være minst én.")
    counter = _Counter(staff, len(jobs))
    opened, count = 0, len(jobs)
    while True:
        now = min(
            jobs[opened].start if opened < count else _NEVER,
            counter.returning[0][0] if counter.returning else _NEVER,
            counter.finishing[0][0] if counter.finishing else _NEVER,
        )
        if now == _NEVER:
            return counter.results()
        counter.finish_until(now)
        counter.take_back_until(now)
        while opened < count and jobs[opened].start == now:
            counter.receive(opened, jobs[opened])
            opened += 1
        counter.hand_out(now)


_NEVER = 1 << 62


class _Case:
    """A job under way. Instants and amounts are microseconds of open time."""

    __slots__ = (
        "answered", "finish", "job", "key", "left", "place", "response_used", "stage", "started", "uncounted",
        "worked",
    )  # fmt: skip

    def __init__(self, place: int, job: Job) -> None:
        self.place, self.job = place, job
        self.stage = self.worked = self.uncounted = self.response_used = 0
        self.started = self.answered = -1
        self.left = 0
        """Work of the stage an agent has begun, and `finish` when it will be done; -1 when nobody has it."""
        self.finish = -1
        self.key = 0

    def due(self) -> int:
        """What the queue orders by: the nearest due instant of a clock that runs."""
        job = self.job
        nearest = job.solution if self.answered >= 0 else min(job.response, job.solution)
        return job.start + nearest + self.uncounted

    def rest(self) -> int:
        """Work left of the stage."""
        return self.job.ends[self.stage] - self.worked

    def answer(self, now: int) -> None:
        if self.answered < 0:
            self.answered = now
            self.response_used = now - self.job.start - self.uncounted


class _Counter:
    """The agents, what they have before them, and what waits."""

    def __init__(self, staff: int, count: int) -> None:
        self._staff = staff
        self._cases: dict[int, _Case] = {}
        self._results: list[Served | None] = [None] * count
        self._ready: list[tuple[int, int]] = []
        """(due, place): a heap."""
        self._running: list[tuple[int, int]] = []
        """(due, place), sorted; never more than there are agents."""
        self.finishing: list[tuple[int, int]] = []
        """(when, place): a heap; one that was put down stays in it and is passed over."""
        self.returning: list[tuple[int, int]] = []

    def receive(self, place: int, job: Job) -> None:
        case = self._cases[place] = _Case(place, job)
        self._go_on(case, job.start)

    def take_back_until(self, now: int) -> None:
        while self.returning and self.returning[0][0] <= now:
            self._go_on(self._cases[heappop(self.returning)[1]], now)

    def finish_until(self, now: int) -> None:
        while self.finishing and self.finishing[0][0] <= now:
            when, place = heappop(self.finishing)
            case = self._cases.get(place)
            if case is None or case.finish != when:
                continue
            del self._running[bisect_left(self._running, (case.key, place))]
            case.finish = -1
            case.worked += case.left
            self._go_on(case, when)

    def hand_out(self, now: int) -> None:
        """The nearest due first; whoever has the one due last puts it down for one that is due before it."""
        ready, running = self._ready, self._running
        while ready:
            if len(running) == self._staff:
                if ready[0] >= running[-1]:
                    return
                case = self._cases[running.pop()[1]]
                case.worked += case.left - (case.finish - now)
                case.finish = -1
                heappush(ready, (case.key, case.place))
            case = self._cases[heappop(ready)[1]]
            if case.started < 0:
                case.started = now
            case.left = case.rest()
            case.finish = now + case.left
            insort(running, (case.key, case.place))
            heappush(self.finishing, (case.finish, case.place))

    def results(self) -> list[Served]:
        return [result for result in self._results if result is not None]

    def _go_on(self, case: _Case, now: int) -> None:
        """To the queue if there is work, else through its waits; out when nothing is left."""
        while not case.rest():
            if case.stage == case.job.answers:
                case.answer(now)
            if case.stage == len(case.job.waits):
                self._solved(case, now)
                return
            wait, counts = case.job.waits[case.stage]
            case.stage += 1
            if not counts:
                case.uncounted += wait
            if wait:
                heappush(self.returning, (now + wait, case.place))
                return
        case.key = case.due()
        heappush(self._ready, (case.key, case.place))

    def _solved(self, case: _Case, now: int) -> None:
        case.answer(now)
        used = now - case.job.start - case.uncounted
        self._results[case.place] = Served(case.started, case.answered, now, case.response_used, used)
        del self._cases[case.place]
