"""Telling whoever is asked to approve a destruction list. The mail carries a link, never the list."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.asked import asked_approver, is_theirs_to_answer
from app.approvals.models import Approval
from app.deliveries.effect import Due, Effect
from app.identity.me import load_actor
from app.retention.destroying import TOPIC
from app.settings import Settings
from app.web.i18n import _
from app.web.news import Facts, News, news_effect
from integrations.mail.client import MailServer


async def _list(session: AsyncSession, due: Due) -> Facts | None:
    reader = await load_actor(session, due.recipient_id)
    found = await session.scalar(select(Approval.subject_id).where(*is_theirs_to_answer(due, reader)))
    return {"list": found} if found is not None else None


ASKED = News(
    _("En kassasjonsliste venter på at du godkjenner"),
    _("Du er bedt om å godkjenne at avsluttede saker blir slettet eller anonymisert. Se lista, og svar her:"),
    "/kontroll/kassasjon/{list}",
    _list,
    asked_approver,
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {TOPIC: news_effect(ASKED, settings, server)}
