"""Silence takes nothing that lives may depend on: it becomes a case for the unit, which says who gives it back, and when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.escalating import escalate
from app.access.models import Grant
from app.access.plan import Origin, State
from app.access.queries import today
from app.catalogue.published import Published
from app.events.log import history
from app.tickets.models import Ticket
from tests.access.test_ordering import make_nurse
from tests.cast import SINCE, Cast


async def test_what_nobody_confirms_is_told_once_and_stays(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    await make_nurse(session, cast)
    on = await today(session)
    for key, until in (
        ("barnevern-vakt", on - timedelta(days=3)),
        ("kort-alle-bygg", on - timedelta(days=3)),
    ):
        session.add(
            Grant(
                person_id=cast.alice.id,
                entitlement=key,
                state=State.GRANTED,
                origin=Origin.ORDER,
                since=SINCE,
                until=until,
                last_event_at=func.clock_timestamp(),
                event_seq=0,
            )
        )
    await session.flush()
    assert published.catalogue.access.entitlements["barnevern-vakt"].life_and_health
    before = await session.scalar(select(func.count()).select_from(Ticket))
    assert await escalate(session) == 1
    assert await escalate(session) == 0, "once"
    assert await session.scalar(select(func.count()).select_from(Ticket)) == (before or 0) + 1
    ticket = (await session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1))).one()
    system = published.catalogue.access.systems["barnevern"]
    assert system.restore is not None
    assert ticket.unit == system.unit
    assert system.restore.nb in str(ticket.answers)
    grant = (await session.scalars(select(Grant).where(Grant.entitlement == "barnevern-vakt"))).one()
    assert grant.state is State.GRANTED
    assert [event.kind for event in await history(session, "grant", grant.id)] == ["grant.escalated"]
    grant.escalated_on = on - timedelta(days=31)
    await session.flush()
    assert await escalate(session) == 1, "again, while nobody answers"
