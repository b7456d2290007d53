"""The log: in order, without gaps, in the database's time, and read by a cursor that loses nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Text, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import ClockState
from app.clocks.models import ClockRow
from app.clocks.promised import ClockKind
from app.errors import NotFound
from app.events.log import Cursor, database_now, events_after, history, record, take
from app.events.models import Event
from app.identity.actor import Actor, system_actor
from tests.conftest import OwnDatabase

SYSTEM = system_actor("test")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = Cursor(epoch=0, xid=0, id=0)


async def a_subject(session: AsyncSession, subject_id: int = 1, last_event_at: datetime = NOON) -> ClockRow:
    """Any row that is logged will do."""
    row = ClockRow(
        subject_kind="ticket",
        subject_id=subject_id,
        kind=ClockKind.RESPONSE,
        catalogue_version=1,
        agreement="it",
        agreement_version=1,
        calendar="kontortid",
        priority="normal",
        target=timedelta(hours=4),
        used=timedelta(0),
        state=ClockState.RUNNING,
        started_at=NOON,
        event_seq=0,
        last_event_at=last_event_at,
    )
    session.add(row)
    await session.flush()
    return row


async def test_events_of_a_subject_are_numbered_and_read_in_order(session: AsyncSession) -> None:
    row = await a_subject(session)
    for minute, kind in enumerate(("clock.started", "clock.paused", "clock.resumed")):
        record(row, kind, by=SYSTEM, at=NOON + timedelta(minutes=minute))
    await session.flush()
    told = await history(session, "clock", row.id)
    assert [(event.seq, event.kind) for event in told] == [
        (1, "clock.started"),
        (2, "clock.paused"),
        (3, "clock.resumed"),
    ]
    assert (row.event_seq, row.last_event_at) == (3, NOON + timedelta(minutes=2))


async def test_an_event_says_who_did_it_and_for_whom(session: AsyncSession) -> None:
    row = await a_subject(session)
    deputy = Actor(person_id=7, name="Oda Krog", acting_for_id=8)
    record(row, "clock.paused", by=deputy, at=NOON, until=NOON)
    record(row, "clock.resumed", by=SYSTEM, at=NOON)
    await session.flush()
    by_person, by_system = await history(session, "clock", row.id)
    assert (by_person.actor_id, by_person.acting_for_id, by_person.system) == (7, 8, None)
    assert (by_system.actor_id, by_system.system) == (None, "test")
    assert by_person.payload == {"until": "2026-03-02T12:00:00+00:00"}


async def test_only_what_is_saved_can_be_logged() -> None:
    with pytest.raises(RuntimeError):
        record(ClockRow(), "clock.paused", by=SYSTEM, at=NOON)


async def test_a_number_in_a_subject_s_history_is_used_once(session: AsyncSession) -> None:
    row = await a_subject(session)
    record(row, "clock.started", by=SYSTEM, at=NOON)
    await session.flush()
    row.event_seq = 0
    record(row, "clock.started", by=SYSTEM, at=NOON)
    with pytest.raises(IntegrityError):
        await session.flush()


async def test_a_verb_never_happens_before_the_event_it_follows(session: AsyncSession) -> None:
    ahead = await database_now(session) + timedelta(
        minutes=10
    )  # A restored backup, or a clock that was set back.
    row = await a_subject(session, last_event_at=ahead)
    taken, at = await take(session, ClockRow, ClockRow.id == row.id)
    assert taken is row
    assert at == ahead + timedelta(microseconds=1)


async def test_a_verb_happens_now_by_the_database_s_clock(session: AsyncSession) -> None:
    row = await a_subject(session)
    before = await database_now(session)
    _, at = await take(session, ClockRow, ClockRow.id == row.id)
    assert before <= at <= await database_now(session)


async def test_taking_what_does_not_match_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await take(session, ClockRow, ClockRow.id == 0)


async def test_writers_of_one_subject_wait_for_each_other(own_database: OwnDatabase) -> None:
    async with own_database.transaction() as session:
        row = await a_subject(session)

    async def verb() -> None:
        async with own_database.transaction() as session:
            taken, at = await take(session, ClockRow, ClockRow.id == row.id)
            record(taken, "clock.touched", by=SYSTEM, at=at)

    await asyncio.gather(*(verb() for _ in range(12)))
    async with own_database.transaction() as session:
        told = await history(session, "clock", row.id)
    assert [event.seq for event in told] == list(range(1, 13))
    instants = [event.at for event in told]
    assert instants == sorted(set(instants))


async def log_one(session: AsyncSession, subject_id: int) -> None:
    record(await a_subject(session, subject_id), f"clock.{subject_id}", by=SYSTEM, at=NOON)
    await session.flush()


async def read_on(database: OwnDatabase, cursor: Cursor, limit: int = 500) -> tuple[list[str], Cursor]:
    async with database.transaction() as session:
        events = await events_after(session, cursor, limit=limit)
        if events:
            cursor = Cursor(events[-1].epoch, int(events[-1].xid), events[-1].id)
        return [event.kind for event in events], cursor


async def read_all(database: OwnDatabase, cursor: Cursor, *, count: int, limit: int = 500) -> list[str]:
    """Page by page until `count` are read: PostgreSQL's own transactions (autovacuum) may hold readers back a moment."""
    seen: list[str] = []
    async with asyncio.timeout(30):
        while len(seen) < count:
            page, cursor = await read_on(database, cursor, limit)
            seen += page
            if not page:
                await asyncio.sleep(0.05)
    assert (await read_on(database, cursor, limit))[0] == []
    return seen


