"""What becomes of a question nobody answers: whoever was asked is reminded, then somebody further up is asked.

Who that is, the delegation says. Nobody is reminded at night or on a holiday: the hours are the municipality's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Date, Text, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import actions
from app.approvals.models import Approval
from app.catalogue.published import Published
from app.deliveries.queue import deliver_later
from app.events.log import record, take
from app.identity.actor import system_actor
from app.people.authorities import Holder
from app.people.deputies import has_deputy, is_away, is_left_alone
from app.people.ties import is_too_near

CHASER = system_actor("approvals.chase")
REMINDED = "approval.reminded"
ANSWER_DAYS = 2
"""Working days that whoever is asked has, before they are reminded or passed by."""
BATCH = 50

Above = Callable[[AsyncSession, Approval], Awaitable[Holder | None]]
"""Who is asked instead, further up; None: nobody."""


class Chase(StrEnum):
    REMIND = "remind"
    PASS_UP = "pass_up"


def chase_of(chased: int, *, in_vain: bool) -> Chase:
    """Whoever is at work, or has a deputy who is, and may answer, is reminded once before somebody else is asked."""
    return Chase.REMIND if chased == 0 and not in_vain else Chase.PASS_UP


def answer_by(published: Published, at: datetime) -> datetime:
    return published.office_hours.add_days(at, ANSWER_DAYS, end_of_day=True)


async def hurry(session: AsyncSession) -> None:
    """What is asked of somebody who is not back before an answer is looked for, and has nobody in their place, is due.

    For when people are at work: whoever is asked instead is told at once.
    """
    answer_on, authority = cast(Approval.answer_by, Date), cast(Approval.authority, Text)
    in_vain = update(Approval).where(
        Approval.outcome.is_(None),
        Approval.chased == 0,
        Approval.chase_at > func.clock_timestamp(),
        is_away(Approval.approver_id, until=answer_on),
        ~has_deputy(Approval.approver_id, authority),
    )
    await session.execute(in_vain.values(chase_at=func.clock_timestamp()))


async def chase_due(session: AsyncSession, published: Published, above: Above) -> int:
    """One batch of those whose answer is looked for in vain; how many. Twice changes nothing."""
    due = (
        select(Approval.id)
        .where(Approval.outcome.is_(None), Approval.chase_at <= func.clock_timestamp())
        .order_by(Approval.chase_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = (await session.scalars(due)).all()
    for approval_id in found:
        await _chase(session, approval_id, published, above)
    await session.flush()
    return len(found)


async def _chase(session: AsyncSession, approval_id: int, published: Published, above: Above) -> None:
    approval, at = await take(session, Approval, Approval.id == approval_id)
    holder = None
    if chase_of(approval.chased, in_vain=await _waits_in_vain(session, approval)) is Chase.PASS_UP:
        holder = await above(session, approval)
    if holder is not None:
        await actions.pass_up(session, approval, holder, by=CHASER, at=at)
    else:
        record(approval, REMINDED, by=CHASER, at=at)
    approval.chased += 1
    # The opening of the day: what is due at a closing is told when people are at work again.
    approval.chase_at = published.office_hours.add_days(at, ANSWER_DAYS, snap=True)
    await deliver_later(
        session,
        REMINDED,
        key=f"{REMINDED}:{approval.id}:{approval.chased}",
        payload={"approval_id": approval.id},
    )


async def _waits_in_vain(session: AsyncSession, approval: Approval) -> bool:
    """Whoever was asked may not answer it, or is away with nobody in their place."""
    asked = approval.approver_id
    if asked in approval.concerned or await is_too_near(session, asked, *approval.concerned):
        return True
    return await is_left_alone(session, asked, approval.authority)
