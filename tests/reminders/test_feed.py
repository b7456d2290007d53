"""The calendar: what somebody else wrote stays one line of it, and its address ends with its person's access."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.log import database_now
from app.identity.actor import system_actor
from app.identity.ending import end_access, open_access
from app.identity.me import load_actor
from app.reminders.choices import OPENS_FOR, make_feed
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from tests.cast import Cast

ADMINISTRATOR = system_actor("test")


async def test_a_line_end_in_a_title_ends_no_event(
    client: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    told = NewTask(
        source="planner",
        key="7",
        kind=Kind.EXTERNAL,
        consequence=Consequence.SLIGHT,
        person_id=cast.leif.id,
        title="Vent",
        neutral_title="Vent\r\nEND:VEVENT\r\nBEGIN:VALARM",
        due_at=await database_now(session),
    )
    await place(session, [told])
    secret = await make_feed(session, by=await load_actor(session, cast.leif.id))
    await session.commit()
    calendar = (await client.get(f"/kalender/{secret}.ics")).text.splitlines()
    assert calendar.count("END:VEVENT") == calendar.count("BEGIN:VEVENT") == 1
    assert "BEGIN:VALARM" not in calendar


async def test_it_stays_shut_when_its_person_was_shut_out_and_let_in_again(
    client: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    secret = await make_feed(session, by=await load_actor(session, cast.leif.id))
    await session.commit()
    address = f"/kalender/{secret}.ics"
    assert (await client.get(address)).status_code == 200
    headers = {"authorization": f"Bearer {secret}"}
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 403, "it opens the calendar alone"
    await end_access(session, cast.leif.id, by=ADMINISTRATOR)
    await session.commit()
    assert (await client.get(address)).status_code == 404
    await open_access(session, cast.leif.id, by=ADMINISTRATOR)
    await session.commit()
    assert (await client.get(address)).status_code == 404


async def test_an_address_that_no_calendar_asks_for_ends_and_one_that_is_used_goes_on(
    client: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    secret = await make_feed(session, by=await load_actor(session, cast.leif.id))
    await session.commit()
    address, ends_in = f"/kalender/{secret}.ics", "SELECT expires_at - now() FROM api_tokens"
    await session.execute(
        text("UPDATE api_tokens SET expires_at = now() + interval '1 hour', last_used_at = NULL")
    )
    await session.commit()
    assert (await client.get(address)).status_code == 200
    assert await session.scalar(text(ends_in)) > OPENS_FOR - timedelta(days=1)
    await session.execute(text("UPDATE api_tokens SET expires_at = now() - interval '1 second'"))
    await session.commit()
    assert (await client.get(address)).status_code == 404
