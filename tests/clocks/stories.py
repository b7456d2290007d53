"""Tickets that live a while, for tests of what their clocks say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.clocks.rebuild import rebuild
from app.database.session import Sessions
from app.errors import Problem
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.tickets import actions
from app.tickets.copies import compare
from app.tickets.lifecycle import WaitingFor
from app.tickets.models import MessageKind, Ticket
from service_catalog.schema import Channel, Impact, Urgency
from tests.cast import Cast
from tests.tickets.asking import PC_BROKEN

DAY = timedelta(days=1)


async def open_one(session: AsyncSession, by: Actor, published: Published) -> Ticket:
    assert by.person_id is not None
    new = actions.NewTicket(
        service=PC_BROKEN["service"],
        subject=PC_BROKEN["subject"],
        description="",
        answers=PC_BROKEN["answers"],
        requester_id=by.person_id,
        channel=Channel.API,
    )
    return await actions.open_ticket(session, new, by=by, published=published)


async def _say(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    kind, channel = MessageKind.PUBLIC, Channel.API
    await actions.reply(session, ticket, body="Hei.", kind=kind, channel=channel, by=by, at=at)


async def _wait(
    session: AsyncSession, ticket: Ticket, reason: WaitingFor, *, by: Actor, at: datetime
) -> None:
    until = at + DAY if reason is WaitingFor.DATE else None
    await actions.wait(session, ticket, reason=reason, until=until, by=by, at=at)


async def _offer(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    published = await load_published(session)
    unit = "servicesenteret" if ticket.unit == "it" else "it"
    await actions.hand_over(session, ticket, unit=unit, reason="Deres.", by=by, at=at, published=published)


async def _move(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    published = await load_published(session)
    unit = "eiendom" if ticket.unit == "it" else "it"
    await actions.reroute(session, ticket, unit=unit, by=by, at=at, published=published)


async def _rename(session: AsyncSession, ticket: Ticket, service: str, *, by: Actor, at: datetime) -> None:
    published = await load_published(session)
    await actions.change_service(
        session, ticket, service=service, reason="Feil.", by=by, at=at, published=published
    )


async def _judge(session: AsyncSession, ticket: Ticket, impact: Impact, urgency: Urgency, **who: Any) -> None:
    await actions.set_priority(session, ticket, impact=impact, urgency=urgency, **who)


Verb = Callable[..., Any]
VERBS: dict[str, Verb] = {
    "reply": _say,
    "wait for the requester": lambda s, t, **w: _wait(s, t, WaitingFor.REQUESTER, **w),
    "wait for a supplier": lambda s, t, **w: _wait(s, t, WaitingFor.SUPPLIER, **w),
    "wait for a date": lambda s, t, **w: _wait(s, t, WaitingFor.DATE, **w),
    "resume": actions.resume,
    "make it urgent": lambda s, t, **w: _judge(s, t, Impact.MANY, Urgency.HIGH, **w),
    "make it small": lambda s, t, **w: _judge(s, t, Impact.ONE, Urgency.LOW, **w),
    "take": lambda s, t, *, by, at: actions.assign(s, t, assignee_id=by.person_id, by=by, at=at),
    "put back": lambda s, t, **w: actions.assign(s, t, assignee_id=None, **w),
    "resolve": lambda s, t, **w: actions.resolve(s, t, text="Ferdig.", **w),
    "reopen": lambda s, t, **w: actions.reopen(s, t, reason="Nei.", **w),
    "withdraw": actions.withdraw,
    "offer": _offer,
    "accept": actions.accept_handover,
    "return": lambda s, t, **w: actions.return_handover(s, t, reason="Nei.", **w),
    "move": _move,
    "it is lost": lambda s, t, **w: _rename(s, t, "mistet-utstyr", **w),
    "it is the building": lambda s, t, **w: _rename(s, t, "feil-i-bygg", **w),
}
steps = st.lists(
    st.tuples(
        st.sampled_from(sorted(VERBS)),
        st.sampled_from(["alice", "bob", "frida"]),
        st.integers(0, 5 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    min_size=1,
    max_size=12,
)


async def live_through(
    sessions: Sessions, cast: Cast, published: Published, story: list[tuple[str, str, timedelta]]
) -> Ticket:
    """Do what the story says; what is refused leaves nothing, as in a request."""
    async with sessions() as session:
        people = {
            "alice": await load_actor(session, cast.alice.id),
            "bob": await load_actor(session, cast.bob.id),
            "frida": await load_actor(session, cast.frida.id),
        }
        ticket = await open_one(session, people["alice"], published)
        number, at = ticket.number, ticket.opened_at
        await session.commit()
    for verb, who, later in story:
        at += later
        async with sessions() as session:
            try:
                # The story's own instants: months pass in it, and the database's clock would let it be one second.
                taken, earliest = await actions.take_ticket(session, number, by=people[who])
                at = max(at, taken.last_event_at + timedelta(microseconds=1))
                assert earliest > taken.last_event_at
                await VERBS[verb](session, taken, by=people[who], at=at)
                await session.commit()
            except Problem:
                await session.rollback()
    return ticket


async def long_ago(sessions: Sessions, owner_url: str) -> None:
    """Let everything have happened 400 days earlier, as only the owner of the log could, and compute the clocks."""
    owner = await asyncpg.connect(owner_url)
    try:
        for table, columns in (
            ("events", ("at",)),
            ("tickets", ("opened_at", "last_event_at")),
            ("clocks", ("started_at", "last_event_at")),
        ):
            moved = ", ".join(f"{column} = {column} - interval '400 days'" for column in columns)
            await owner.execute(f"UPDATE {table} SET {moved}")
    finally:
        await owner.close()
    await rebuild(sessions)
    await compare(sessions)
