"""What can be promised about one ticket now, and telling its requester before an agreed limit is missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published, published_or_none
from app.clocks import expected as expecting
from app.clocks.expected import Asked, Expected, Learnt
from app.database.due import own_slot, slot_is_taken
from app.database.session import Sessions, transaction
from app.deliveries.queue import deliver_later
from app.events.log import database_now, take
from app.events.models import Event
from app.identity.actor import system_actor
from app.tickets.lifecycle import OPEN, DelayReason, Status, WaitingFor
from app.tickets.models import Ticket
from app.tickets.queries import is_open
from app.tickets.view import TicketView
from sla.experience import REMEMBERED

WATCHER = system_actor("tickets.expected")
REFRESH, REFRESH_EVERY = "expected.refresh", timedelta(hours=1)
LAST_ID = 2**63 - 1
TOLD = frozenset({"ticket.delay_expected", "ticket.delay_explained"})
NEW_PERIOD = frozenset({"ticket.reopened", "ticket.priority_changed"})
"""What begins a new promise, and with it the right to be told again."""


class Silence(StrEnum):
    """Why nothing is promised."""

    FINISHED = "finished"
    WAITING = "waiting"
    """For somebody's answer or a date: what comes then is not ours to say."""
    REOPENED = "reopened"
    """It was finished once; what is left is like no other ticket."""
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Either `expected`, or the reason for saying nothing."""

    expected: Expected | None
    silence: Silence | None
    due_at: datetime | None
    """The agreed limit; None while it stands still."""
    likely_late: bool
    """Half of such tickets are finished after the agreed limit, which has not come yet."""
    delay_reason: DelayReason | None
    """What an agent has said about it."""


async def expectation_of(session: AsyncSession, view: TicketView, *, published: Published) -> Expectation:
    """For a ticket its reader may see, in one query. `published`: the newest, which knows every agreement."""
    ticket = view.ticket
    kinds = [event.kind for event in view.events]
    reason = _reason_given(view)
    silence = _silence(ticket, kinds)
    if silence is not None:
        return Expectation(None, silence, ticket.solution_due_at, False, reason)
    at = max(view.now, ticket.opened_at)
    found = await expecting.expected(session, _asked(ticket), published=published, at=at)
    if found is None:
        return Expectation(None, Silence.TOO_FEW, ticket.solution_due_at, False, reason)
    late = is_likely_late(found, ticket.solution_due_at, at=at)
    return Expectation(found, None, ticket.solution_due_at, late, reason)


def is_likely_late(expected: Expected, due_at: datetime | None, *, at: datetime) -> bool:
    return due_at is not None and at < due_at < expected.median_at


def _silence(ticket: Ticket, kinds: Iterable[str]) -> Silence | None:
    if ticket.status not in OPEN:
        return Silence.FINISHED
    # Waiting for an approval is part of the way for such tickets, and counted in what they took.
    if ticket.status is Status.WAITING and ticket.waiting_for is not WaitingFor.APPROVAL:
        return Silence.WAITING
    return Silence.REOPENED if "ticket.reopened" in kinds else None


def _reason_given(view: TicketView) -> DelayReason | None:
    """The newest, of this period."""
    for event in reversed(view.events):
        if event.kind == "ticket.delay_explained":
            return DelayReason(event.payload["reason"])
        if event.kind in NEW_PERIOD:
            return None
    return None


def _asked(ticket: Ticket | Row[*tuple[Any, ...]]) -> Asked:
    return Asked(
        ticket.service,
        ticket.priority,
        ticket.unit,
        ticket.agreement,
        ticket.agreement_version,
        ticket.opened_at,
    )


async def refresh_expected(sessions: Sessions) -> int:
    """Learn again from the log, once an hour in the whole house.

    Read and computed first, with nothing locked: whoever writes claims the hour in the same short transaction.
    """
    async with sessions() as session:
        at = await database_now(session)
        if await slot_is_taken(session, REFRESH, every=REFRESH_EVERY, at=at):
            return 0
        oldest = (
            select(Ticket.id).where(Ticket.opened_at >= at - REMEMBERED).order_by(Ticket.opened_at, Ticket.id)
        )
        first = (await session.execute(oldest.limit(1))).scalar_one_or_none()
        published = await published_or_none(session)
        if published is None:
            return 0
        # With no ticket remembered, the last subject there can be: then nothing is learnt.
        known = expecting.facts(
            session, published=published, first_subject=first or LAST_ID, since=at - REMEMBERED
        )
        learnt = await expecting.learn(known, at=at)
    async with transaction(sessions) as session:
        if await own_slot(session, REFRESH, every=REFRESH_EVERY, at=at):
            await expecting.keep(session, learnt)
    return 0


async def tell_likely_delays(session: AsyncSession, at: datetime, *, limit: int = 200) -> None:
    """Whoever waits for a ticket that will probably miss its limit is told, once for each promise."""
    late = await _likely_late(session, at=at)
    untold = await _not_told(session, [ticket_id for ticket_id, _ in late])
    for ticket_id, expected in [each for each in late if each[0] in untold][:limit]:
        waiting = select(Ticket.id).where(Ticket.id == ticket_id, is_open()).with_for_update(skip_locked=True)
        if (await session.execute(waiting)).scalar_one_or_none() is None:
            continue
        ticket, now = await take(session, Ticket, Ticket.id == ticket_id)
        if ticket_id in await _not_told(session, [ticket_id]) and is_likely_late(
            expected, ticket.solution_due_at, at=now
        ):
            ticket.expect_delay(by=WATCHER, at=now)
            await deliver_later(
                session,
                "ticket.delay_expected",
                key=f"ticket.delay_expected:{ticket.id}:{ticket.event_seq}",
                payload={"ticket_id": ticket.id},
                subject=f"ticket:{ticket.id}",
            )


async def _likely_late(session: AsyncSession, *, at: datetime) -> list[tuple[int, Expected]]:
    """Nearest limit first."""
    query = (
        select(
            Ticket.id,
            Ticket.service,
            Ticket.priority,
            Ticket.unit,
            Ticket.agreement,
            Ticket.agreement_version,
            Ticket.opened_at,
            Ticket.solution_due_at,
        )
        .where(is_open(), Ticket.status != Status.WAITING, Ticket.solution_due_at > at)
        .order_by(Ticket.solution_due_at, Ticket.id)
    )
    rows = (await session.execute(query)).all()
    if not rows:
        return []
    learnt: Learnt = await expecting.all_learnt(session)
    published = await load_published(session)
    found = []
    for row in rows:
        expected = expecting.expected_of(_asked(row), learnt, published=published, at=at)
        if expected is not None and is_likely_late(expected, row.solution_due_at, at=at):
            found.append((row.id, expected))
    return found


async def _not_told(session: AsyncSession, ticket_ids: Sequence[int]) -> set[int]:
    """Those whose requester has heard nothing about a delay since the promise began, and that were never reopened."""
    query = (
        select(Event.subject_id, Event.kind)
        .where(
            Event.subject_kind == "ticket",
            Event.subject_id.in_(ticket_ids),
            Event.kind.in_(sorted(TOLD | NEW_PERIOD)),
        )
        .order_by(Event.subject_id, Event.seq)
    )
    last: defaultdict[int, list[str]] = defaultdict(list)
    for ticket_id, kind in await session.execute(query):
        last[ticket_id].append(kind)
    return {
        ticket_id
        for ticket_id in ticket_ids
        if "ticket.reopened" not in last[ticket_id] and (last[ticket_id][-1:] or [""])[0] not in TOLD
    }
