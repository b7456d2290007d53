"""The mottak is told that there is something to read, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.identity.actor import Office
from app.people.models import OfficeHolder, Person
from app.settings import Settings
from app.web.i18n import _, say
from app.whistleblowing.reporting import TOPIC
from integrations.mail.client import Mail, MailServer

SUBJECT = _("Noe nytt å lese i varslingsmottaket")
BODY = _("Logg inn og les det her:")
PAGE = "/varsling/mottak"


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await _mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {TOPIC: Effect(recipients=_nobody_else, prepare=prepare)}


async def _nobody_else(_session: AsyncSession, _payload: dict[str, Any]) -> Sequence[int]:
    """Each delivery names its recipient from the start: which report it is about is written nowhere."""
    return ()


async def _mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when they are not of the mottak any more, or have no address."""
    query = (
        select(Person.email, Person.language)
        .join(OfficeHolder, OfficeHolder.person_id == Person.id)
        .where(
            Person.id == due.recipient_id,
            Person.active,
            OfficeHolder.office == Office.WHISTLEBLOWING_RECIPIENT,
        )
    )
    found = (await session.execute(query)).one_or_none()
    if found is None or found.email is None:
        return None
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=found.email,
        subject=say(found.language, SUBJECT),
        text=f"{say(found.language, BODY)}\n\n{settings.public_url.rstrip('/')}{PAGE}\n",
        language=found.language,
    )
