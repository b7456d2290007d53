"""Putting a proposed version before two persons: one for the unit that promises, one for those it promises to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.models import SUBJECT, AgreementVersion
from app.approvals.actions import ask
from app.identity.actor import Actor
from app.people.authorities import Holder
from app.people.models import Delegation, OrgUnit, Person
from app.people.queries import holders, leads_of
from service_catalog.schema import Authority

PROVIDER_STEP, CUSTOMER_STEP = 1, 2
TOPIC = "agreement.approval_asked"


async def ask_both(
    session: AsyncSession, row: AgreementVersion, *, units: Collection[str], by: Actor, at: datetime
) -> list[str]:
    """Ask the holders of professional authority (fag) on both sides; what is wrong when a side has nobody to ask.

    The proposer is never one of them, and `adopting.decide` sees to it that one person does not answer for both.
    """
    assert by.person_id is not None
    provider = await _provider(session, row.provider, excluded=by.person_id)
    if provider is None:
        return [f"{row.name}: ingen andre enn den som foreslår, har fagfullmakt for «{row.provider}»"]
    customer = await _customer(session, units, excluded={by.person_id, provider.person_id})
    if customer is None:
        return [f"{row.name}: ingen leder på kundens side har fagfullmakt"]
    for step, holder in ((PROVIDER_STEP, provider), (CUSTOMER_STEP, customer)):
        await ask(
            session,
            subject=(SUBJECT, row.id),
            step=step,
            authority=Authority.PROFESSIONAL,
            scope=holder.scope,
            approver_id=holder.person_id,
            beneficiary_id=by.person_id,
            amount=None,
            content=row.content,
            by=by,
            at=at,
            topic=TOPIC,
        )
    return []


async def _provider(session: AsyncSession, unit: str, *, excluded: int) -> Holder | None:
    """The unit's lead first, when the lead holds the authority."""
    able = [person for person in await holders(session, Authority.PROFESSIONAL, unit) if person != excluded]
    leads = await leads_of(session, unit)
    first = sorted(able, key=lambda person: (person not in leads, person))
    return Holder(first[0], unit) if first else None


async def _customer(
    session: AsyncSession, units: Collection[str], *, excluded: Collection[int]
) -> Holder | None:
    """Whoever holds it over the whole municipality, else over the topmost part that somebody else holds it over."""
    today = func.current_date()
    query = (
        select(Delegation.person_id, OrgUnit.key)
        .join(OrgUnit, OrgUnit.key == Delegation.scope)
        .join(Person, Person.id == Delegation.person_id)
        .where(
            Delegation.authority == Authority.PROFESSIONAL,
            Delegation.valid_from <= today,
            or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today),
            Person.active,
            Person.id.not_in(sorted(excluded)),
            OrgUnit.key.not_in(sorted(units)),
        )
        .order_by(OrgUnit.parent_id.is_not(None), OrgUnit.id, Delegation.id)
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    return Holder(found.person_id, found.key) if found else None
