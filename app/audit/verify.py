"""Reading the whole chain again: which entry or seal is not as it was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import (
    BEGINNING,
    MARK_BYTES,
    NOTHING_YET,
    Digested,
    Keys,
    Place,
    batch_in,
    batch_of,
    digest_of,
    entries_to_digest,
    hash_of,
)
from app.audit.models import AuditHead, AuditSeal

LONGEST_WRITE = timedelta(hours=1)
"""No transaction of ours lasts longer: an entry that says it is older than this beside its seal was put in later."""
MOST_FINDINGS = 100


class Wrong(StrEnum):
    ENTRY_CHANGED = "entry_changed"
    """Edited, or put in where it was not."""
    ENTRY_MISSING = "entry_missing"
    ENTRY_BACKDATED = "entry_backdated"
    SEAL_CHANGED = "seal_changed"
    SEAL_MISSING = "seal_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_MISSING = "key_missing"
    HEAD_CHANGED = "head_changed"
    ANCHOR_BROKEN = "anchor_broken"


@dataclass(frozen=True)
class Finding:
    """`seq` is the seal it was found in, `entry_id` the entry when it can be told."""

    wrong: Wrong
    seq: int
    entry_id: int | None = None

    def __str__(self) -> str:
        entry = "" if self.entry_id is None else f", innførsel {self.entry_id}"
        return f"{SENTENCES[self.wrong]} (segl {self.seq}{entry})"


SENTENCES = {
    Wrong.ENTRY_CHANGED: "En innførsel er endret eller satt inn",
    Wrong.ENTRY_MISSING: "En innførsel er borte eller endret",
    Wrong.ENTRY_BACKDATED: "En innførsel er eldre enn seglet før den",
    Wrong.SEAL_CHANGED: "Et segl er endret",
    Wrong.SEAL_MISSING: "Et segl er borte",
    Wrong.KEY_UNKNOWN: "Seglet er laget med en nøkkel som ikke er oppgitt",
    Wrong.KEY_MISSING: "Seglet er laget uten nøkkel, og skulle hatt en",
    Wrong.HEAD_CHANGED: "Kjeden slutter ikke der den skal",
    Wrong.ANCHOR_BROKEN: "Kjeden går ikke gjennom seglet som var notert",
}


@dataclass(frozen=True)
class Anchor:
    """A seal somebody noted outside the database."""

    seq: int
    hash: bytes


@dataclass
class Report:
    """`unsealed`: written since the last seal, `oldest_unsealed_at` the first of them; not yet protected."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    oldest_unsealed_at: datetime | None = None
    without_key: int = 0
    """Seals that anybody who owns the database could make anew; they fit only what was noted elsewhere."""
    head: Anchor = field(default_factory=lambda: Anchor(0, NOTHING_YET))
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings

    def found(self, wrong: Wrong, seq: int, entry_id: int | None = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(wrong, seq, entry_id))


async def verify(session: AsyncSession, keys: Keys, anchors: tuple[Anchor, ...] = ()) -> Report:
    """Everything that differs from what was sealed. Open the session in REPEATABLE READ beside a running sealer."""
    report, reading = Report(), _Reading(_entries(session))
    wanted = {anchor.seq: anchor.hash for anchor in anchors}
    previous: AuditSeal | None = None
    expected_hash, expected_seq, since = NOTHING_YET, 1, None
    for seal in await session.scalars(select(AuditSeal).order_by(AuditSeal.seq)):
        if seal.seq != expected_seq:
            report.found(Wrong.SEAL_MISSING, expected_seq)
        _check_seal(report, seal, previous, expected_hash, keys)
        entries = await reading.until(batch_in(seal).last)
        _check_entries(report, seal, entries, since)
        if wanted.pop(seal.seq, seal.hash) != seal.hash:
            report.found(Wrong.ANCHOR_BROKEN, seal.seq)
        report.seals += 1
        report.without_key += not seal.key_id
        report.entries += len(entries)
        previous, expected_hash, expected_seq, since = seal, seal.hash, seal.seq + 1, seal.sealed_at
    for seq in wanted:
        report.found(Wrong.ANCHOR_BROKEN, seq)
    await _check_end(report, session, reading, Anchor(expected_seq - 1, expected_hash), since)
    return report


class _Reading:
    """Entries in order, handed out up to a place at a time."""

    def __init__(self, entries: AsyncIterator[Digested]) -> None:
        self._entries = entries
        self._ahead: Digested | None = None

    async def until(self, last: Place | None) -> list[Digested]:
        """The next ones, up to and with `last`; None for all that are left."""
        taken: list[Digested] = [] if self._ahead is None else [self._ahead]
        self._ahead = None
        if last is not None and taken and taken[0].place > last:
            self._ahead = taken.pop()
            return taken
        async for entry in self._entries:
            if last is not None and entry.place > last:
                self._ahead = entry
                break
            taken.append(entry)
        return taken


async def _entries(session: AsyncSession) -> AsyncIterator[Digested]:
    rows = await session.stream(entries_to_digest().execution_options(yield_per=2_000))
    async for row in rows:
        yield digest_of(row)


def _check_seal(
    report: Report, seal: AuditSeal, previous: AuditSeal | None, before: bytes, keys: Keys
) -> None:
    batch, key = batch_in(seal), keys.of(seal.key_id)
    if key is None:
        report.found(Wrong.KEY_UNKNOWN, seal.seq)
        return
    unlocked = (previous and previous.key_id) or (keys.secrets and seal.seq >= keys.since)
    if unlocked and not seal.key_id:
        report.found(Wrong.KEY_MISSING, seal.seq)
    hashed = hash_of(
        batch, seq=seal.seq, sealed_at=seal.sealed_at, previous=before, key=key, named=seal.key_id
    )
    if hashed != seal.hash or batch.last <= (batch_in(previous).last if previous else BEGINNING):
        report.found(Wrong.SEAL_CHANGED, seal.seq)


def _check_entries(report: Report, seal: AuditSeal, entries: list[Digested], since: datetime | None) -> None:
    for entry in entries:
        if since is not None and entry.at < since - LONGEST_WRITE:
            report.found(Wrong.ENTRY_BACKDATED, seal.seq, entry.id)
    if entries and batch_of(entries) == batch_in(seal):
        return
    expected = [seal.marks[at : at + MARK_BYTES] for at in range(0, len(seal.marks), MARK_BYTES)]
    known, present = set(expected), {entry.mark for entry in entries}
    strange = [entry for entry in entries if entry.mark not in known]
    for entry in strange:
        report.found(Wrong.ENTRY_CHANGED, seal.seq, entry.id)
    missing = sum(1 for mark in expected if mark not in present) - len(strange)
    for _ in range(max(missing, 0)):
        report.found(Wrong.ENTRY_MISSING, seal.seq)
    if not strange and missing <= 0:
        report.found(Wrong.SEAL_CHANGED, seal.seq)


async def _check_end(
    report: Report, session: AsyncSession, reading: _Reading, end: Anchor, since: datetime | None
) -> None:
    left = await reading.until(None)
    for entry in left:
        if since is not None and entry.at < since - LONGEST_WRITE:
            report.found(Wrong.ENTRY_BACKDATED, end.seq + 1, entry.id)
    report.unsealed, report.head = len(left), end
    report.oldest_unsealed_at = min((entry.at for entry in left), default=None)
    head = (await session.scalars(select(AuditHead))).one_or_none()
    stands = (head.seq, head.hash) if head else (0, NOTHING_YET)
    if stands != (end.seq, end.hash):
        report.found(Wrong.HEAD_CHANGED, max(stands[0], end.seq))
