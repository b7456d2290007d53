"""Telling whoever is asked to approve a destruction list. The mail carries a link, never the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.approvals.policy import answerable_by
from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.errors import NotFound
from app.identity.me import load_actor
from app.people.models import Person
from app.retention.destroying import TOPIC
from app.settings import Settings
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

SUBJECT_LINE = _("En kassasjonsliste venter på at du godkjenner")
BODY = _(
    "Du er bedt om å godkjenne at avsluttede saker blir slettet eller anonymisert. Se lista, og svar her:"
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """The topic of this slice, sent as e-mail."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await _mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {TOPIC: Effect(recipients=_approver, prepare=prepare)}


async def _approver(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    asked = select(Approval.approver_id).where(
        Approval.id == payload["approval_id"], Approval.outcome.is_(None)
    )
    approver = (await session.execute(asked)).scalar_one_or_none()
    return [approver] if approver else []


async def _mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when it is answered, when they may no longer answer, or when they have no address."""
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    query = (
        select(Approval.subject_id, Person.email)
        .join(Person, Person.id == due.recipient_id)
        .where(Approval.id == due.payload["approval_id"], Approval.outcome.is_(None), answerable_by(reader))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None or found.email is None:
        return None
    address = f"{settings.public_url.rstrip('/')}/kontroll/kassasjon/{found.subject_id}"
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=found.email,
        subject=say(reader.language, SUBJECT_LINE),
        text=f"{say(reader.language, BODY)}\n\n{address}\n",
        language=reader.language,
    )
