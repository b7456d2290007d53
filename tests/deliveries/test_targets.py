"""Other systems: no more at once than they bear, left alone when they are silent, in order where it matters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, Target, TargetAway
from app.deliveries.loop import send_due
from app.deliveries.models import Delivery, DeliveryTarget
from app.deliveries.queue import deliver_later
from tests.conftest import OwnDatabase

Sending = Callable[[str], Awaitable[None]]


def effects(target: Target, sending: Sending, topic: str = "letter") -> dict[str, Effect]:
    async def recipients(_: AsyncSession, __: dict[str, Any]) -> Sequence[int]:
        return [1]

    async def prepare(_: AsyncSession, due: Due) -> Send | None:
        return lambda: sending(due.key)

    return {topic: Effect(recipients, prepare, target)}


async def queue(database: OwnDatabase, *keys: str, topic: str = "letter", subject: str | None = None) -> None:
    async with database.transaction() as session:
        for key in keys:
            await deliver_later(session, topic, key=key, payload={}, recipient_id=1, subject=subject)


async def standing_of(database: OwnDatabase, target: Target) -> DeliveryTarget:
    async with database.transaction() as session:
        return (await session.scalars(select(DeliveryTarget).where(DeliveryTarget.key == target.key))).one()


async def let_time_pass(database: OwnDatabase) -> None:
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(due_at=func.clock_timestamp()))
        await session.execute(update(DeliveryTarget).values(open_until=func.clock_timestamp()))


class Log:
    """What was sent, and the most that were on their way at once."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.now = self.most = 0

    async def send(self, key: str) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        self.sent.append(key)


async def test_no_more_are_on_their_way_than_the_target_bears_over_all_nodes(
    own_database: OwnDatabase,
) -> None:
    log, narrow = Log(), Target("narrow", at_once=2)
    await queue(own_database, *(f"k{n}" for n in range(12)))

    async def node() -> None:
        while len(log.sent) < 12:
            await send_due(own_database.sessions, effects(narrow, log.send))

    async with asyncio.timeout(20):
        await asyncio.gather(node(), node(), node())
    assert sorted(log.sent) == sorted(f"k{n}" for n in range(12))
    assert log.most <= 2


async def test_what_is_about_the_same_leaves_in_the_order_it_was_queued(own_database: OwnDatabase) -> None:
    log, failing = Log(), {"grant"}

    async def send(key: str) -> None:
        if key in failing:
            raise ValueError(key)
        await log.send(key)

    target = Target("directory", at_once=8)
    await queue(own_database, "grant", "change", "revoke", subject="grant:1")
    await queue(own_database, "another", subject="grant:2")
    await send_due(own_database.sessions, effects(target, send))
    assert log.sent == ["another"], "the second waits for the first, though that is tried later"
    failing.clear()
    await let_time_pass(own_database)
    while await send_due(own_database.sessions, effects(target, send)):
        pass
    assert log.sent == ["another", "grant", "change", "revoke"]


async def test_what_was_given_up_holds_nobody_back(own_database: OwnDatabase) -> None:
    log, target = Log(), Target("directory")
    await queue(own_database, "grant", "revoke", subject="grant:1")
    async with own_database.transaction() as session:
        parked = update(Delivery).where(Delivery.key == "grant").values(parked_at=func.clock_timestamp())
        await session.execute(parked)
    await send_due(own_database.sessions, effects(target, log.send))
    assert log.sent == ["revoke"]


async def test_a_silent_target_is_left_alone_and_one_delivery_tries(own_database: OwnDatabase) -> None:
    tries: list[str] = []
    silent = True

    async def send(key: str) -> None:
        tries.append(key)
        if silent:
            raise TargetAway("connection")

    target = Target("directory", at_once=3)
    await queue(own_database, *(f"k{n}" for n in range(9)))
    for _ in range(target.trips_at):
        assert await send_due(own_database.sessions, effects(target, send)) == 3
        await let_due(own_database)
    door = await standing_of(own_database, target)
    assert (door.failures, door.last_error) == (3, "connection")
    assert door.open_until is not None
    assert await send_due(own_database.sessions, effects(target, send)) == 0, "the circuit is open"
    await let_time_pass(own_database)
    assert await send_due(own_database.sessions, effects(target, send)) == 1, "one tries"
    longer = await standing_of(own_database, target)
    assert (longer.failures, longer.away_since) == (4, door.away_since)
    silent = False
    await let_time_pass(own_database)
    assert await send_due(own_database.sessions, effects(target, send)) == 1
    while await send_due(own_database.sessions, effects(target, send)):
        pass
    healthy = await standing_of(own_database, target)
    assert (healthy.failures, healthy.open_until, healthy.away_since) == (0, None, None)
    async with own_database.transaction() as session:
        rows = (await session.scalars(select(Delivery))).all()
    assert all(row.sent_at is not None and row.attempts == 1 for row in rows), "silence is no try"


async def let_due(database: OwnDatabase) -> None:
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(due_at=func.clock_timestamp()))


async def test_a_target_that_hangs_holds_up_no_other_and_no_connection(own_database: OwnDatabase) -> None:
    arrived, may_go = asyncio.Event(), asyncio.Event()

    async def hang(_: str) -> None:
        arrived.set()
        await may_go.wait()

    log = Log()
    await queue(own_database, "slow", topic="slow")
    await queue(own_database, "quick", topic="quick")
    slow = effects(Target("slow"), hang, "slow")
    hanging = asyncio.create_task(send_due(own_database.sessions, slow, send_timeout=timedelta(seconds=10)))
    await asyncio.wait_for(arrived.wait(), 10)
    assert await connections(own_database) == 0, "of ours, while the other system thinks"
    assert await send_due(own_database.sessions, effects(Target("quick"), log.send, "quick")) == 1
    assert log.sent == ["quick"]
    may_go.set()
    assert await hanging == 1


async def connections(database: OwnDatabase) -> int:
    """Besides the one that asks."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'skranke' AND pid <> pg_backend_pid()"
    )
    async with database.transaction() as session:
        return int((await session.execute(others)).scalar_one())


async def test_a_timeout_is_a_try_only_of_a_target_that_answers_others(own_database: OwnDatabase) -> None:
    async def hang(_: str) -> None:
        await asyncio.sleep(60)

    target = Target("slow")
    await queue(own_database, "a")
    for _ in range(3):
        await send_due(own_database.sessions, effects(target, hang), send_timeout=timedelta(seconds=0.05))
        await let_time_pass(own_database)
    async with own_database.transaction() as session:
        row = (await session.scalars(select(Delivery))).one()
    assert (row.attempts, row.last_error) == (1, "timeout"), "after the first, the target is suspected"
