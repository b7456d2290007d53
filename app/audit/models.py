"""Entries that are only ever added, and the seals that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.kinds import AuditKind
from app.database.model import Base, BigId, Instant, Xid8


class AuditEntry(Base):
    """One thing that a security officer may have to answer for.

    Payloads hold ids, keys, enums and instants, never text that people wrote. The application may write neither
    `id`, `epoch`, `xid` nor `at`: those are the database's, so that nobody writes in yesterday's page.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_cursor", "epoch", "xid", "id"),
        Index("ix_audit_entries_kind", "kind", "id"),
        Index("ix_audit_entries_actor", "actor_id", "id"),
        Index("ix_audit_entries_subject", "subject_kind", "subject_id", "id"),
        Index(
            "ix_audit_entries_concerns", "concerns_id", "id", postgresql_where=text("concerns_id IS NOT NULL")
        ),
    )

    id: Mapped[BigId]
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[Instant] = mapped_column(server_default=text("clock_timestamp()"))
    kind: Mapped[AuditKind]
    actor_id: Mapped[int | None]
    """The person who did it; None when the system did, or nobody who is known."""
    acting_for_id: Mapped[int | None]
    system: Mapped[str | None]
    session_id: Mapped[int | None]
    subject_kind: Mapped[str] = mapped_column(server_default="")
    subject_id: Mapped[int | None]
    concerns_id: Mapped[int | None]
    """The person whom it is about, who may ask who read: kept when the case itself is long destroyed."""
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class AuditSeal(Base):
    """A batch of entries, in the order (epoch, xid, id), closed for ever; each holds the one before it."""

    __tablename__ = "audit_seals"
    __table_args__ = (CheckConstraint("entries > 0 AND seq > 0", name="something"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3, … without gaps."""
    sealed_at: Mapped[Instant]
    first_id: Mapped[int]
    last_epoch: Mapped[int]
    last_xid: Mapped[int] = mapped_column(Xid8)
    last_id: Mapped[int]
    entries: Mapped[int]
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    """Eight bytes of each entry's digest, in order: tells which entry differs, not only that one does."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the entries' digests."""
    key_id: Mapped[str]
    """Which key the chain was hashed with; empty: none."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of everything above and of the previous seal's hash."""


class AuditCheckpoint(Base):
    """Where the log begins after it was shortened: the last seal that went, and how much went with it in all."""

    __tablename__ = "audit_checkpoints"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of that seal; the one after it holds it too."""
    sealed_at: Mapped[Instant]
    last_epoch: Mapped[int]
    last_xid: Mapped[int] = mapped_column(Xid8)
    last_id: Mapped[int]
    entries_gone: Mapped[int]
    shortened_at: Mapped[Instant]
    basis: Mapped[str]
    """The rule, by its keys in the catalogue."""
    key_id: Mapped[str]
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    """Of everything above, so that nobody without the key lets go of anything."""


class AuditHead(Base):
    """The one row that says how far the chain goes: sealers take turns on it, and a cut-off end is missed."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]
