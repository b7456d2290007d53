"""What leaves about journeys: the newcomer's link before the first day, and asking what people see with fresh eyes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail, write
from app.journeys import asking
from app.journeys.models import FreshEyes, JourneyRow, WelcomeLink
from app.journeys.welcome import TOPIC, code_by_key
from app.people.models import Hire, Person
from app.settings import Settings
from app.web.i18n import _, say
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import Mail, MailServer

SUBJECT = _("Velkommen som ny hos oss: dette skjer før første dag")
BODY = _(
    "Her står når og hvor du møter, og hva som skjer fram til da. Lenken er din, og åpner bare den siden. "
    "Det som er personlig, ser du når du logger inn."
)


async def _asked(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    query = select(FreshEyes.person_id).where(FreshEyes.id == payload["asked_id"])
    return (await session.scalars(query)).all()


async def _unanswered(session: AsyncSession, due: Due) -> Facts | None:
    query = select(FreshEyes.id).where(
        FreshEyes.id == due.payload["asked_id"], FreshEyes.answered_at.is_(None)
    )
    return TRUE if await session.scalar(query) is not None else None


ASKING = News(
    _("Hva ser du med friske øyne?"),
    _(
        "Fire korte spørsmål om hvordan det er hos oss. Det tar to minutter, og svarene brukes til å gjøre det bedre:"
    ),
    "/friske-oyne",
    _unanswered,
    _asked,
)


async def _newcomer(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    query = select(JourneyRow.person_id).join(WelcomeLink, WelcomeLink.journey_id == JourneyRow.id)
    return (await session.scalars(query.where(WelcomeLink.id == payload["link_id"]))).all()


async def _mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when the link is over, or the key that made its code is gone."""
    query = (
        select(WelcomeLink.id, Hire.private_email, Person.language)
        .join(JourneyRow, JourneyRow.id == WelcomeLink.journey_id)
        .join(Hire, Hire.engagement_id == JourneyRow.engagement_id)
        .join(Person, Person.id == JourneyRow.person_id)
        .where(
            WelcomeLink.id == due.payload["link_id"],
            WelcomeLink.revoked_at.is_(None),
            WelcomeLink.expires_at > func.clock_timestamp(),
        )
    )
    found = (await session.execute(query)).one_or_none()
    code = code_by_key(settings, found.id) if found else None
    if found is None or code is None or found.private_email is None:
        return None
    return write(
        due,
        settings,
        to=found.private_email,
        subject=say(found.language, SUBJECT),
        body=say(found.language, BODY),
        page=f"/velkommen/{code}",
        language=found.language,
    )


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await _mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {
        TOPIC: Effect(recipients=_newcomer, prepare=prepare),
        asking.TOPIC: news_effect(ASKING, settings, server),
    }
