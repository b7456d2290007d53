"""A short mail that something waits here: what it is about is read after signing in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, nobody
from app.deliveries.mail import by_mail
from app.people.models import Person
from app.settings import Settings
from app.web.i18n import say
from integrations.mail.client import Mail, MailServer

Still = Callable[[AsyncSession, Due], Awaitable[bool]]
"""Whether it is still true as it is sent."""


@dataclass(frozen=True)
class News:
    """Texts in bokmål, marked for translation. `page` is a path of ours, behind ordinary sign-in."""

    subject: str
    body: str
    page: str
    still: Still


def news_effect(news: News, settings: Settings, server: MailServer) -> Effect:
    """To the recipient that the delivery names, while they work here and it is still true."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        query = select(Person.email, Person.language).where(Person.id == due.recipient_id, Person.active)
        reader = (await session.execute(query)).one_or_none()
        if reader is None or reader.email is None or not await news.still(session, due):
            return None
        link = f"{settings.public_url.rstrip('/')}{news.page}"
        mail = Mail(
            key=due.key,
            sender=settings.mail_from,
            to=reader.email,
            subject=say(reader.language, news.subject),
            text=f"{say(reader.language, news.body)}\n\n{link}\n",
            language=reader.language,
        )
        return by_mail(server, mail)

    return Effect(recipients=nobody, prepare=prepare)
