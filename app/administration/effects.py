"""Whoever is named to an office is told, so that nobody holds one without knowing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.people.models import OfficeHolder, Person
from app.people.offices import NAMED
from app.settings import Settings
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

SUBJECT = _("Du har fått et verv i serviceportalen")
BODY = _("Du er utpekt til et verv. Hvilket, og hva det gir deg lov til, ser du når du logger inn her:")


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """The mail does not say which: who receives whistle-blowing is nobody's business on the way."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        held = select(OfficeHolder.office).where(
            OfficeHolder.person_id == due.recipient_id,
            OfficeHolder.office == due.payload["office"],
            OfficeHolder.scope == due.payload["scope"],
        )
        query = select(Person.email, Person.language).where(Person.id == due.recipient_id, Person.active)
        reader = (await session.execute(query)).one_or_none()
        if reader is None or reader.email is None or (await session.scalars(held)).one_or_none() is None:
            return None
        mail = Mail(
            key=due.key,
            sender=settings.mail_from,
            to=reader.email,
            subject=say(reader.language, SUBJECT),
            text=f"{say(reader.language, BODY)}\n\n{settings.public_url.rstrip('/')}/\n",
            language=reader.language,
        )
        return by_mail(server, mail)

    return {NAMED: Effect(recipients=_nobody_else, prepare=prepare)}


async def _nobody_else(_session: AsyncSession, _payload: dict[str, Any]) -> Sequence[int]:
    return []
