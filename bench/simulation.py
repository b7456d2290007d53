"""A million tickets through the simulator's queue: `python -m bench.simulation [--tickets N] [--staff N]`."""

from __future__ import annotations

import argparse
import resource
import time
from datetime import UTC, datetime, timedelta
from random import Random

from bench.report import figures
from sla.agreement import Priority
from sla.load import load_sla
from sla.serving import serve
from sla.simulate import Agreed, Arrival, Stage, jobs_of, kept, load_of, total

TICKETS, SECONDS_AT_MOST = 1_000_000, 60.0
SINCE, PERIOD = datetime(2023, 1, 2, tzinfo=UTC), timedelta(days=1040)
AGREEMENT = "it-brukerstotte"
"""With promises in hours and in working days, and a calendar with seasons."""
LOAD = 0.9
SEED = 3
Figure = tuple[str, float, str, float | None]


def arrivals_of(count: int, random: Random) -> list[Arrival]:
    """Spread over the period, day and night; each is answered, and three in ten are paused once."""
    priorities = list(Priority)
    arrivals = []
    for number in range(count):
        work = timedelta(minutes=random.lognormvariate(3, 1))
        answer, rest = Stage(work / 5, answers=True), Stage(work * 4 / 5)
        stages: tuple[Stage, ...] = (answer, rest)
        if random.random() < 0.3:
            stages = (
                answer,
                Stage(work / 5, timedelta(hours=random.random() * 20), "requester"),
                Stage(work * 3 / 5),
            )
        opened = SINCE + PERIOD * random.random()
        (priority,) = random.choices(priorities, (1, 9, 70, 20))
        arrivals.append(Arrival(opened, f"service-{number % 60}", priority, AGREEMENT, stages))
    return arrivals


def measure(count: int = TICKETS, staff: int | None = None) -> list[Figure]:
    """Seconds of each step. `staff` None: as many as have work nine tenths of the time."""
    sla = load_sla()
    agreement = sla.agreements[AGREEMENT]
    calendar = sla.calendars[agreement.calendar].compile()
    arrivals = arrivals_of(count, Random(SEED))
    began, cpu = time.perf_counter(), time.process_time()
    jobs = jobs_of(arrivals, {AGREEMENT: Agreed(agreement, calendar)}, calendar)
    prepared = time.perf_counter()
    staff = staff or max(1, round(load_of(jobs, 1) / LOAD))
    results = serve(jobs, staff)
    served = time.perf_counter()
    cells = kept(jobs, [(each.response_used, each.solution_used) for each in results], lambda _: True)
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    whole = total(cells)
    per_second = count / (ended - began)
    return [
        (
            f"simulator: {count:,} tickets, {staff} agents",
            ended - began,
            "s",
            SECONDS_AT_MOST * count / TICKETS,
        ),
        ("  of it CPU", cpu, "s", None),
        ("  of it putting them on the axis of open time", prepared - began, "s", None),
        ("  of it the queue (once more for each number of agents)", served - prepared, "s", None),
        ("  tickets a second", per_second, "", None),
        ("  answers kept", 100 * whole.response / whole.tickets, "%", None),
        ("  solutions kept", 100 * whole.solution / whole.tickets, "%", None),
        ("  memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", None),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--staff", type=int)
    options = parser.parse_args()
    print(figures(measure(options.tickets, options.staff)))


if __name__ == "__main__":
    main()
