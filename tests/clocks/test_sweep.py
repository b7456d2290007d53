"""A promise is broken once: one event, one delivery, whoever looks and however often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from app.clocks.rebuild import rebuild
from app.clocks.sweep import sweep
from app.database.session import transaction
from app.identity.me import load_actor
from app.settings import Settings
from app.tickets import actions
from app.tickets.lifecycle import WaitingFor, number_of
from tests.clocks.stories import long_ago, open_one
from tests.house import House, open_house
from tests.postgres import Database
from tests.tickets.asking import match

TICKETS = 20


@pytest.fixture
async def house(fresh_database: Database, settings: Settings, shipped: Any) -> AsyncIterator[House]:
    """Tickets that were opened more than a year ago and forgotten."""
    async with open_house(fresh_database, settings, shipped) as house:
        async with transaction(house.sessions) as session:
            alice = await load_actor(session, house.cast.alice.id)
            for _ in range(TICKETS):
                await open_one(session, alice, house.published)
        await long_ago(house.sessions, fresh_database.owner_url)
        yield house


async def swept(house: House, limit: int = 200) -> int:
    async with transaction(house.sessions) as session:
        return await sweep(session, limit=limit)


CLOCKS = 4
"""Response, solution, update and the leg of it: each forgotten until long past its last step."""
STEPS = (50, 75, 100, 150)
TOLD = (75, 100, 150)


async def decided(house: House) -> tuple[int, int, int]:
    """Steps, events and notices; each step stands once, however often it was decided, because of its key."""
    return (
        await house.scalar("SELECT count(*) FROM clock_steps WHERE sent AND late"),
        await house.scalar("SELECT count(*) FROM events WHERE subject_kind = 'clock'"),
        await house.scalar("SELECT count(*) FROM deliveries WHERE topic LIKE 'clock.%'"),
    )


def everything(tickets: int) -> tuple[int, int, int]:
    """Every step is in the record and told in the log; one notice for each clock, of the furthest."""
    clocks = tickets * CLOCKS
    return clocks * len(STEPS), clocks * len(TOLD), clocks


async def test_after_an_outage_every_step_is_decided_once_and_marked_late(house: House) -> None:
    assert await swept(house) == CLOCKS * TICKETS
    assert await decided(house) == everything(TICKETS)
    assert await swept(house) == 0
    assert await decided(house) == everything(TICKETS)
    assert await house.scalar(
        "SELECT count(*) FROM clocks WHERE breached_at = due_at AND next_at IS NULL"
    ) == (CLOCKS * TICKETS)


async def test_those_who_sweep_at_once_share_the_work_and_repeat_none_of_it(house: House) -> None:
    found = 0
    while any(round_ := await asyncio.gather(*(swept(house, limit=7) for _ in range(5)))):
        found += sum(round_)
    assert found == CLOCKS * TICKETS
    assert await decided(house) == everything(TICKETS)


async def test_a_sweep_that_was_rolled_back_has_said_nothing(house: House) -> None:
    async with house.sessions() as session:
        assert await sweep(session) == CLOCKS * TICKETS
        await session.rollback()
    assert await decided(house) == (0, 0, 0)
    assert await swept(house) == CLOCKS * TICKETS


async def test_a_marked_breach_is_what_the_log_says_too(house: House) -> None:
    """The sweep's own events are no facts of the clock: they follow from it."""
    await swept(house)
    assert (await rebuild(house.sessions, repair=False)).different == []


async def test_what_is_solved_while_the_sweep_looks_is_decided_by_the_log(house: House) -> None:
    bob = house.as_person(house.cast.bob)
    numbers = [row["number"] for row in (await bob.get("/api/v1/queue?unit=it")).json()["items"]]
    assert len(numbers) == TICKETS

    async def solve(number: str) -> None:
        ticket = (await bob.get(f"/api/v1/tickets/{number}")).json()
        url = f"/api/v1/tickets/{number}/resolution"
        answer = await bob.put(url, json={"text": "Endelig."}, headers=match(ticket))
        assert answer.status_code == 200, answer.text

    await asyncio.gather(*(solve(number) for number in numbers[:6]), swept(house), swept(house))
    await swept(house)
    assert (await rebuild(house.sessions, repair=False)).different == []
    missed = "SELECT count(*) FROM clocks WHERE state = 'missed' AND breached_at IS NOT NULL"
    assert await house.scalar(missed) == 6 * CLOCKS
    assert await decided(house) == everything(TICKETS)
    assert await house.scalar("SELECT count(*) FROM clocks WHERE next_at IS NOT NULL") == 0


