"""Rebuilding finds every row and step that is not what the events say, and no other."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from app.clocks.rebuild import rebuild
from app.clocks.sweep import sweep
from app.database.session import transaction
from app.identity.me import load_actor
from app.settings import Settings
from app.tickets.copies import compare
from tests.clocks.stories import long_ago, open_one
from tests.house import House, open_house
from tests.postgres import Database

SEED = 20261122
FORGOTTEN, OPEN = 100, 160
SPOILERS = {
    "due_at": "UPDATE clocks SET due_at = due_at + interval '1 microsecond' WHERE id = :id",
    "next_at": "UPDATE clocks SET next_at = CASE WHEN next_at IS NULL THEN due_at END WHERE id = :id",
    "state": "UPDATE clocks SET state = 'met' WHERE id = :id",
    "used": "UPDATE clocks SET used = used + interval '1 minute' WHERE id = :id",
    "target": "UPDATE clocks SET target = target - interval '1 microsecond' WHERE id = :id",
    "priority": "UPDATE clocks SET priority = 'critical' WHERE id = :id",
    "period": "UPDATE clocks SET period = period + 1 WHERE id = :id",
    "started_at": "UPDATE clocks SET started_at = started_at - interval '1 microsecond' WHERE id = :id",
    "breached_at": "UPDATE clocks SET breached_at = CASE WHEN breached_at IS NULL THEN due_at END WHERE id = :id",
    "last_event_at": "UPDATE clocks SET last_event_at = last_event_at + interval '1 microsecond' WHERE id = :id",
    "event_seq": "UPDATE clocks SET event_seq = event_seq + 1 WHERE id = :id",
    "agreement_version": "UPDATE clocks SET agreement_version = agreement_version + 1 WHERE id = :id",
    "a step invented": "INSERT INTO clock_steps VALUES (:id, 7, 100, now(), now(), true, false)",
    "missing": "DELETE FROM clocks WHERE id = :id AND NOT EXISTS (SELECT FROM clock_steps WHERE clock_id = :id)",
}
STEP_SPOILERS = {
    "a step moved": "UPDATE clock_steps SET at = at - interval '1 microsecond' WHERE clock_id = :id AND step = 75",
    "a step put off": "UPDATE clock_steps SET at = decided_at + interval '1 day' WHERE clock_id = :id AND step = 75",
    "a step not yet decided": "UPDATE clock_steps SET decided_at = at - interval '1 second' WHERE clock_id = :id AND step = 50",
    "a step forgotten": "DELETE FROM clock_steps WHERE clock_id = :id AND step = 50",
    "a step kept quiet": "UPDATE clock_steps SET sent = false WHERE clock_id = :id AND step = 100",
    "a step in time": "UPDATE clock_steps SET late = false WHERE clock_id = :id AND step = 150",
}


@pytest.fixture
async def house(fresh_database: Database, settings: Settings, shipped: Any) -> AsyncIterator[House]:
    """Some tickets with all their steps behind them, and some that were just opened: over a thousand clocks."""
    async with open_house(fresh_database, settings, shipped) as house:
        await open_many(house, FORGOTTEN)
        await long_ago(house.sessions, fresh_database.owner_url)
        async with transaction(house.sessions) as session:
            await sweep(session)
        await open_many(house, OPEN)
        yield house


async def open_many(house: House, number: int) -> None:
    async with transaction(house.sessions) as session:
        alice = await load_actor(session, house.cast.alice.id)
        for _ in range(number):
            await open_one(session, alice, house.published)


async def test_each_of_a_thousand_spoiled_caches_is_found_and_no_other(house: House) -> None:
    assert (await rebuild(house.sessions, repair=False)).different == []
    chance = random.Random(SEED)
    async with transaction(house.sessions) as session:
        rows = (
            await session.execute(text("SELECT id, subject_id, kind, part, next_at IS NULL FROM clocks"))
        ).all()
        before = await snapshot(session)
        chosen = chance.sample(rows, 1_000)
        for clock_id, _, _, _, is_swept in chosen:
            spoilers = list((SPOILERS | STEP_SPOILERS if is_swept else SPOILERS).items())
            name, spoil = chance.choice(
                [each for each in spoilers if not (is_swept and each[0] == "missing")]
            )
            done = await session.execute(text(spoil), {"id": clock_id})
            assert getattr(done, "rowcount", 1) == 1, name
    spoiled = sorted((row.subject_id, row.kind, row.part) for row in chosen)

    looked = await rebuild(house.sessions, repair=False)
    assert sorted((each.subject[1], *each.name) for each in looked.different) == spoiled
    repaired = await rebuild(house.sessions)
    assert sorted((each.subject[1], *each.name) for each in repaired.different) == spoiled
    assert (await rebuild(house.sessions)).different == []
    async with transaction(house.sessions) as session:
        assert await snapshot(session) == before


async def test_what_tickets_repeat_of_their_clocks_is_compared_too(house: House) -> None:
    assert await compare(house.sessions, repair=False) == []
    async with transaction(house.sessions) as session:
        ids = list(await session.scalars(text("SELECT id FROM tickets ORDER BY id")))
        for ticket_id, wrong in zip(
            ids[::40],
            (
                "sort_due = 'infinity'",
                "sort_target = NULL",
                "response_due_at = NULL",
                "solution_due_at = now()",
            ),
            strict=False,
        ):
            await session.execute(text(f"UPDATE tickets SET {wrong} WHERE id = {ticket_id}"))
    assert await compare(house.sessions) == ids[::40][:4]
    assert await compare(house.sessions, repair=False) == []


async def snapshot(session: Any) -> Any:
    """All that people are shown; ids and the instants of repaired decisions aside."""
    clocks = "SELECT subject_id, kind, part, period, state, due_at, target, used, breached_at FROM clocks ORDER BY 1, 2, 3"
    return (await session.execute(text(clocks))).all()
