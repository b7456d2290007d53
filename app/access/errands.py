"""Sending for a grant in another system, and taking the outcome into it: each step once, whoever dies in between.

Ordered (with the delivery, in one transaction) → begun (before the call) → settled (after it). What is begun and not
settled is unknown, and is asked about before it is done again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Errand, Grant, GrantOrder, Outcome, TargetAccount, Way
from app.access.moving import move
from app.access.plan import State
from app.access.targets import TOPIC
from app.deliveries.queue import deliver_later
from app.events.log import EVENT_STEP, record, take
from app.identity.actor import Actor, system_actor
from app.people.models import Person
from app.tickets.actions import end
from app.tickets.lifecycle import OPEN, Resolution
from app.tickets.models import Ticket
from app.web.i18n import _, say

MACHINE = system_actor("access.targets")
DONE_WORDS = {
    Way.GIVE: _("Tilgangen er gitt automatisk."),
    Way.TAKE: _("Tilgangen er tatt bort automatisk."),
}
VOID_WORDS = _(
    "Godkjenningen gjelder ikke lenger, og tilgangen er ikke gitt. Bestill på nytt hvis den trengs."
)
"""Whoever is to give it by hand must not either."""


async def send_for(
    session: AsyncSession,
    grant: Grant,
    way: Way,
    system: str,
    digest: bytes,
    *,
    ticket_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Errand:
    """The caller holds the grant. What is to be taken away stays granted until the other system says that it is gone."""
    errand = Errand(
        grant_id=grant.id, way=way, system=system, digest=digest, ticket_id=ticket_id, ordered_at=at
    )
    session.add(errand)
    await session.flush()
    if way is Way.GIVE:
        move(grant, State.ORDERED, by=by, at=at, errand_id=errand.id)
    else:
        record(grant, "grant.revocation_ordered", by=by, at=at, errand_id=errand.id)
    await deliver_later(
        session,
        f"{TOPIC}{system}",
        key=f"access:{errand.id}",
        payload={"errand_id": errand.id},
        recipient_id=grant.person_id,
        # What gives and what takes the same away leave in the order they were decided.
        subject=f"access:{grant.person_id}:{grant.entitlement}",
    )
    return errand


async def take_errand(session: AsyncSession, errand_id: int) -> tuple[Grant, Errand, datetime] | None:
    """Both rows, locked, and when this happens; None when it is settled."""
    grant_id = select(Errand.grant_id).where(Errand.id == errand_id).scalar_subquery()
    grant, at = await take(session, Grant, Grant.id == grant_id)
    found = select(Errand).where(Errand.id == errand_id, Errand.settled_at.is_(None)).with_for_update()
    errand = (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()
    return None if errand is None else (grant, errand, at)


async def doubt(session: AsyncSession, errand_id: int, reason: str) -> None:
    """It was asked and did not answer: what it has now is unknown."""
    found = await take_errand(session, errand_id)
    if found is None:
        return
    grant, errand, at = found
    errand.reason = reason
    if grant.state is State.ORDERED:
        move(grant, State.UNKNOWN, by=MACHINE, at=at, reason=reason, errand_id=errand_id)


async def note(session: AsyncSession, errand_id: int, reason: str) -> None:
    """It will not, and is asked again: taking away is never given up."""
    found = await take_errand(session, errand_id)
    if found is not None:
        found[1].reason = reason


async def settle(
    session: AsyncSession, errand_id: int, outcome: Outcome, *, reason: str | None = None, ref: str = ""
) -> None:
    """Once; a second sender of the same errand changes nothing. `ref` is what the other system calls the person."""
    found = await take_errand(session, errand_id)
    if found is None:
        return
    grant, errand, at = found
    errand.settled_at, errand.outcome, errand.reason = at, outcome, reason
    if ref:
        await remember(session, grant.person_id, errand.system, ref)
    if outcome is Outcome.DONE:
        end = State.GRANTED if errand.way is Way.GIVE else State.REVOKED
        move(grant, end, by=MACHINE, at=at, errand_id=errand_id)
        await session.flush()
        await end_ticket(session, grant, errand.way, outcome, at=at + EVENT_STEP)
    elif errand.way is Way.GIVE:
        move(grant, State.FAILED, by=MACHINE, at=at, reason=reason, errand_id=errand_id)
        if outcome is Outcome.VOID:
            await session.flush()
            await end_ticket(session, grant, errand.way, outcome, at=at + EVENT_STEP)
    else:
        record(grant, "grant.revocation_void", by=MACHINE, at=at, errand_id=errand_id)
    await session.flush()


async def end_ticket(
    session: AsyncSession, grant: Grant, way: Way, outcome: Outcome, *, at: datetime
) -> None:
    """The ticket in which people waited for it, or were asked to do it by hand, ends with what became of it.

    One that failed over there stays with the unit, which does it by hand.
    """
    waiting = select(GrantOrder).where(
        GrantOrder.grant_id == grant.id, GrantOrder.way == way, GrantOrder.settled_at.is_(None)
    )
    order = (await session.scalars(waiting.with_for_update())).one_or_none()
    if order is None:
        return
    order.settled_at = at
    if (await session.scalars(select(Ticket.status).where(Ticket.id == order.ticket_id))).one() not in OPEN:
        return
    ticket, then = await take(session, Ticket, Ticket.id == order.ticket_id)
    if ticket.status not in OPEN:
        return
    language = select(Person.language).where(Person.id == ticket.requester_id)
    done = outcome is Outcome.DONE
    words = say((await session.execute(language)).scalar_one(), DONE_WORDS[way] if done else VOID_WORDS)
    resolution = Resolution.SOLVED if done else Resolution.REJECTED
    await end(session, ticket, resolution, words, by=MACHINE, at=then)


async def remember(session: AsyncSession, person_id: int, system: str, ref: str) -> None:
    """One account of each, and no account of two: what stood there is replaced, another person's is left."""
    row = insert(TargetAccount).values(person_id=person_id, system=system, ref=ref)
    taken = select(TargetAccount.person_id).where(TargetAccount.system == system, TargetAccount.ref == ref)
    if (await session.scalars(taken)).one_or_none() in (None, person_id):
        known = [TargetAccount.person_id, TargetAccount.system]
        await session.execute(row.on_conflict_do_update(index_elements=known, set_={"ref": ref}))


async def forget(session: AsyncSession, person_id: int, system: str) -> None:
    """The account is not there any more: it is looked for anew."""
    mine = (TargetAccount.person_id == person_id, TargetAccount.system == system)
    account = (await session.scalars(select(TargetAccount).where(*mine))).one_or_none()
    if account is not None:
        await session.delete(account)
