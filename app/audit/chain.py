"""The arithmetic of the chain: what an entry's digest is, what a seal's hash covers, and with which key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Select, Text, cast, select

from app.audit.models import AuditEntry, AuditSeal
from app.settings import Settings

MARK_BYTES = 8
NOTHING_YET = bytes(32)
"""What the first seal has before it."""

Place = tuple[int, int, int]
"""(epoch, xid, id): the order of commits that nothing can overtake any more (design decision 4)."""
BEGINNING: Place = (0, 0, 0)


@dataclass(frozen=True)
class Keys:
    """Secrets of the installation, newest first; with none, the chain is hashed without a key.

    With a key kept outside the database, its owner cannot make a false chain that fits; without one, only a head
    noted elsewhere tells (`skranke audit verify --head`).
    """

    secrets: tuple[bytes, ...] = ()
    since: int = 1
    """From this seal on there must be a key, when there is one: else a false chain would simply go without."""

    @property
    def newest(self) -> str:
        return key_id(self.secrets[0]) if self.secrets else ""

    def of(self, wanted: str) -> bytes | None:
        """The secret with that id, empty for «no key»; None when this installation does not have it."""
        if wanted == "":
            return b""
        return next((secret for secret in self.secrets if key_id(secret) == wanted), None)


def keys_of(settings: Settings) -> Keys:
    newest = settings.audit_key.get_secret_value() if settings.audit_key else ""
    old = settings.audit_old_keys.get_secret_value() if settings.audit_old_keys else ""
    return Keys(
        tuple(each.strip().encode() for each in (newest, *old.split(",")) if each.strip()),
        settings.audit_key_since,
    )


def key_id(secret: bytes) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"skranke audit key\0" + secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Digested:
    """One entry as the chain sees it."""

    place: Place
    at: datetime
    digest: bytes

    @property
    def id(self) -> int:
        return self.place[2]

    @property
    def mark(self) -> bytes:
        return self.digest[:MARK_BYTES]


def entries_to_digest() -> Select[*tuple[Any, ...]]:
    """Every column, the payload as PostgreSQL writes it: parsing would make 1.0 and 1.00 alike."""
    e = AuditEntry
    return select(
        e.epoch,
        cast(cast(e.xid, Text), BigInteger).label("xid"),
        e.id,
        e.at,
        cast(e.kind, Text),
        e.actor_id,
        e.acting_for_id,
        e.system,
        e.session_id,
        e.subject_kind,
        e.subject_id,
        e.concerns_id,
        cast(e.payload, Text),
    ).order_by(e.epoch, e.xid, e.id)


def digest_of(row: Sequence[Any]) -> Digested:
    """Of a row of `entries_to_digest`. JSON keeps the columns apart: no two rows have the same bytes."""
    epoch, xid, entry_id, at = row[:4]
    written = orjson.dumps(list(row), option=orjson.OPT_UTC_Z)
    return Digested((epoch, xid, entry_id), at, hashlib.sha256(written).digest())


@dataclass(frozen=True)
class Batch:
    """What a seal closes."""

    first_id: int
    last: Place
    entries: int
    marks: bytes
    digest: bytes


def batch_of(entries: Iterable[Digested]) -> Batch:
    """Raises ValueError for nothing: an empty seal says nothing."""
    everything = list(entries)
    if not everything:
        raise ValueError("a seal closes at least one entry")
    return Batch(
        first_id=everything[0].id,
        last=everything[-1].place,
        entries=len(everything),
        marks=b"".join(entry.mark for entry in everything),
        digest=hashlib.sha256(b"".join(entry.digest for entry in everything)).digest(),
    )


def hash_of(batch: Batch, *, seq: int, sealed_at: datetime, previous: bytes, key: bytes, named: str) -> bytes:
    """HMAC-SHA-256 with the key, or SHA-256 without one, of the batch and of all that was before it."""
    facts = [seq, sealed_at, batch.first_id, *batch.last, batch.entries, named]
    told = orjson.dumps(facts, option=orjson.OPT_UTC_Z) + batch.marks + batch.digest + previous
    return hmac.digest(key, told, "sha256") if key else hashlib.sha256(told).digest()


def batch_in(seal: AuditSeal) -> Batch:
    return Batch(
        seal.first_id,
        (seal.last_epoch, int(seal.last_xid), seal.last_id),
        seal.entries,
        seal.marks,
        seal.digest,
    )