async def test_a_verb_that_began_before_the_sweep_and_ended_after_it_undoes_no_decision(house: House) -> None:
    async with transaction(house.sessions) as session:
        bob = await load_actor(session, house.cast.bob.id)
        first = (await session.execute(text("SELECT min(id) FROM tickets"))).scalar_one()
        ticket, at = await actions.take_ticket(session, number_of(first), by=bob)
        await swept(house)
        await actions.resolve(session, ticket, text="Endelig.", by=bob, at=at)
    assert await decided(house) == everything(TICKETS)
    assert (await rebuild(house.sessions, repair=False)).different == []


async def test_a_step_waits_until_what_was_done_before_it_is_committed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verb may have happened before the step and be on its way still."""
    async with transaction(house.sessions) as session:
        await session.execute(text("UPDATE clocks SET next_at = statement_timestamp() - interval '1 minute'"))
    with monkeypatch.context() as slow:
        slow.setattr("app.clocks.sweep.SETTLED", timedelta(hours=1))
        assert await swept(house) == 0
    assert await swept(house) == CLOCKS * TICKETS


async def test_a_breach_that_somebody_else_meets_before_the_sweep_is_told_once_too(house: House) -> None:
    """The work process may have been away when the promise broke; whoever touches the ticket must not hide it."""
    async with transaction(house.sessions) as session:
        bob = await load_actor(session, house.cast.bob.id)
        ids = (await session.execute(text("SELECT id FROM tickets ORDER BY id"))).scalars().all()
        for ticket_id in ids[:3]:
            ticket, at = await actions.take_ticket(session, number_of(ticket_id), by=bob)
            await actions.wait(session, ticket, reason=WaitingFor.REQUESTER, until=None, by=bob, at=at)
        for ticket_id in ids[3:6]:
            ticket, at = await actions.take_ticket(session, number_of(ticket_id), by=bob)
            await actions.resolve(session, ticket, text="Endelig.", by=bob, at=at)
    assert await decided(house) == everything(6)
    assert await swept(house) == CLOCKS * (TICKETS - 6)
    assert await decided(house) == everything(TICKETS)


async def test_a_node_whose_clock_is_wrong_decides_nothing_else(house: House) -> None:
    """Ten minutes ahead or behind: the database's time is the only one that counts."""
    async with transaction(house.sessions) as session:
        carol = await load_actor(session, house.cast.alice.id)
        await open_one(session, carol, house.published)
    before = await house.scalar("SELECT min(next_at) FROM clocks WHERE next_at > clock_timestamp()")
    for wrong in (timedelta(minutes=10), timedelta(minutes=-10), timedelta(days=900)):
        with time_machine.travel(datetime.now(UTC) + wrong, tick=True):
            await swept(house)
    assert await decided(house) == everything(TICKETS)
    assert await house.scalar("SELECT min(next_at) FROM clocks WHERE next_at IS NOT NULL") == before
    assert await house.scalar(
        "SELECT bool_and(decided_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp())"
        " FROM clock_steps"
    )


async def test_a_clock_that_no_event_accounts_for_stands_in_nobody_s_way(house: House) -> None:
    await house.scalar(
        "UPDATE clocks SET part = 'nowhere' WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'leg')"
        " RETURNING id"
    )
    assert await swept(house) == CLOCKS * TICKETS
    assert (await decided(house))[2] == CLOCKS * TICKETS - 1
    assert await swept(house) == 0
    lost = await rebuild(house.sessions, repair=False)
    assert sorted(each.what for each in lost.different) == [("missing",), ("not in the log",)]
