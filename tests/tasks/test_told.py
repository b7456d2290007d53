"""Whoever gets something to do is told by mail, which says neither what it is nor whose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.effects import effects as office_effects
from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.identity.actor import Office
from app.identity.me import load_actor
from app.people.deputies import TOLD as DEPUTY_NAMED
from app.people.deputies import Away, go_away
from app.people.models import Deputy
from app.people.offices import NAMED, appoint, dismiss
from app.reminders.choices import Choice, choose
from app.reminders.effects import effects as reminder_effects
from app.settings import Settings
from app.tasks.actions import DELEGATED, delegate, give_back, place
from app.tasks.effects import effects
from app.tasks.models import Task
from app.tickets.effects import mail_for
from tests.approvals.ordering import order
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.deliveries.post_office import open_post_office
from tests.tasks.test_own_tasks import wheel

pytestmark = pytest.mark.anyio


async def sent(session: AsyncSession, settings: Settings, topic: str) -> list[str]:
    """What arrives of the deliveries of this topic, as text."""
    query = select(Delivery).where(Delivery.topic == topic)
    async with open_post_office() as office:
        ours = (effects, office_effects, reminder_effects)
        known = {topic: one for each in ours for topic, one in each(settings, office.server).items()}
        for row in await session.scalars(query):
            assert row.recipient_id is not None
            due = Due(row.key, topic, row.payload, row.recipient_id, row.created_at)
            send = await known[topic].prepare(session, due)
            if send is not None:
                await send()
    return [f"{mail['to']} {mail['subject']} {_body(mail)}" for mail in office.received]


def _body(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


async def test_whoever_is_given_a_task_while_it_is_theirs(
    session: AsyncSession, settings: Settings, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif)])
    task_id = (await session.scalars(select(Task.id))).one()
    leif = await load_actor(session, cast.leif.id)
    await delegate(session, task_id, cast.oda.id, by=leif)
    await session.flush()
    [mail] = await sent(session, settings, DELEGATED)
    assert mail.startswith("oda.9@fjordvik.example Du er bedt om å gjøre en oppgave")
    assert "Tertialrapport" not in mail
    assert "Leif" not in mail
    await choose(session, cast.oda.id, Choice(asked=False))
    assert await sent(session, settings, DELEGATED) == []
    await choose(session, cast.oda.id, Choice())
    assert len(await sent(session, settings, DELEGATED)) == 1
    await give_back(session, task_id, by=leif)
    await session.flush()
    assert await sent(session, settings, DELEGATED) == []


async def test_whoever_is_asked_for_a_yes_unless_they_have_said_no_to_such_mails(
    session: AsyncSession, settings: Settings, as_person: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    [asked] = await session.scalars(select(Delivery.payload).where(Delivery.topic == "approval.asked"))

    async def told(topic: str) -> bool:
        return (
            await mail_for(session, Due("1", topic, asked, cast.leif.id, datetime.now(UTC)), settings)
            is not None
        )

    assert await told("approval.asked")
    await choose(session, cast.leif.id, Choice(asked=False))
    assert not await told("approval.asked")
    assert await told("approval.reminded")
    await choose(session, cast.leif.id, Choice(reminders=False))
    assert not await told("approval.reminded")


async def test_a_deputy_until_it_is_over(session: AsyncSession, settings: Settings, cast: Cast) -> None:
    today = (await session.execute(select(func.current_date()))).scalar_one()
    leif = await load_actor(session, cast.leif.id)
    await go_away(session, Away(today, today + timedelta(days=3), cast.stein.id), by=leif)
    await session.flush()
    [mail] = await sent(session, settings, DEPUTY_NAMED)
    assert mail.startswith("stein.12@fjordvik.example")
    assert "Leif" not in mail
    await session.execute(delete(Deputy))
    assert await sent(session, settings, DEPUTY_NAMED) == []


async def test_whoever_is_named_to_an_office_and_the_mail_does_not_say_which(
    session: AsyncSession, settings: Settings, cast: Cast
) -> None:
    dagny = await load_actor(session, cast.dagny.id)
    await appoint(session, cast.petra.id, Office.WHISTLEBLOWING_RECIPIENT, by=dagny)
    await session.flush()
    [mail] = await sent(session, settings, NAMED)
    assert mail.startswith("petra.5@fjordvik.example")
    assert "arsl" not in mail
    await dismiss(session, cast.petra.id, Office.WHISTLEBLOWING_RECIPIENT, by=dagny)
    assert await sent(session, settings, NAMED) == []
