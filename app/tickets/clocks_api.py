"""The reckoning of a ticket's clocks, for programs."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from app.clocks.compute import ClockState
from app.clocks.explain import Reckoned
from app.clocks.promised import ClockKind
from app.database.session import Db
from app.identity.me import Me
from app.tickets.api import Number
from app.tickets.reckoning import reckoned
from app.tickets.schema import Out
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from sla.reckoning import Line, Why, counted_in

router = Room(prefix="/api/v1", tags=["tickets"], responses=PROBLEM_RESPONSES)


class LineOut(Out):
    start: datetime
    end: datetime
    counted_seconds: float = Field(description="Nothing unless it was open.")
    why: list[Why]
    names: list[str] = Field(description="Closed days in it, as the calendar calls them.")
    away: str | None = Field(description="What the clock stood still for.", examples=["requester"])


class ChangeOut(Out):
    at: datetime
    kind: str = Field(examples=["ticket.priority_changed"])


class LawOut(Out):
    paragraph: str = Field(examples=["arbeidsmiljøloven § 14-5"])
    source: str
    starts_on: date
    ends_on: date | None


class ReckonedOut(Out):
    kind: ClockKind
    part: str = Field(description="Of a leg the unit, of a legal clock the statute; else empty.")
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    next_step_at: datetime | None
    agreement: str | None = Field(description="None of a legal clock.")
    agreement_version: int | None
    calendar: str | None
    priority: str
    period: int
    target_seconds: float = Field(description="Working time; of a legal clock calendar time.")
    used_seconds: float
    counted_seconds: float = Field(
        description="The sum of the lines: the target, once the due instant is known."
    )
    lines: list[LineOut]
    changes: list[ChangeOut]
    law: LawOut | None


@router.get("/tickets/{number}/clocks", summary="Its deadlines, and how each was worked out")
async def clocks(number: Number, session: Db, me: Me) -> list[ReckonedOut]:
    _view, found = await reckoned(session, me, number)
    return [_out(each) for each in found]


def _out(each: Reckoned) -> ReckonedOut:
    course, reading, period = each.course, each.reading, each.course.period
    agreed = None if each.law or course.kind is ClockKind.STATUTORY else course.promised.agreement
    return ReckonedOut(
        kind=course.kind,
        part=course.part,
        state=reading.state,
        started_at=course.started_at,
        due_at=reading.due_at,
        stopped_at=reading.stopped_at,
        breached_at=reading.breached_at,
        next_step_at=reading.next_at,
        agreement=agreed.name if agreed else None,
        agreement_version=agreed.version if agreed else None,
        calendar=agreed.calendar if agreed else None,
        priority=period.priority,
        period=period.number,
        target_seconds=period.target.total_seconds(),
        used_seconds=reading.used.total_seconds(),
        counted_seconds=counted_in(each.lines).total_seconds(),
        lines=[_line(line) for line in each.lines],
        changes=[ChangeOut(at=change.at, kind=change.kind) for change in each.changes],
        law=_law(each),
    )


def _line(line: Line) -> LineOut:
    return LineOut(
        start=line.start,
        end=line.end,
        counted_seconds=line.counted.total_seconds(),
        why=list(line.why),
        names=list(line.names),
        away=line.away,
    )


def _law(each: Reckoned) -> LawOut | None:
    if each.law is None:
        return None
    statute, dates = each.law.statute, each.law.dates
    return LawOut(
        paragraph=statute.paragraph,
        source=statute.source,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
    )
