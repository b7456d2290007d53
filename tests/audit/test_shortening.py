"""Letting go of the oldest of the log: what remains is verified from there, and nothing goes dishonestly."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from obstore.store import MemoryStore
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import NOTHING_YET, Keys, batch_of, digest_of, entries_to_digest, hash_of
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.audit.models import AuditCheckpoint, AuditHead, AuditSeal
from app.audit.reading import Anchor, Wrong
from app.audit.shortening import BY, shorten
from app.audit.verify import verify
from app.database.session import make_engine
from app.jobs import Node, shorten_audit
from tests.audit.test_verify import as_owner, verified
from tests.audit.writing import KEYS, NO_KEYS, write_and_seal
from tests.conftest import OwnDatabase, publish_shipped

ENTRIES, EACH = 60, 5
SEALS = ENTRIES // EACH
TRIALS = 80
APART = timedelta(days=200)
"""Between two seals: twelve of them reach six and a half years back."""
BASIS = "sikkerhetslogg: 5 år"


async def age(session: AsyncSession, keys: Keys) -> list[AuditSeal]:
    """As if the log had been written over the years: the same entries, sealed again at earlier instants. By the owner."""
    now = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    seals = list(await session.scalars(select(AuditSeal).order_by(AuditSeal.seq)))
    previous, done = NOTHING_YET, 0
    for seal in seals:
        at = now - APART * (len(seals) - seal.seq)
        await session.execute(
            text("UPDATE audit_entries SET at = :at WHERE id > :first AND id <= :last"),
            {"at": at - timedelta(minutes=1), "first": done, "last": seal.last_id},
        )
        rows = await session.execute(
            entries_to_digest().where(text("id > :first AND id <= :last")),
            {"first": done, "last": seal.last_id},
        )
        batch = batch_of([digest_of(row) for row in rows])
        named = keys.newest
        hashed = hash_of(
            batch, seq=seal.seq, sealed_at=at, previous=previous, key=keys.of(named) or b"", named=named
        )
        values = {"sealed_at": at, "marks": batch.marks, "digest": batch.digest, "hash": hashed}
        await session.execute(update(AuditSeal).where(AuditSeal.seq == seal.seq).values(values))
        previous, done = hashed, seal.last_id
    await session.execute(update(AuditHead).values(hash=previous))
    session.expire_all()
    return list(await session.scalars(select(AuditSeal).order_by(AuditSeal.seq)))


async def old_log(database: OwnDatabase, keys: Keys = KEYS) -> None:
    await write_and_seal(database.sessions, keys, entries=ENTRIES, each=EACH)
    owner = make_engine(database.owner_url, pool_size=None)
    async with owner.begin() as connection, AsyncSession(connection) as session:
        await age(session, keys)
        await session.flush()
    await owner.dispose()


async def run(session: AsyncSession, sql: str, **given: Any) -> None:
    await session.execute(text(sql), given)


Tampering = Callable[[AsyncSession, int, random.Random], Awaitable[None]]


async def edit_what_remains(session: AsyncSession, gone: int, chance: random.Random) -> None:
    number = chance.randint(gone + 1, ENTRIES)
    await run(session, "UPDATE audit_entries SET actor_id = 4711 WHERE id = :id", id=number)


async def remove_more(session: AsyncSession, gone: int, chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_entries WHERE id = :id", id=chance.randint(gone + 1, ENTRIES))


async def remove_the_first_seal_left(session: AsyncSession, gone: int, _chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_seals WHERE seq = :seq", seq=gone // EACH + 1)


async def edit_the_checkpoint(session: AsyncSession, _gone: int, chance: random.Random) -> None:
    change = chance.choice(
        (
            "hash = sha256(hash)",
            "entries_gone = entries_gone - 1",
            "basis = 'another'",
            "shortened_at = shortened_at + interval '1 day'",
            "sealed_at = sealed_at - interval '1 day'",
            "last_id = last_id + 1",
            "mac = sha256(mac)",
            "key_id = ''",
        )
    )
    await run(session, f"UPDATE audit_checkpoints SET {change}")


async def remove_the_checkpoint(session: AsyncSession, _gone: int, _chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_checkpoints")


async def keep_quiet_about_it(session: AsyncSession, _gone: int, _chance: random.Random) -> None:
    await run(session, "DELETE FROM audit_entries WHERE kind = 'audit.shortened'")


async def put_something_back(session: AsyncSession, _gone: int, _chance: random.Random) -> None:
    """An entry in a place that the log no longer has."""
    await run(
        session,
        "INSERT INTO audit_entries (id, epoch, xid, at, kind, payload)"
        " VALUES (1, 1, '1', clock_timestamp() - interval '6 years', 'case.read', '{}')",
    )


async def shorten_without_the_key(session: AsyncSession, gone: int, chance: random.Random) -> None:
    """By somebody who owns the database and knows how: one more seal goes, behind a checkpoint of their own."""
    forger = chance.choice((NO_KEYS, Keys((b"guessed",))))
    seal = await session.get_one(AuditSeal, gone // EACH + 1, populate_existing=True)
    await run(session, "DELETE FROM audit_entries WHERE id <= :last", last=seal.last_id)
    await run(
        session,
        "INSERT INTO audit_checkpoints SELECT seq, hash, sealed_at, last_epoch, last_xid, last_id, 99,"
        " clock_timestamp(), 'rule', :key, sha256(hash) FROM audit_seals WHERE seq = :seq",
        key=forger.newest,
        seq=seal.seq,
    )
    await run(session, "DELETE FROM audit_seals WHERE seq <= :seq", seq=seal.seq)
    told = {"seal": seal.seq, "hash": seal.hash.hex(), "entries": EACH, "basis": "rule"}
    await audit(session, BY, AuditKind.AUDIT_SHORTENED, payload=told)


WAYS: tuple[Tampering, ...] = (
    edit_what_remains,
    remove_more,
    remove_the_first_seal_left,
    edit_the_checkpoint,
    remove_the_checkpoint,
    keep_quiet_about_it,
    put_something_back,
    shorten_without_the_key,
)


async def test_whatever_is_let_go_of_the_rest_is_verified_and_tampering_is_found(
    own_cluster: OwnDatabase,
) -> None:
    """Any instant, once or twice, then any way of tampering: each trial is undone."""
    await old_log(own_cluster)
    chance = random.Random(20261122)
    owner = make_engine(own_cluster.owner_url, pool_size=None)
    missed: list[str] = []
    async with owner.connect() as connection:
        await connection.begin()
        for number in range(TRIALS):
            savepoint = await connection.begin_nested()
            async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
                missed += [f"{number}: {wrong}" for wrong in await one_trial(session, chance)]
            await savepoint.rollback()
    await owner.dispose()
    assert not missed


async def one_trial(session: AsyncSession, chance: random.Random) -> list[str]:
    """What went wrong in it."""
    seals = list(await session.scalars(select(AuditSeal).order_by(AuditSeal.seq)))
    now = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    ages = sorted(
        (timedelta(days=chance.randint(366, 3000)) for _ in range(chance.randint(1, 2))), reverse=True
    )
    gone = sum([await shorten(session, KEYS, before=now - each, basis=BASIS) for each in ages])
    expected = EACH * sum(seal.sealed_at < now - ages[-1] for seal in seals[:-1])
    report = await verify(session, KEYS)
    wrong = []
    if (gone, report.intact, report.entries, report.begins_after) != (
        expected,
        True,
        ENTRIES - expected,
        expected // EACH,
    ):
        wrong.append(f"{gone} of {expected} went: {report}")
    if gone == 0:
        return wrong
    older = tuple(Anchor(seal.seq, seal.hash) for seal in seals if seal.seq * EACH < gone)
    kept = tuple(Anchor(seal.seq, seal.hash) for seal in seals if seal.seq * EACH >= gone)
    for anchors, expects in ((older, [Wrong.ANCHOR_GONE] * len(older)), (kept, [])):
        found = [each.wrong for each in (await verify(session, KEYS, anchors)).findings]
        if found != expects:
            wrong.append(f"anchors after {gone}: {found}")
    tamper = chance.choice(WAYS)
    await tamper(session, gone, chance)
    if (await verify(session, KEYS)).intact:
        wrong.append(f"{tamper.__name__} after {gone}")
    return wrong


async def test_what_somebody_has_tampered_with_stays(own_cluster: OwnDatabase) -> None:
    await old_log(own_cluster)
    await as_owner(own_cluster, "UPDATE audit_entries SET actor_id = 4711 WHERE id = 3")
    async with own_cluster.transaction() as session:
        assert await shorten(session, KEYS, before=datetime.now(UTC) - timedelta(days=400), basis=BASIS) == 0
    found = (await verified(own_cluster)).findings
    assert [(each.wrong, each.entry_id) for each in found] == [(Wrong.ENTRY_CHANGED, 3)]


async def test_the_application_lets_go_of_nothing_by_itself(own_cluster: OwnDatabase) -> None:
    """Nothing younger than a year, nothing without a checkpoint, and no row directly."""
    await write_and_seal(own_cluster.sessions, KEYS, entries=6, each=2)
    for statement in (
        "SELECT shorten_audit(1)",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_checkpoints SET seq = 2",
    ):
        with pytest.raises(DBAPIError):
            async with own_cluster.transaction() as session:
                await session.execute(text(statement))
    with pytest.raises(DBAPIError):
        async with own_cluster.transaction() as session:
            await shorten(session, KEYS, before=datetime.now(UTC) + timedelta(days=1), basis=BASIS)
    assert (await verified(own_cluster)).entries == 6


async def test_the_job_follows_the_catalogue_s_rule_and_the_chain_goes_on(
    own_cluster: OwnDatabase, shipped: Any
) -> None:
    await old_log(own_cluster)
    await publish_shipped(own_cluster.sessions, shipped)
    node = Node(own_cluster.sessions, own_cluster.app_url, MemoryStore(), {}, KEYS)
    rule = shipped[0].processing["sikkerhetslogg"].retention
    assert rule.years == 5
    went = await shorten_audit(node)
    assert went > 0
    assert await shorten_audit(node) == 0
    async with own_cluster.transaction() as session:
        checkpoint = (await session.scalars(select(AuditCheckpoint))).one()
        assert checkpoint.entries_gone == went
        assert checkpoint.basis.startswith("sikkerhetslogg: 5 år")
        oldest = (await session.scalars(select(AuditSeal.sealed_at).order_by(AuditSeal.seq).limit(1))).one()
        assert oldest.date() >= rule.began_by(datetime.now(UTC).date())
    await write_and_seal(own_cluster.sessions, KEYS, entries=4, each=2)
    report = await verified(own_cluster)
    assert (report.intact, report.begins_after, report.unsealed) == (True, checkpoint.seq, 0)
