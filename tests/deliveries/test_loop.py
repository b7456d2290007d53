"""At least once, never twice at the same time, and one bad delivery stops nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.deliveries import loop
from app.deliveries.claiming import Claim, claim
from app.deliveries.effect import MAIL, Backoff, Due, Effect, Refused, Send, TargetAway
from app.deliveries.loop import send_due
from app.deliveries.models import Delivery, DeliveryTarget
from app.deliveries.queue import deliver_later
from app.deliveries.standing import standing, try_again
from app.deliveries.sweeping import sweep_sent
from app.errors import NotFound
from tests.conftest import OwnDatabase
from tests.deliveries.dying_sender import by_post
from tests.deliveries.post_office import open_post_office

AN_INSTANT = timedelta(milliseconds=1)
MAX_TRIES = MAIL.tries


@dataclass
class Letters:
    """A topic whose sending the test watches: to recipient 1 and 2, unless said otherwise."""

    recipients: list[int] = field(default_factory=lambda: [1, 2])
    hidden_from: set[int] = field(default_factory=set)
    sent: list[tuple[str, int]] = field(default_factory=list)
    failing: dict[str, Exception] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    def effects(self) -> dict[str, Effect]:
        async def recipients(_: AsyncSession, __: dict[str, Any]) -> Sequence[int]:
            return self.recipients

        async def prepare(_: AsyncSession, due: Due) -> Send | None:
            if due.recipient_id in self.hidden_from:
                return None

            async def send() -> None:
                now = self.tries.get(due.key, 0) + 1
                self.tries[due.key] = now
                await asyncio.sleep(0.01)
                if due.key in self.failing:
                    raise self.failing[due.key]
                self.sent.append((due.key, due.recipient_id))

            return send

        return {"letter": Effect(recipients, prepare)}


async def queue(database: OwnDatabase, *keys: str, recipient_id: int | None = 1) -> None:
    async with database.transaction() as session:
        for key in keys:
            await deliver_later(
                session, "letter", key=key, payload={"ticket_id": 1}, recipient_id=recipient_id
            )


async def rows(sessions: Sessions) -> dict[str, Delivery]:
    async with sessions() as session:
        return {row.key: row for row in await session.scalars(select(Delivery))}


async def make_due_again(database: OwnDatabase) -> None:
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(due_at=func.clock_timestamp(), lease_until=None))
        await session.execute(update(DeliveryTarget).values(open_until=None))


async def claimed(database: OwnDatabase) -> list[Claim]:
    ours = await claim(database.sessions, MAIL, ["letter"], lease=AN_INSTANT, limit=1)
    return list(ours.claims)


async def drain(database: OwnDatabase, letters: Letters) -> None:
    while await send_due(database.sessions, letters.effects()):
        pass


async def test_an_effect_of_a_rolled_back_change_is_never_sent(own_database: OwnDatabase) -> None:
    async with own_database.sessions() as session:
        await deliver_later(session, "letter", key="a", payload={}, recipient_id=1)
        await session.rollback()
    assert await send_due(own_database.sessions, Letters().effects()) == 0


async def test_the_same_effect_queued_twice_is_sent_once(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, "a", "a")
    await queue(own_database, "a")
    await drain(own_database, letters)
    assert letters.sent == [("a", 1)]


async def test_an_effect_goes_to_each_recipient_under_a_key_of_its_own(own_database: OwnDatabase) -> None:
    letters = Letters(recipients=[1, 2, 2])
    await queue(own_database, "a", recipient_id=None)
    await drain(own_database, letters)
    assert sorted(letters.sent) == [("a:1", 1), ("a:2", 2)]


async def test_who_may_no_longer_see_it_when_it_is_sent_gets_nothing(own_database: OwnDatabase) -> None:
    letters = Letters(hidden_from={2})
    await queue(own_database, "a", recipient_id=None)
    await drain(own_database, letters)
    assert letters.sent == [("a:1", 1)]
    assert (await rows(own_database.sessions))["a:2"].dropped_at is not None


async def test_what_is_due_later_waits(own_database: OwnDatabase) -> None:
    async with own_database.transaction() as session:
        tomorrow = (await session.execute(select(func.clock_timestamp()))).scalar_one() + timedelta(days=1)
        await deliver_later(session, "letter", key="a", payload={}, recipient_id=1, due_at=tomorrow)
    assert await send_due(own_database.sessions, Letters().effects()) == 0


async def test_a_topic_without_a_channel_waits_until_it_has_one(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, "a")
    assert await send_due(own_database.sessions, {}) == 0
    await drain(own_database, letters)
    assert letters.sent == [("a", 1)]


async def test_a_poisoned_delivery_is_parked_after_five_tries_and_the_rest_flows(
    own_database: OwnDatabase,
) -> None:
    letters = Letters(failing={"poison": ValueError("no such mailbox")})
    await queue(own_database, "poison", *(f"good-{n}" for n in range(9)))
    for _ in range(MAX_TRIES + 2):
        await drain(own_database, letters)
        await make_due_again(own_database)
    assert len(letters.sent) == 9
    assert letters.tries["poison"] == MAX_TRIES
    given_up = (await rows(own_database.sessions))["poison"]
    assert given_up.parked_at is not None
    assert (given_up.last_error or "").startswith("ValueError test_loop.py:"), "where, and not a word of what"


async def test_a_failed_delivery_waits_before_it_is_tried_again(own_database: OwnDatabase) -> None:
    letters = Letters(failing={"a": ValueError("not now")})
    await queue(own_database, "a")
    await drain(own_database, letters)
    row = (await rows(own_database.sessions))["a"]
    assert row.attempts == 1
    # From half of it to one and a half: those that failed together do not come back together.
    assert (
        MAIL.retry.first / 2 <= row.due_at - row.created_at <= MAIL.retry.first * 1.5 + timedelta(minutes=1)
    )


async def test_what_kills_its_sender_every_time_is_parked_too(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, "killer")
    for _ in range(MAX_TRIES):
        assert len(await claimed(own_database)) == 1
        await asyncio.sleep(0.01)
    assert await send_due(own_database.sessions, letters.effects()) == 0
    row = (await rows(own_database.sessions))["killer"]
    assert (row.parked_at is not None, row.last_error) == (True, "died")
    assert letters.sent == []


async def test_a_target_that_is_away_costs_no_tries(own_database: OwnDatabase) -> None:
    letters = Letters(failing={"a": TargetAway("connection refused")})
    await queue(own_database, "a")
    for _ in range(MAX_TRIES * 2):
        await drain(own_database, letters)
        await make_due_again(own_database)
    letters.failing.clear()
    await drain(own_database, letters)
    assert letters.sent == [("a", 1)]


async def test_a_hanging_send_is_cut_off(own_database: OwnDatabase) -> None:
    async def hang() -> None:
        await asyncio.sleep(60)

    async def prepare(_: AsyncSession, __: Due) -> Send | None:
        return hang

    await queue(own_database, "a")
    effects = {"letter": replace(Letters().effects()["letter"], prepare=prepare)}
    assert await send_due(own_database.sessions, effects, send_timeout=timedelta(seconds=0.1)) == 1
    assert (await rows(own_database.sessions))["a"].last_error == "timeout"


async def test_two_loops_never_send_the_same_row(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, *(f"k{n}" for n in range(60)))
    await asyncio.gather(*(drain(own_database, letters) for _ in range(4)))
    assert len(letters.sent) == 60
    assert set(letters.tries.values()) == {1}


async def test_a_sleeper_whose_lease_ended_cannot_mark_the_row(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, "a")
    (sleeper,) = await claimed(own_database)
    await asyncio.sleep(0.01)
    await drain(own_database, letters)
    sent_at = (await rows(own_database.sessions))["a"].sent_at
    await loop._mark(own_database.sessions, sleeper, parked_at=func.clock_timestamp())
    row = (await rows(own_database.sessions))["a"]
    assert (row.sent_at, row.parked_at) == (sent_at, None)


async def test_a_parked_delivery_can_be_sent_after_all(own_database: OwnDatabase) -> None:
    letters = Letters()
    await queue(own_database, "a")
    async with own_database.transaction() as session:
        await session.execute(update(Delivery).values(parked_at=func.clock_timestamp(), attempts=MAX_TRIES))
        (row,) = (await standing(session)).parked
        assert await try_again(session, row.id) == 1
    await drain(own_database, letters)
    assert letters.sent == [("a", 1)]
    async with own_database.transaction() as session:
        with pytest.raises(NotFound):
            await try_again(session, row.id)


async def test_mail_waits_for_a_closed_post_office_and_then_leaves(own_database: OwnDatabase) -> None:
    await queue(own_database, "a")
    async with open_post_office() as office:
        effects = by_post(office.port)
    assert await send_due(own_database.sessions, effects) == 1
    row = (await rows(own_database.sessions))["a"]
    assert (row.attempts, row.sent_at, row.parked_at) == (0, None, None)
    await make_due_again(own_database)
    async with open_post_office() as opened:
        assert await send_due(own_database.sessions, by_post(opened.port)) == 1
    assert len(opened.received) == 1


@given(failures=st.integers(1, 10_000), first=st.integers(1, 600), factor=st.integers(1, 10))
def test_waits_grow_and_never_pass_the_most(failures: int, first: int, factor: int) -> None:
    waits = Backoff(timedelta(seconds=first), factor, timedelta(hours=1))
    assert waits.after(failures) <= waits.after(failures + 1) <= timedelta(hours=1)
    assert waits.after(1) == timedelta(seconds=first)


async def test_a_refusal_is_told_by_its_code(own_database: OwnDatabase) -> None:
    letters = Letters(failing={"a": Refused("smtp 550")})
    await queue(own_database, "a")
    await drain(own_database, letters)
    row = (await rows(own_database.sessions))["a"]
    assert (row.attempts, row.last_error, row.parked_at) == (1, "smtp 550", None)


async def test_what_was_sent_long_ago_is_swept_and_what_is_parked_stays(own_database: OwnDatabase) -> None:
    await queue(own_database, "sent", "lately", "dropped", "parked", "waiting")
    now, old = func.clock_timestamp(), func.clock_timestamp() - timedelta(days=91)
    async with own_database.transaction() as session:
        for key, done in {
            "sent": {"sent_at": now, "created_at": old},
            "lately": {"sent_at": now},
            "dropped": {"dropped_at": now, "created_at": old},
            "parked": {"parked_at": now, "created_at": old},
            "waiting": {"created_at": old},
        }.items():
            await session.execute(update(Delivery).where(Delivery.key == key).values(done))
        assert await sweep_sent(session, kept=timedelta(days=90)) == 2
    assert set(await rows(own_database.sessions)) == {"lately", "parked", "waiting"}
