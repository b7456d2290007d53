"""Telling whoever is asked to adopt an agreement. The mail carries a link, never the content."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.asking import TOPIC
from app.agreements.models import AgreementVersion
from app.approvals.asked import asked_approver, is_theirs_to_answer
from app.approvals.models import Approval
from app.deliveries.effect import Due, Effect
from app.identity.me import load_actor
from app.settings import Settings
from app.web.i18n import _
from app.web.news import Facts, News, news_effect
from integrations.mail.client import MailServer


async def _version(session: AsyncSession, due: Due) -> Facts | None:
    reader = await load_actor(session, due.recipient_id)
    query = (
        select(AgreementVersion.content, AgreementVersion.version)
        .join(Approval, Approval.subject_id == AgreementVersion.id)
        .where(*is_theirs_to_answer(due, reader))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return {"title": found.content["agreement"]["title"][reader.language], "number": found.version}


ASKED = News(
    _("Avtalen «%(title)s», versjon %(number)s, venter på at du godkjenner"),
    _("Du er bedt om å godkjenne en avtale om svartid og løsningstid. Se hva som er endret, og svar her:"),
    "/leder",
    _version,
    asked_approver,
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {TOPIC: news_effect(ASKED, settings, server)}
