"""Telling the person that their file is there. The mail carries a link, never the content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.errors import NotFound
from app.identity.me import load_actor
from app.people.models import Person
from app.privacy.models import InsightRequest, InsightState
from app.settings import Settings
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

TOPIC = "insight.released"
SUBJECT_LINE = _("Opplysningene om deg er klare")
BODY = _("Du ba om innsyn. Logg inn og last ned filen her. Den slettes etter 30 dager:")


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """The topic of this slice, sent as e-mail."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {TOPIC: Effect(recipients=_person, prepare=prepare)}


async def _person(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    asked = select(InsightRequest.person_id).where(InsightRequest.id == payload["request_id"])
    return list(await session.scalars(asked))


async def mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when the file is gone, is another's, or they have no address."""
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    there = (
        select(Person.email)
        .join(InsightRequest, InsightRequest.person_id == Person.id)
        .where(
            Person.id == due.recipient_id,
            InsightRequest.id == due.payload["request_id"],
            InsightRequest.state == InsightState.RELEASED,
        )
    )
    address = (await session.execute(there)).scalar_one_or_none()
    if address is None:
        return None
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=address,
        subject=say(reader.language, SUBJECT_LINE),
        text=f"{say(reader.language, BODY)}\n\n{settings.public_url.rstrip('/')}/personvern/innsyn\n",
        language=reader.language,
    )
