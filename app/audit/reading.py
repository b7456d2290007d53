"""The parts of reading the chain again: one seal, the entries under it, and what is found wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

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
from app.audit.models import AuditSeal
from app.audit.sealing import after

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
    CHECKPOINT_CHANGED = "checkpoint_changed"
    """The log begins at a checkpoint that was not made by shortening it, or that the log itself does not tell of."""
    HEAD_CHANGED = "head_changed"
    ANCHOR_BROKEN = "anchor_broken"
    ANCHOR_GONE = "anchor_gone"
    """What was noted is older than where the log now begins. Nobody can tell whether it was there."""


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
    Wrong.CHECKPOINT_CHANGED: "Loggen er forkortet, men ikke etter regelen",
    Wrong.HEAD_CHANGED: "Kjeden slutter ikke der den skal",
    Wrong.ANCHOR_BROKEN: "Kjeden går ikke gjennom seglet som var notert",
    Wrong.ANCHOR_GONE: "Seglet som var notert, er eldre enn der loggen begynner, og kan ikke prøves; noter et nyere",
}


@dataclass(frozen=True)
class Anchor:
    """A seal somebody noted outside the database."""

    seq: int
    hash: bytes


@dataclass(frozen=True)
class Start:
    """What stands before a seal: the chain's beginning, another seal, or the checkpoint that the log begins at."""

    seq: int = 0
    hash: bytes = NOTHING_YET
    place: Place = BEGINNING
    sealed_at: datetime | None = None
    has_key: bool = False


def after_seal(seal: AuditSeal) -> Start:
    return Start(seal.seq, seal.hash, batch_in(seal).last, seal.sealed_at, bool(seal.key_id))


@dataclass
class Report:
    """`unsealed`: written since the last seal, `oldest_unsealed_at` the first of them; not yet protected."""

    entries: int = 0
    seals: int = 0
    begins_after: int = 0
    """The last seal that was let go of; zero: the log is whole from its first day."""
    entries_gone: int = 0
    shortened_at: datetime | None = None
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


class Reading:
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


async def entries_after(session: AsyncSession, place: Place) -> AsyncIterator[Digested]:
    rows = await session.stream(entries_to_digest().where(after(place)).execution_options(yield_per=2_000))
    async for row in rows:
        yield digest_of(row)


def check_seal(report: Report, seal: AuditSeal, start: Start, keys: Keys) -> None:
    batch, key = batch_in(seal), keys.of(seal.key_id)
    if key is None:
        report.found(Wrong.KEY_UNKNOWN, seal.seq)
        return
    unlocked = start.has_key or (keys.secrets and seal.seq >= keys.since)
    if unlocked and not seal.key_id:
        report.found(Wrong.KEY_MISSING, seal.seq)
    hashed = hash_of(
        batch, seq=seal.seq, sealed_at=seal.sealed_at, previous=start.hash, key=key, named=seal.key_id
    )
    if hashed != seal.hash or batch.last <= start.place:
        report.found(Wrong.SEAL_CHANGED, seal.seq)


def check_entries(report: Report, seal: AuditSeal, entries: list[Digested], since: datetime | None) -> None:
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
