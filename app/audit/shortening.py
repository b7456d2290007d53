"""Letting go of what the security log has kept as long as it may: whole seals, behind a sealed checkpoint."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

import orjson
import structlog
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Keys, batch_in
from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.audit.models import AuditCheckpoint, AuditSeal
from app.audit.reading import Reading, Report, Start, after_seal, check_entries, check_seal, entries_after
from app.audit.sealing import take_head, xid8
from app.identity.actor import system_actor

log = structlog.get_logger(__name__)

MOST_SEALS = 50
"""Let go of in one transaction: 100 000 entries at most."""
BY = system_actor("audit.shorten")


async def newest_checkpoint(session: AsyncSession) -> AuditCheckpoint | None:
    """Where the log begins; None: where it began."""
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.seq.desc()).limit(1)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


def start_of(checkpoint: AuditCheckpoint | None) -> Start:
    if checkpoint is None:
        return Start()
    place = (checkpoint.last_epoch, int(checkpoint.last_xid), checkpoint.last_id)
    return Start(checkpoint.seq, checkpoint.hash, place, checkpoint.sealed_at, bool(checkpoint.key_id))


def mac_of(checkpoint: AuditCheckpoint, key: bytes) -> bytes:
    """HMAC-SHA-256 with the key, or SHA-256 without one, of all that the checkpoint says."""
    facts = [
        "checkpoint",
        checkpoint.seq,
        checkpoint.hash.hex(),
        checkpoint.sealed_at,
        *start_of(checkpoint).place,
        checkpoint.entries_gone,
        checkpoint.shortened_at,
        checkpoint.basis,
        checkpoint.key_id,
    ]
    told = orjson.dumps(facts, option=orjson.OPT_UTC_Z)
    return hmac.digest(key, told, "sha256") if key else hashlib.sha256(told).digest()


async def shorten(session: AsyncSession, keys: Keys, *, before: datetime, basis: str) -> int:
    """Let go of the oldest seals made before `before`, and the entries under them; how many entries.

    Zero when nothing is so old, and when anything of it is not as it was sealed: what somebody has tampered with stays
    until somebody has looked at it. The checkpoint holds the last of their hashes, so that what remains is verified from
    there, and the log itself says that it was shortened. The last seal always stays.
    """
    head = await take_head(session)
    checkpoint = await newest_checkpoint(session)
    oldest = select(AuditSeal).where(AuditSeal.sealed_at < before, AuditSeal.seq < head.seq)
    seals = (await session.scalars(oldest.order_by(AuditSeal.seq).limit(MOST_SEALS))).all()
    if not seals or not await _as_sealed(session, seals, start_of(checkpoint), keys):
        return 0
    gone = sum(seal.entries for seal in seals)
    new = _checkpoint_at(seals[-1], basis, keys)
    new.entries_gone = gone + (checkpoint.entries_gone if checkpoint else 0)
    new.shortened_at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    new.mac = mac_of(new, keys.of(new.key_id) or b"")
    await _keep(session, new)
    told: dict[str, JSON] = {"seal": new.seq, "hash": new.hash.hex(), "entries": gone, "basis": basis}
    await audit(session, BY, AuditKind.AUDIT_SHORTENED, payload=told)
    # This role deletes nothing here: the owner's function does, and only behind a checkpoint and older than a year.
    went = (await session.execute(text("SELECT shorten_audit(:seq)"), {"seq": new.seq})).scalar_one()
    if went != gone:
        raise RuntimeError(f"seals up to {new.seq} hold {gone} entries, and {went} would go")
    log.info("audit.shortened", seq=new.seq, hash=new.hash.hex(), entries=gone, basis=basis)
    return gone


async def _as_sealed(session: AsyncSession, seals: Sequence[AuditSeal], start: Start, keys: Keys) -> bool:
    report, reading = Report(), Reading(entries_after(session, start.place))
    for seal in seals:
        if seal.seq != start.seq + 1:
            log.error("audit.not_shortened", seq=start.seq + 1)
            return False
        check_seal(report, seal, start, keys)
        check_entries(report, seal, await reading.until(batch_in(seal).last), start.sealed_at)
        start = after_seal(seal)
    for finding in report.findings:
        log.error("audit.not_shortened", seq=finding.seq, wrong=finding.wrong.value)
    return report.intact


def _checkpoint_at(last: AuditSeal, basis: str, keys: Keys) -> AuditCheckpoint:
    return AuditCheckpoint(
        seq=last.seq,
        hash=last.hash,
        sealed_at=last.sealed_at,
        last_epoch=last.last_epoch,
        last_xid=int(last.last_xid),
        last_id=last.last_id,
        basis=basis,
        key_id=keys.newest,
    )


async def _keep(session: AsyncSession, new: AuditCheckpoint) -> None:
    columns = AuditCheckpoint.__table__.columns.keys()
    values = {name: getattr(new, name) for name in columns}
    await session.execute(insert(AuditCheckpoint).values(values | {"last_xid": xid8(int(new.last_xid))}))
