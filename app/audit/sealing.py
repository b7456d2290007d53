"""Closing what was written: batch after batch into the chain, beside the writers and never in their way."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, insert, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import (
    BEGINNING,
    NOTHING_YET,
    Digested,
    Keys,
    Place,
    batch_of,
    digest_of,
    entries_to_digest,
    hash_of,
)
from app.audit.models import AuditEntry, AuditHead, AuditSeal
from app.database.due import own_slot
from app.database.model import Xid8

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=10)
"""How long an entry lies unsealed, about."""
BATCH = 2_000


def xid8(xid: int) -> ColumnElement[int]:
    """asyncpg has no way of writing an xid8, PostgreSQL can read one."""
    return cast(cast(str(xid), Text), Xid8)


SETTLED = text("audit_entries.xid < pg_snapshot_xmin(pg_current_snapshot())")
"""Written by transactions that are over: nothing can come in between any more, so no writer is waited for."""


def after(place: Place) -> ColumnElement[bool]:
    epoch, xid, entry_id = place
    return tuple_(AuditEntry.epoch, AuditEntry.xid, AuditEntry.id) > tuple_(
        literal(epoch, BigInteger),
        xid8(xid),
        literal(entry_id, BigInteger),
    )


async def seal(session: AsyncSession, keys: Keys, *, at: datetime) -> int:
    """Close the next batch if this caller owns the slot that `at` falls in; how many entries were closed.

    Sealers take turns on the head's row. Writers never touch it.
    """
    if not await _anything(session) or not await own_slot(session, "audit.seal", every=EVERY, at=at):
        return 0
    return await seal_batch(session, keys)


async def seal_batch(session: AsyncSession, keys: Keys, *, most: int = BATCH) -> int:
    """Close what is settled, `most` entries at most."""
    head = await take_head(session)
    last = await _last_place(session, head.seq)
    entries = await _settled_after(session, last, most)
    if not entries:
        return 0
    batch, seq = batch_of(entries), head.seq + 1
    sealed_at: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    named = keys.newest
    chained = hash_of(
        batch, seq=seq, sealed_at=sealed_at, previous=head.hash, key=keys.of(named) or b"", named=named
    )
    epoch, xid, last_id = batch.last
    await session.execute(
        insert(AuditSeal).values(
            seq=seq,
            sealed_at=sealed_at,
            first_id=batch.first_id,
            last_epoch=epoch,
            last_xid=xid8(xid),
            last_id=last_id,
            entries=batch.entries,
            marks=batch.marks,
            digest=batch.digest,
            key_id=named,
            hash=chained,
        )
    )
    head.seq, head.hash, head.changed_at = seq, chained, sealed_at
    await session.flush()
    # The log of the process leaves the machine in production: a chain cut off or made anew will not fit this line.
    log.info("audit.sealed", seq=seq, hash=chained.hex(), entries=batch.entries)
    return batch.entries


async def take_head(session: AsyncSession) -> AuditHead:
    none = {"id": 1, "seq": 0, "hash": NOTHING_YET, "changed_at": func.clock_timestamp()}
    await session.execute(upsert(AuditHead).values(none).on_conflict_do_nothing())
    taking = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(taking)).one()


async def _last_place(session: AsyncSession, seq: int) -> Place:
    found = (await session.scalars(select(AuditSeal).where(AuditSeal.seq == seq))).one_or_none()
    return (found.last_epoch, int(found.last_xid), found.last_id) if found else BEGINNING


async def _settled_after(session: AsyncSession, place: Place, most: int) -> list[Digested]:
    query = entries_to_digest().where(SETTLED, after(place)).limit(most)
    return [digest_of(row) for row in await session.execute(query)]


async def _anything(session: AsyncSession) -> bool:
    """Whether something settled lies beyond the last seal: a quiet night leaves no rows of claims."""
    newest = select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1)
    last = (await session.scalars(newest)).one_or_none()
    place = (last.last_epoch, int(last.last_xid), last.last_id) if last else BEGINNING
    found = await session.execute(select(AuditEntry.id).where(SETTLED, after(place)).limit(1))
    return found.first() is not None
