"""One agreement, several numbers of agents: what they would have kept, beside what really happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.clocks.simulating import History
from sla.agreement import Agreement, Priority
from sla.calendar import WorkingCalendar
from sla.serving import serve
from sla.simulate import Agreed, Arrival, CannotSimulate, Cells, Kept, jobs_of, kept, load_of, total


@dataclass(frozen=True)
class Replay:
    """What so many agents would have kept. `load`: work as a share of their open time."""

    staff: int
    cells: Cells
    load: float


@dataclass(frozen=True)
class Line:
    """A service and a priority; None for all of them. `replays`: one for each number of agents, in order."""

    service: str | None
    priority: str | None
    happened: Kept
    replays: tuple[Kept, ...]


@dataclass(frozen=True)
class Comparison:
    agreement: Agreement
    unit: str
    happened: Cells
    same_staff: Replay
    """With as many as there really were: how far the model is from what happened."""
    replays: tuple[Replay, ...]
    served: int
    """Tickets in the queue, those of the unit's other agreements too."""
    still_open: int
    without_work: int

    def lines(self) -> list[Line]:
        """All first, then every service and priority, the most important first."""
        order = list(Priority)
        cells = sorted(self.happened, key=lambda cell: (cell[0], order.index(Priority(cell[1]))))
        whole = Line(None, None, total(self.happened), tuple(total(replay.cells) for replay in self.replays))
        return [
            whole,
            *(
                Line(*cell, self.happened[cell], tuple(replay.cells[cell] for replay in self.replays))
                for cell in cells
            ),
        ]


def compare(
    history: History,
    agreement: Agreement,
    *,
    opened_under: str,
    unit: str,
    others: Mapping[str, Agreed],
    calendar: WorkingCalendar,
    counts: Callable[[Arrival], bool],
    staffs: Sequence[int],
) -> Comparison:
    """Raises CannotSimulate when there is nothing to replay, or nobody to do it.

    `opened_under`: the name the tickets were opened under that are now promised this; `others`: what else the unit has
    promised, by name. Tickets under a name no longer in use stand in the queue as if under this one, and do not count.
    """
    if min(staffs) < 1:
        raise CannotSimulate("Bemanningen må være minst én.")
    if not any(map(counts, history.arrivals)):
        raise CannotSimulate("Ingen ferdige saker under avtalen i denne perioden.")
    this = Agreed(agreement, calendar)
    agreements = {arrival.agreement: others.get(arrival.agreement, this) for arrival in history.arrivals}
    agreements[opened_under] = this
    in_order = sorted(range(len(history.arrivals)), key=lambda place: history.arrivals[place].opened_at)
    jobs = jobs_of([history.arrivals[place] for place in in_order], agreements, calendar)
    used = [history.used[place] for place in in_order]

    def replay(staff: int) -> Replay:
        results = [(each.response_used, each.solution_used) for each in serve(jobs, staff)]
        return Replay(staff, kept(jobs, results, counts), load_of(jobs, staff))

    by_staff = {staff: replay(staff) for staff in sorted({*staffs, max(1, history.staff)})}
    return Comparison(
        agreement=agreement,
        unit=unit,
        # The real use of time against the same promises: were they kept, had they been made.
        happened=kept(jobs, used, counts),
        same_staff=by_staff[max(1, history.staff)],
        replays=tuple(by_staff[staff] for staff in dict.fromkeys(staffs)),
        served=len(jobs),
        still_open=history.still_open,
        without_work=history.without_work,
    )
