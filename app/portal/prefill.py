"""What a form may know about the person before they have written anything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.identity.actor import Actor
from app.people.models import Engagement, OrgUnit, Person
from service_catalog.schema import Prefill

Leader = aliased(Person)


async def known_about(session: AsyncSession, actor: Actor) -> dict[Prefill, Any]:
    """Of the engagement they have most of today; one query. Ids are text, as forms send them."""
    today = func.current_date()
    query = (
        select(
            Person.name,
            Person.email,
            Person.phone,
            Engagement.title,
            OrgUnit.id.label("org_unit_id"),
            OrgUnit.ansvar,
            OrgUnit.tjeneste,
            func.coalesce(Engagement.leader_id, OrgUnit.leader_id).label("leader_id"),
            today.label("today"),
        )
        .outerjoin(
            Engagement,
            (Engagement.person_id == Person.id)
            & (Engagement.starts_on <= today)
            & or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today),
        )
        .outerjoin(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Person.id == actor.person_id)
        .order_by(Engagement.percent.desc().nulls_last(), Engagement.id)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return {}
    return {
        Prefill.ME: str(actor.person_id),
        Prefill.MY_NAME: row.name,
        Prefill.MY_EMAIL: row.email,
        Prefill.MY_PHONE: row.phone,
        Prefill.MY_POSITION: row.title,
        Prefill.MY_UNIT: str(row.org_unit_id) if row.org_unit_id else None,
        Prefill.MY_LEADER: str(row.leader_id) if row.leader_id else None,
        Prefill.MY_ANSVAR: row.ansvar,
        Prefill.MY_TJENESTE: row.tjeneste,
        Prefill.TODAY: row.today.isoformat(),
    }
