"""How leaders are reached: a weekly mail, reminders and a calendar, with neutral words only."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.deliveries.effect import Due
from app.deliveries.mail import by_mail
from app.deliveries.models import Delivery
from app.people.models import Person
from app.reminders.choices import Choice, choose
from app.reminders.effects import mail_for
from app.reminders.queueing import DIGEST, REMINDER, digest_day, queue_mails
from app.settings import Settings
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.deliveries.post_office import open_post_office

pytestmark = pytest.mark.anyio

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECRET = "Oppfølging av Kari Nordmann"


async def ask(
    session: AsyncSession,
    person: Person,
    due_at: datetime,
    consequence: Consequence = Consequence.SERIOUS,
    key: str = "1",
) -> None:
    new = NewTask(
        key=key,
        kind=Kind.EXTERNAL,
        source="planner",
        consequence=consequence,
        person_id=person.id,
        title=SECRET,
        why=SECRET,
        due_at=due_at,
        minutes=20,
    )
    await place(session, [new])


async def queued(session: AsyncSession, topic: str) -> list[Delivery]:
    return list(await session.scalars(select(Delivery).where(Delivery.topic == topic)))


async def test_the_week_s_mail_is_queued_once_and_only_while_people_work(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    for closed in (MONDAY.replace(hour=3), MONDAY.replace(hour=20), MONDAY - timedelta(days=1)):
        assert await queue_mails(session, published, closed) == 0
    await choose(session, cast.leif.id, Choice(digest=False))
    await choose(session, cast.liv.id, Choice(weekday=2))
    for _ in range(2):
        await queue_mails(session, published, MONDAY)
    told = {each.recipient_id for each in await queued(session, DIGEST)}
    assert cast.stein.id in told
    assert not told & {cast.leif.id, cast.liv.id, cast.alice.id}
    keys = [each.key for each in await queued(session, DIGEST)]
    assert len(keys) == len(set(keys))
    await queue_mails(session, published, MONDAY + timedelta(days=2))
    assert cast.liv.id in {each.recipient_id for each in await queued(session, DIGEST)}


async def test_after_a_holiday_the_mail_comes_on_the_next_working_day(published: Published) -> None:
    easter_monday = date(2026, 4, 6)
    assert digest_day(published, easter_monday, 0) == date(2026, 4, 7)


async def test_each_task_is_reminded_of_once_on_the_working_day_before(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    friday, monday = (datetime(2026, 11, day, 14, tzinfo=UTC) for day in (27, 30))
    await ask(session, cast.leif, monday)
    await ask(session, cast.liv, monday, key="2")
    await ask(session, cast.stein, monday, Consequence.SEVERE, key="3")
    for person in (cast.liv, cast.stein):
        await choose(session, person.id, Choice(reminders=False))
    for at in (
        friday - timedelta(days=1),
        friday.replace(hour=9),
        friday.replace(hour=10),
        monday.replace(hour=9),
    ):
        await queue_mails(session, published, at)
    found = await queued(session, REMINDER)
    # Liv wants none; what is severe is told Stein all the same.
    assert {each.recipient_id for each in found} == {cast.leif.id, cast.stein.id}
    assert len(found) == 2


async def test_the_mail_says_what_may_be_read_by_anybody_and_leads_through_the_sign_in(
    session: AsyncSession, cast: Cast, published: Published, settings: Settings
) -> None:
    now = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    await ask(session, cast.leif, now + timedelta(hours=1))
    on = {"on": now.date().isoformat()}
    due = Due(key="digest:1", topic=DIGEST, payload=on, recipient_id=cast.leif.id, since=datetime.now(UTC))
    mail = await mail_for(session, due, settings)
    assert mail is not None
    async with open_post_office() as office:
        await by_mail(office.server, mail)()
    [got] = office.received
    plain, rich = (got.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert rich is not None
    for text in (plain.get_content(), rich.get_content()):
        assert SECRET not in text
        assert "En oppgave i et annet system" in text
        assert re.search(r"https://testserver/leder/oppgaver/\d+", text)
        assert "https://testserver/leder/varsler" in text
    assert await mail_for(session, Due("x", DIGEST, on, cast.alice.id, datetime.now(UTC)), settings) is None
    # It waited for a mail server for longer than a week: the next one says it better.
    old = {"on": (now.date() - timedelta(days=8)).isoformat()}
    assert await mail_for(session, Due("x", DIGEST, old, cast.leif.id, datetime.now(UTC)), settings) is None


async def test_a_calendar_reads_the_feed_until_its_address_is_taken_back(
    session: AsyncSession, client: httpx.AsyncClient, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    due_at = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    await ask(session, cast.leif, due_at)
    leif = as_person(cast.leif)
    text = (await leif.post("/leder/varsler/kalender")).text
    address = re.search(r"https://testserver(/kalender/[\w-]+\.ics)", text)
    assert address is not None
    assert address[1] not in (await leif.get("/leder/varsler")).text
    response = await client.get(address[1])
    assert response.headers["content-type"].startswith("text/calendar")
    assert SECRET not in response.text
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["summary"] == "En oppgave i et annet system"
    assert (event.decoded("dtend"), event.decoded("dtstart")) == (due_at, due_at - timedelta(minutes=20))
    assert (await leif.post("/leder/varsler/kalender/trekk")).status_code == 303
    assert (await client.get(address[1])).status_code == 404
