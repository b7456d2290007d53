"""The queue of `sla/serving.py` the slow way: tick by tick, everybody looks at the whole queue. Shares nothing with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sla.simulate import Job


@dataclass
class Slow:
    place: int
    job: Job
    done: int = 0
    stage: int = 0
    away_until: int = 0
    started: int | None = None
    answered: int | None = None
    solved: int | None = None
    uncounted: int = 0
    response_used: int = 0
    solution_used: int = 0
    worked_in: list[int] = field(default_factory=list)

    @property
    def due(self) -> int:
        job = self.job
        nearest = min(job.response, job.solution) if self.answered is None else job.solution
        return job.start + nearest + self.uncounted

    def answer(self, now: int) -> None:
        if self.answered is None:
            self.answered, self.response_used = now, now - self.job.start - self.uncounted

    def settle(self, now: int) -> None:
        """What happens between two ticks: an answer, a wait that begins, the end."""
        while self.solved is None and self.done == self.job.ends[self.stage] and self.away_until <= now:
            if self.stage == self.job.answers:
                self.answer(now)
            if self.stage == len(self.job.waits):
                self.solved, self.solution_used = now, now - self.job.start - self.uncounted
                return
            wait, counts = self.job.waits[self.stage]
            self.stage += 1
            self.uncounted += 0 if counts else wait
            self.away_until = now + wait


def serve_slowly(jobs: Sequence[Job], staff: int) -> list[Slow]:
    cases = [Slow(place, job) for place, job in enumerate(jobs)]
    now = 0
    while any(case.solved is None for case in cases):
        here = [case for case in cases if case.job.start <= now and case.solved is None]
        for case in here:
            case.settle(now)
        waiting = [case for case in here if case.solved is None and case.away_until <= now]
        for case in sorted(waiting, key=lambda case: (case.due, case.place))[:staff]:
            case.started = now if case.started is None else case.started
            case.done += 1
            case.worked_in.append(now)
        now += 1
    return cases
