"""What the forms cost those who fill them in: seconds, refusals and questions afterwards per service, of nobody in
particular (need B41).

Neither the person nor the case stands beside a time, so nobody can be found by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.models import Event
from app.identity.actor import Actor, Office
from app.portal.models import FormTime
from app.tickets.lifecycle import WaitingFor
from app.tickets.models import Ticket
from service_catalog.schema import Channel, Confidentiality

LONGEST = timedelta(hours=2)
"""A form that was open for longer lay there: it is not counted."""
MOST_TRIES = 20
KEPT = timedelta(days=400)
ENOUGH = 5
"""Forms, before anything is told of them."""


@dataclass(frozen=True)
class Filling:
    """As the form's hidden fields say it. Whoever changes them spoils a statistic, and no more."""

    begun: str = ""
    """An instant, in seconds since 1970."""
    tries: str = "0"

    def again(self) -> Filling:
        return Filling(self.begun, str(min(_number(self.tries) or 0, MOST_TRIES - 1) + 1))

    def seconds(self, at: datetime) -> int | None:
        """None for what cannot be a time spent on a form."""
        begun = _number(self.begun)
        spent = None if begun is None else int(at.timestamp()) - begun
        return spent if spent is not None and 0 <= spent <= LONGEST.total_seconds() else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


async def note(session: AsyncSession, service: str, filling: Filling, *, by: Actor, at: datetime) -> None:
    """The form was sent, and taken."""
    seconds = filling.seconds(at)
    if seconds is None:
        return
    tries = min(_number(filling.tries) or 0, MOST_TRIES)
    session.add(FormTime(service=service, by_leader=by.is_leader, seconds=seconds, tries=tries, sent_at=at))


@dataclass(frozen=True, slots=True)
class Thief:
    """One service's form: how much of people's time it takes. What is None is of too few to be told."""

    service: str
    sent: int
    by_leaders: int | None
    median: timedelta
    whole: timedelta
    """All of it together."""
    of_leaders: timedelta | None
    """What leaders spent of it."""
    refused_percent: int
    """Of those sent, how many were refused at least once first."""
    returned_percent: int | None
    """Of the cases that came by the portal, in how many the unit had to ask whoever sent them."""


def may_see(actor: Actor) -> bool:
    """Those whose time it is, and those who can do something about a form: process owners, leads, editors."""
    held = {office for office, _scope in actor.offices}
    can_mend = held & {Office.PROCESS_OWNER, Office.CATALOGUE_EDITOR}
    return bool(actor.leads_org_units or actor.leads_units or can_mend)


async def thieves(session: AsyncSession, *, since: datetime, limit: int | None = None) -> Sequence[Thief]:
    """The worst first: the service whose forms took the most of leaders' time, then of everybody's. In two queries."""
    whole = func.sum(FormTime.seconds)
    leaders = func.coalesce(whole.filter(FormTime.by_leader), 0)
    query = (
        select(
            FormTime.service,
            func.count().label("sent"),
            func.count().filter(FormTime.by_leader).label("by_leaders"),
            func.percentile_cont(0.5).within_group(FormTime.seconds).label("median"),
            whole.label("whole"),
            leaders.label("of_leaders"),
            func.count().filter(FormTime.tries > 0).label("refused"),
        )
        .where(FormTime.sent_at >= since)
        .group_by(FormTime.service)
        .having(func.count() >= ENOUGH)
        .order_by(leaders.desc(), whole.desc(), FormTime.service)
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    returned = await _returned(session, [row.service for row in rows], since=since)
    return [
        Thief(
            row.service,
            row.sent,
            row.by_leaders if _is_told(row.by_leaders) else None,
            timedelta(seconds=int(row.median)),
            timedelta(seconds=int(row.whole)),
            timedelta(seconds=int(row.of_leaders)) if _is_told(row.by_leaders) else None,
            round(100 * row.refused / row.sent),
            returned.get(row.service),
        )
        for row in rows
    ]


def _is_told(count: int) -> bool:
    return count == 0 or count >= ENOUGH


async def _returned(session: AsyncSession, services: Sequence[str], *, since: datetime) -> dict[str, int]:
    """Per cent of each service's cases in which whoever sent it was asked for something. Personnel cases are left out."""
    asked = (
        select(1)
        .where(
            Event.subject_kind == "ticket",
            Event.subject_id == Ticket.id,
            Event.kind == "ticket.waiting",
            Event.payload["reason"].astext == WaitingFor.REQUESTER,
        )
        .exists()
    )
    query = (
        select(Ticket.service, func.count().label("cases"), func.count().filter(asked).label("asked"))
        .where(
            Ticket.opened_at >= since,
            Ticket.service.in_(services),
            Ticket.channel == Channel.PORTAL,
            Ticket.confidentiality.in_([Confidentiality.OPEN, Confidentiality.PERSONAL]),
        )
        .group_by(Ticket.service)
        .having(func.count() >= ENOUGH)
    )
    return {row.service: round(100 * row.asked / row.cases) for row in await session.execute(query)}


async def forget_old(session: AsyncSession, at: datetime) -> None:
    """Called by a recurring job: last year is enough to compare with."""
    await session.execute(delete(FormTime).where(FormTime.sent_at < at - KEPT))
