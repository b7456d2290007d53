"""«Hvem har hatt saken»: which unit held the ticket, from when to when, and for how much of its working time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clocks.situation import Fact
from sla.calendar import WorkingCalendar

MOVES = {"ticket.handover_accepted": "to_unit", "ticket.rerouted": "to_unit"}
"""The kinds of event that give the ticket to another unit, and where the payload names it."""


@dataclass(frozen=True)
class Leg:
    """`end` is None while the unit still holds it. `held` is working time of the ticket's own calendar."""

    unit: str
    start: datetime
    end: datetime | None
    held: timedelta
    solved: bool = False


def legs(events: Iterable[Fact], calendar: WorkingCalendar, *, at: datetime) -> list[Leg]:
    """The units in turn. A solved ticket is nobody's; reopened, it is again with the unit that solved it."""
    run: list[Leg] = []
    holder: str | None = None
    since: datetime | None = None

    def leave(when: datetime, *, solved: bool = False) -> None:
        nonlocal since
        if holder is not None and since is not None:
            run.append(Leg(holder, since, when, calendar.working_time(since, when), solved))
        since = None

    for event in events:
        if event.kind == "ticket.opened":
            holder, since = str(event.payload["unit"]), event.at
        elif event.kind in MOVES:
            leave(event.at)
            holder, since = str(event.payload[MOVES[event.kind]]), event.at
        elif event.kind == "ticket.resolved":
            leave(event.at, solved=True)
        elif event.kind == "ticket.reopened":
            since = event.at
    if holder is not None and since is not None:
        run.append(Leg(holder, since, None, calendar.working_time(since, at)))
    return run
