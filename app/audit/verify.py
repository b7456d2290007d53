"""Reading the whole chain again: which entry or seal is not as it was written."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import BEGINNING, NOTHING_YET, Keys, batch_in
from app.audit.kinds import AuditKind
from app.audit.models import AuditCheckpoint, AuditEntry, AuditHead, AuditSeal
from app.audit.reading import (
    LONGEST_WRITE,
    Anchor,
    Reading,
    Report,
    Start,
    Wrong,
    after_seal,
    check_entries,
    check_seal,
    entries_after,
)
from app.audit.shortening import mac_of, newest_checkpoint, start_of


async def verify(session: AsyncSession, keys: Keys, anchors: tuple[Anchor, ...] = ()) -> Report:
    """Everything that differs from what was sealed. Open the session in REPEATABLE READ beside a running sealer.

    A log that was shortened is read from its checkpoint on; an entry or a seal from before that is out of place.
    """
    report, reading = Report(), Reading(entries_after(session, BEGINNING))
    start = await _begin(session, report, reading, keys)
    wanted = {anchor.seq: anchor.hash for anchor in anchors}
    _check_anchors_before(report, start, wanted)
    for seal in await session.scalars(select(AuditSeal).order_by(AuditSeal.seq)):
        if seal.seq != start.seq + 1:
            report.found(Wrong.SEAL_MISSING, start.seq + 1)
        check_seal(report, seal, start, keys)
        entries = await reading.until(batch_in(seal).last)
        check_entries(report, seal, entries, start.sealed_at)
        if wanted.pop(seal.seq, seal.hash) != seal.hash:
            report.found(Wrong.ANCHOR_BROKEN, seal.seq)
        report.seals += 1
        report.without_key += not seal.key_id
        report.entries += len(entries)
        start = after_seal(seal)
    for seq in wanted:
        report.found(Wrong.ANCHOR_BROKEN, seq)
    await _check_end(report, session, reading, start)
    return report


async def _begin(session: AsyncSession, report: Report, reading: Reading, keys: Keys) -> Start:
    """Where the log begins, and whether it does so honestly."""
    checkpoint = await newest_checkpoint(session)
    if checkpoint is None:
        return Start()
    report.begins_after, report.entries_gone = checkpoint.seq, checkpoint.entries_gone
    report.shortened_at = checkpoint.shortened_at
    start, key = start_of(checkpoint), keys.of(checkpoint.key_id)
    if key is None:
        report.found(Wrong.KEY_UNKNOWN, checkpoint.seq)
    elif keys.secrets and not checkpoint.key_id and checkpoint.seq >= keys.since:
        report.found(Wrong.KEY_MISSING, checkpoint.seq)
    elif mac_of(checkpoint, key) != checkpoint.mac or not await _is_told(session, checkpoint):
        report.found(Wrong.CHECKPOINT_CHANGED, checkpoint.seq)
    for entry in await reading.until(start.place):
        report.found(Wrong.ENTRY_CHANGED, checkpoint.seq, entry.id)
    return start


async def _is_told(session: AsyncSession, checkpoint: AuditCheckpoint) -> bool:
    """Whether the log has the entry that shortening it writes: the chain holds that one as it does any other."""
    told = select(AuditEntry.id).where(
        AuditEntry.kind == AuditKind.AUDIT_SHORTENED,
        AuditEntry.payload["seal"].as_integer() == checkpoint.seq,
        AuditEntry.payload["hash"].as_string() == checkpoint.hash.hex(),
        AuditEntry.id > checkpoint.last_id,
    )
    return (await session.execute(told.limit(1))).first() is not None


def _check_anchors_before(report: Report, start: Start, wanted: dict[int, bytes]) -> None:
    for seq in sorted(seq for seq in wanted if seq <= start.seq):
        noted = wanted.pop(seq)
        if seq < start.seq:
            report.found(Wrong.ANCHOR_GONE, seq)
        elif noted != start.hash:
            report.found(Wrong.ANCHOR_BROKEN, seq)


async def _check_end(report: Report, session: AsyncSession, reading: Reading, start: Start) -> None:
    left = await reading.until(None)
    for entry in left:
        if start.sealed_at is not None and entry.at < start.sealed_at - LONGEST_WRITE:
            report.found(Wrong.ENTRY_BACKDATED, start.seq + 1, entry.id)
    report.unsealed, report.head = len(left), Anchor(start.seq, start.hash)
    report.oldest_unsealed_at = min((entry.at for entry in left), default=None)
    head = (await session.scalars(select(AuditHead))).one_or_none()
    stands = (head.seq, head.hash) if head else (0, NOTHING_YET)
    if stands != (start.seq, start.hash):
        report.found(Wrong.HEAD_CHANGED, max(stands[0], start.seq))
