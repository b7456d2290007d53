"""From the log of events to the reading of a clock: the same as counting minutes, for the proof's own histories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

import pytest

from app.catalogue.published import Published
from app.clocks.compute import ClockState, courses_of, read
from app.clocks.log import Happened
from app.clocks.promised import ClockKind, House
from service_catalog.load import load_catalogue
from service_catalog.schema import Catalogue
from sla.agreement import Agreement, Priority
from sla.load import Sla, load_sla
from sla.proof.calendars import FIRST, LAST, random_calendar
from sla.proof.compare import MICROSECOND, Comparison
from sla.proof.histories import HOUR, History, Pause, anchors_of, random_history
from sla.proof.reference import EPOCH, BeyondMinutes, SlowCalendar, running
from sla.proof.run import engine_source

HISTORIES = 150
HOURS = {Priority.CRITICAL: 1, Priority.HIGH: 8, Priority.NORMAL: 37, Priority.LOW: 75}
SOLVED, WAITING = ("ticket.resolved", "ticket.reopened"), ("ticket.waiting", "ticket.resumed")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_solution_clock_reads_what_counting_minutes_reads(number: int) -> None:
    random = Random(number)
    written = random_calendar(number, random)
    comparison = Comparison(
        SlowCalendar(written, FIRST, LAST), engine_source(written, published=True).compile()
    )
    house, anchors = promising(written), anchors_of(comparison.slow, random)
    for _ in range(HISTORIES):
        history = apart(random_history(random, anchors))
        priority, log = log_of(history, random)
        course = next(each for each in courses_of(log, house) if each.kind is ClockKind.SOLUTION)
        reading = read(course, at=instant(history.looked))
        try:
            due = comparison.due(history, HOURS[priority] * HOUR)
            used = sum(
                comparison.slow.between(*span)
                for span in running(history.opened, history.pauses, history.looked)
            )
        except BeyondMinutes:
            continue
        assert reading.used == used * MICROSECOND, (written, log)
        if not isinstance(due, str):
            assert reading.due_at == (None if due is None else instant(due)), (written, log)
        assert (reading.state is ClockState.RUNNING) == all(end is not None for _, end in history.pauses)


@cache
def shipped() -> tuple[Catalogue, Sla]:
    return load_catalogue(), load_sla()


def promising(written: Any) -> House:
    """An agreement in that calendar, with so many hours for each priority."""
    catalogue, sla = shipped()
    promises = {each: {"response": f"{hours} t", "solution": f"{hours} t"} for each, hours in HOURS.items()}
    known = sla.agreements["lonn"].model_dump(mode="json")
    agreement = Agreement.model_validate(known | {"calendar": "proof", "promises": promises, "legs": {}})
    calendars = {"proof": engine_source(written, published=True)}
    return House({1: Published(1, catalogue, {"lonn": (agreement,)}, calendars, sla.statutes)})


def apart(history: History) -> History:
    """A log cannot pause twice at once: the same standstill, as pauses that lie apart; and looked at last."""
    last = max((bound for pause in history.pauses for bound in pause if bound is not None), default=0)
    looked = max(history.opened, history.looked, last) + HOUR
    pauses: list[Pause] = []
    at = history.opened
    for start, end in running(history.opened, history.pauses, looked):
        if start > at:
            pauses.append((at, start))
        at = end
    if at < looked:
        pauses.append((at, None))
    return History(history.opened, tuple(pauses), history.targets, looked, None)


def log_of(history: History, random: Random) -> tuple[Priority, list[Happened]]:
    """The priority that holds in the end, and the events: waiting or solved for each pause."""
    terms = {"catalogue_version": 1, "agreement": "lonn", "agreement_version": 1}
    first, last = random.choices(list(Priority), k=2)
    opened = Happened(
        "ticket.opened", instant(history.opened), {"priority": first.value, "unit": "lonn", **terms}
    )
    changed_at = random.randint(history.opened, history.looked)
    changed = Happened("ticket.priority_changed", instant(changed_at), {"priority": last.value})
    return last, [opened, *sorted([*_pausing(history, random), changed], key=lambda event: event.at)]


def _pausing(history: History, random: Random) -> Iterator[Happened]:
    for start, end in history.pauses:
        stops, goes_on = random.choice((SOLVED, WAITING))
        yield Happened(stops, instant(start), {"reason": "requester"})
        if end is not None:
            yield Happened(goes_on, instant(end), {})


def instant(micros: int) -> datetime:
    return EPOCH + micros * MICROSECOND
