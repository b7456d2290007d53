"""Whoever owns the database may change anything; the chain tells."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Keys
from app.audit.models import AuditSeal
from app.audit.reading import Anchor, Report, Wrong
from app.audit.sealing import seal, seal_batch
from app.audit.verify import verify
from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from tests.audit.writing import KEYS, NO_KEYS, write, write_and_seal
from tests.conftest import OwnDatabase

TAMPERINGS = 1_000
ENTRIES, EACH = 48, 7
OF_THE_LAST_WRITER = 3

OTHER_VALUES = {
    "epoch": "epoch + 1",
    "xid": "((xid::text)::bigint + 1)::text::xid8",
    "id": "id + 1000000",
    "at": "at + interval '1 microsecond'",
    "kind": "kind || 'x'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "acting_for_id": "coalesce(acting_for_id, 0) + 1",
    "system": "coalesce(system, '') || 'x'",
    "session_id": "coalesce(session_id, 0) + 1",
    "subject_kind": "subject_kind || ' '",
    "subject_id": "coalesce(subject_id, 0) - 1",
    "concerns_id": "CASE WHEN concerns_id IS NULL THEN 0 END",
    "payload": 'payload || \'{"part": "list"}\'',
}
PAYLOADS = ("payload - 'units'", "jsonb_set(payload, '{number}', '1.0')", "'{}'", "payload || '{\"\": null}'")
OTHER_SEALS = {
    "sealed_at": "sealed_at - interval '1 microsecond'",
    "first_id": "first_id + 1",
    "last_epoch": "last_epoch + 1",
    "last_xid": "((last_xid::text)::bigint + 1)::text::xid8",
    "last_id": "last_id - 1",
    "entries": "entries + 1",
    "marks": "overlay(marks placing '\\x00'::bytea from 3)",
    "digest": "sha256(digest)",
    "key_id": "''",
    "hash": "sha256(hash)",
    "seq": "seq + 1000",
}
ALL_BUT_ID = (
    "at, kind, actor_id, acting_for_id, system, session_id, subject_kind, subject_id, concerns_id, payload"
)


async def run(session: AsyncSession, sql: str, **given: Any) -> int:
    """How many rows it touched."""
    done: Any = await session.execute(text(sql), given)
    return int(done.rowcount)


async def edit_an_entry(session: AsyncSession, chance: random.Random) -> None:
    column = chance.choice(list(OTHER_VALUES))
    value = chance.choice(PAYLOADS) if column == "payload" and chance.random() < 0.7 else OTHER_VALUES[column]
    where = "id = :id"
    await run(session, f"UPDATE audit_entries SET {column} = {value} WHERE {where}", id=entry(chance))


async def remove_entries(session: AsyncSession, chance: random.Random) -> None:
    first = entry(chance)
    last = min(first + chance.choice((0, 0, 1, 5)), ENTRIES)
    await run(session, "DELETE FROM audit_entries WHERE id BETWEEN :first AND :last", first=first, last=last)


async def reorder_entries(session: AsyncSession, chance: random.Random) -> None:
    """Two entries change numbers, with or without their transactions."""
    one, other = chance.sample(range(1, ENTRIES + 1), 2)
    columns = chance.choice(("id", "id, xid"))
    await run(session, "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries")
    await run(
        session,
        f"UPDATE audit_entries AS mine SET ({columns}) = (SELECT {columns} FROM audit_entries AS its"
        " WHERE its.id = CASE mine.id WHEN :one THEN :other ELSE :one END) WHERE mine.id IN (:one, :other)",
        one=one,
        other=other,
    )


async def insert_an_entry(session: AsyncSession, chance: random.Random) -> None:
    """A copy of one with a number of its own, or a second one with the same number.

    Not after the last seal: what is written there now is a new entry, whoever writes it (see `write_yesterday`).
    """
    if chance.random() < 0.3:
        await run(session, "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries")
        number = "id"
    else:
        number = "id + 1000000"
    await run(
        session,
        f"INSERT INTO audit_entries (id, epoch, xid, {ALL_BUT_ID})"
        f" SELECT {number}, epoch, xid, {ALL_BUT_ID} FROM audit_entries WHERE id = :id",
        id=chance.randint(1, ENTRIES - OF_THE_LAST_WRITER),
    )


async def write_yesterday(session: AsyncSession, chance: random.Random) -> None:
    """A new entry at the end, in order, that says it happened before the last seal."""
    await run(
        session,
        f"INSERT INTO audit_entries ({ALL_BUT_ID}) SELECT at - :ago * interval '1 hour',"
        " kind, 1, NULL, NULL, 1, '', NULL, NULL, '{}' FROM audit_entries WHERE id = :id",
        ago=chance.randint(2, 1000),
        id=entry(chance),
    )


async def edit_a_seal(session: AsyncSession, chance: random.Random) -> None:
    column = chance.choice(list(OTHER_SEALS))
    await run(
        session,
        f"UPDATE audit_seals SET {column} = {OTHER_SEALS[column]} WHERE seq = :seq",
        seq=seal_in(chance),
    )


async def remove_a_seal(session: AsyncSession, chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_seals WHERE seq = :seq", seq=seal_in(chance))


async def cut_the_end(session: AsyncSession, chance: random.Random) -> None:
    """The last seals go, and the entries under them."""
    seq = seal_in(chance)
    await run(
        session,
        "DELETE FROM audit_entries WHERE id >= (SELECT first_id FROM audit_seals WHERE seq = :seq)",
        seq=seq,
    )
    await run(session, "DELETE FROM audit_seals WHERE seq >= :seq", seq=seq)


async def edit_the_head(session: AsyncSession, chance: random.Random) -> None:
    change = chance.choice(("seq = seq - 1", "seq = seq + 1", "hash = sha256(hash)"))
    await run(session, f"UPDATE audit_head SET {change}")


async def remove_the_head(session: AsyncSession, _chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_head")


async def seal_anew_without_the_key(session: AsyncSession, chance: random.Random) -> None:
    """An entry is edited and everything from its seal on is sealed again, by somebody who knows how but not the key."""
    number = entry(chance)
    await run(session, "UPDATE audit_entries SET actor_id = 4711 WHERE id = :id", id=number)
    seq = (number - 1) // EACH + 1
    await run(session, "DELETE FROM audit_seals WHERE seq >= :seq", seq=seq)
    head = "SELECT hash FROM audit_seals WHERE seq = :seq - 1"
    await run(
        session,
        f"UPDATE audit_head SET seq = :seq - 1, hash = coalesce(({head}), :zeros)",
        seq=seq,
        zeros=bytes(32),
    )
    forger = chance.choice((NO_KEYS, Keys((b"guessed",))))
    while await seal_batch(session, forger, most=EACH):
        pass


def entry(chance: random.Random) -> int:
    return chance.randint(1, ENTRIES)


def seal_in(chance: random.Random) -> int:
    return chance.randint(1, -(-ENTRIES // EACH))


Tampering = Callable[[AsyncSession, random.Random], Awaitable[None]]
WAYS: dict[Tampering, int] = {
    edit_an_entry: 30,
    remove_entries: 15,
    reorder_entries: 10,
    insert_an_entry: 10,
    write_yesterday: 5,
    edit_a_seal: 12,
    remove_a_seal: 5,
    cut_the_end: 5,
    edit_the_head: 3,
    remove_the_head: 1,
    seal_anew_without_the_key: 4,
}


async def test_a_thousand_tamperings_are_all_found(own_cluster: OwnDatabase) -> None:
    await write_and_seal(own_cluster.sessions, KEYS, entries=ENTRIES, each=EACH)
    chance = random.Random(20261122)
    owner = make_engine(own_cluster.owner_url, pool_size=None)
    missed = []
    async with owner.connect() as connection:
        await connection.begin()
        async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
            assert (await verify(session, KEYS)).intact
        for number in range(TAMPERINGS):
            (tamper,) = chance.choices(list(WAYS), list(WAYS.values()))
            savepoint = await connection.begin_nested()
            async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
                await tamper(session, chance)
                if (await verify(session, KEYS)).intact:
                    missed.append((number, tamper.__name__))
            await savepoint.rollback()
        async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
            assert (await verify(session, KEYS)).intact, "every tampering was undone"
    await owner.dispose()
    assert not missed


async def as_owner(database: OwnDatabase, *statements: str) -> None:
    await as_owner_of(database.owner_url, *statements)


async def as_owner_of(owner_url: str, *statements: str) -> None:
    engine = make_engine(owner_url, pool_size=None)
    async with engine.begin() as owner:
        for statement in statements:
            await owner.execute(text(statement))
    await engine.dispose()


async def verified(database: OwnDatabase, keys: Keys = KEYS, *anchors: Anchor) -> Report:
    async with database.transaction() as session:
        return await verify(session, keys, anchors)


async def test_the_entry_that_differs_is_named(own_cluster: OwnDatabase) -> None:
    await write_and_seal(own_cluster.sessions, KEYS, entries=12, each=5)
    await as_owner(own_cluster, "UPDATE audit_entries SET actor_id = 4711 WHERE id = 8")
    found = (await verified(own_cluster)).findings
    assert [(each.wrong, each.seq, each.entry_id) for each in found] == [(Wrong.ENTRY_CHANGED, 2, 8)]
    await as_owner(own_cluster, "DELETE FROM audit_entries WHERE id IN (8, 9)")
    found = (await verified(own_cluster)).findings
    assert [(each.wrong, each.seq) for each in found] == [(Wrong.ENTRY_MISSING, 2)] * 2


async def test_an_end_cut_off_with_its_head_is_found_by_what_was_noted_elsewhere(
    own_cluster: OwnDatabase,
) -> None:
    """Nobody can tell from the database alone that its newest page was torn out, all traces included."""
    await write_and_seal(own_cluster.sessions, KEYS, entries=12, each=4)
    noted = (await verified(own_cluster)).head
    await as_owner(
        own_cluster,
        "DELETE FROM audit_entries WHERE id > 8",
        "DELETE FROM audit_seals WHERE seq = 3",
        "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_seals WHERE seq = 2)",
    )
    assert (await verified(own_cluster)).intact
    found = (await verified(own_cluster, KEYS, noted)).findings
    assert [each.wrong for each in found] == [Wrong.ANCHOR_BROKEN]


async def test_a_chain_without_a_key_says_so_and_a_later_key_begins_where_the_setting_says(
    own_cluster: OwnDatabase,
) -> None:
    await write_and_seal(own_cluster.sessions, NO_KEYS, entries=4, each=2)
    assert (await verified(own_cluster, NO_KEYS)).without_key == 2
    await write_and_seal(own_cluster.sessions, KEYS, entries=2, each=2)
    assert (await verified(own_cluster, Keys(KEYS.secrets, since=3))).intact
    assert {each.wrong for each in (await verified(own_cluster, KEYS)).findings} == {Wrong.KEY_MISSING}
    unknown = (await verified(own_cluster, Keys((b"another",), since=3))).findings
    assert [(each.wrong, each.seq) for each in unknown] == [(Wrong.KEY_UNKNOWN, 3)]


async def test_a_new_key_goes_on_where_the_old_one_ended(own_cluster: OwnDatabase) -> None:
    await write_and_seal(own_cluster.sessions, KEYS, entries=3, each=3)
    both = Keys((b"the next secret", *KEYS.secrets))
    await write_and_seal(own_cluster.sessions, both, entries=3, each=3)
    assert (await verified(own_cluster, both)).intact
    assert not (await verified(own_cluster, KEYS)).intact


async def test_a_writer_that_is_not_done_waits_for_nobody_and_is_sealed_later(
    own_cluster: OwnDatabase,
) -> None:
    async with own_cluster.transaction() as slow:
        await write(slow, 1)
        async with own_cluster.transaction() as quick:
            await write(quick, 2)
        async with own_cluster.transaction() as session:
            # Nothing may come in between later: whoever wrote after the slow one waits with it, unsealed, not blocked.
            assert await seal_batch(session, KEYS) == 0
        report = await verified(own_cluster)
        assert (report.intact, report.unsealed) == (True, 1)
    async with own_cluster.transaction() as session:
        assert await seal_batch(session, KEYS) == 2
    assert (await verified(own_cluster)).intact


@pytest.mark.parametrize("sealers", [2, 6])
async def test_sealers_at_once_make_one_chain_and_one_of_them_owns_the_slot(
    own_cluster: OwnDatabase, sealers: int
) -> None:
    for number in range(10):
        async with own_cluster.transaction() as session:
            await write(session, number)
    async with own_cluster.transaction() as session:
        at = await database_now(session)

    async def one() -> int:
        engine = make_engine(own_cluster.app_url, pool_size=None)
        async with transaction(make_sessions(engine)) as session:
            sealed = await seal(session, KEYS, at=at)
        await engine.dispose()
        return sealed

    assert sorted(await asyncio.gather(*(one() for _ in range(sealers)))) == [0] * (sealers - 1) + [10]
    report = await verified(own_cluster)
    assert (report.intact, report.seals, report.entries, report.unsealed) == (True, 1, 10, 0)


async def test_a_seal_holds_no_more_than_it_says(own_cluster: OwnDatabase) -> None:
    await write_and_seal(own_cluster.sessions, KEYS, entries=10, each=4)
    async with own_cluster.transaction() as session:
        seals = [(await session.get_one(AuditSeal, seq)).entries for seq in (1, 2, 3)]
    assert seals == [4, 4, 2]
