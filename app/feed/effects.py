"""Asking whoever answers for an external whether it is to go on. The mail carries a link, and no name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail, write
from app.errors import NotFound
from app.feed.turns import RENEWAL
from app.identity.me import load_actor
from app.people.leading import leader_of_job
from app.people.models import Engagement, Person
from app.settings import Settings
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

SUBJECT_LINE = _("Et oppdrag du har ansvar for, går snart ut")
BODY = _(
    "Det er 30 dager eller mindre igjen. Skal det fortsette, må du forlenge det; ellers stenges tilgangen av seg selv:"
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """The topic of this slice, sent as e-mail."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await _mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {RENEWAL: Effect(recipients=_sponsor, prepare=prepare)}


async def _sponsor(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Who answers for it and works here; for somebody hired in, and when the sponsor has left, the nearest leader."""
    sponsor = select(Person.id).where(Person.id == Engagement.sponsor_id, Person.active).scalar_subquery()
    asked = select(Engagement.id, sponsor.label("sponsor_id")).where(
        Engagement.id == payload["engagement_id"], Engagement.ends_on >= func.current_date()
    )
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        return []
    found = row.sponsor_id or await leader_of_job(session, row.id)
    return [found] if found is not None else []


async def _mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when it is prolonged already or over, when they have left, or have no address."""
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    soon = func.current_date() + 31
    query = select(Person.email).where(
        Person.id == due.recipient_id,
        select(Engagement.id)
        .where(
            Engagement.id == due.payload["engagement_id"],
            Engagement.ends_on.between(func.current_date(), soon),
        )
        .exists(),
    )
    email = (await session.execute(query)).scalar_one_or_none()
    if email is None:
        return None
    return write(
        due,
        settings,
        to=email,
        subject=say(reader.language, SUBJECT_LINE),
        body=say(reader.language, BODY),
        page="/leder/eksterne",
        language=reader.language,
    )