async def test_an_event_committed_late_is_still_read(own_cluster: OwnDatabase) -> None:
    """The trap of every cursor by id: a slow writer commits behind a reader that has passed its number."""
    async with own_cluster.sessions() as slow:
        await log_one(slow, 1)
        async with own_cluster.transaction() as quick:
            await log_one(quick, 2)
        seen, cursor = await read_on(own_cluster, START)
        assert seen == []
        await slow.commit()
    assert await read_all(own_cluster, cursor, count=2) == ["clock.1", "clock.2"]


async def test_an_event_of_a_transaction_that_failed_is_never_read(own_cluster: OwnDatabase) -> None:
    async with own_cluster.sessions() as failing:
        await log_one(failing, 1)
        await failing.rollback()
    async with own_cluster.transaction() as session:
        await log_one(session, 2)
    assert await read_all(own_cluster, START, count=1) == ["clock.2"]


async def test_the_cursor_reads_everything_once_page_by_page(own_cluster: OwnDatabase) -> None:
    async def write(subject_id: int) -> None:
        async with own_cluster.transaction() as session:
            await log_one(session, subject_id)

    await asyncio.gather(*(write(subject_id) for subject_id in range(1, 24)))
    seen = await read_all(own_cluster, START, count=23, limit=5)
    assert sorted(seen) == sorted(f"clock.{subject_id}" for subject_id in range(1, 24))


async def history_xid(database: OwnDatabase) -> int:
    async with database.transaction() as session:
        return int(
            (await session.execute(select(func.max(cast(cast(Event.xid, Text), BigInteger))))).scalar_one()
        )


async def test_after_a_restore_readers_go_on_in_the_new_epoch(own_cluster: OwnDatabase) -> None:
    """Transaction ids begin anew in a restored cluster; the epoch keeps the order."""
    async with own_cluster.transaction() as session:
        await log_one(session, 1)
    xid = (await history_xid(own_cluster)) + 10_000
    async with own_cluster.transaction() as session:
        row = await a_subject(session, 2)
        session.add(
            Event(
                epoch=2, subject_kind="clock", subject_id=row.id, seq=1, kind="clock.2", at=NOON, payload={}
            )
        )
    far_ahead = Cursor(epoch=1, xid=xid, id=10_000)
    assert await read_all(own_cluster, far_ahead, count=1) == ["clock.2"]
