"""Versions of agreements: proposed by one, adopted by two others, and never changed after."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged

SUBJECT = "agreement_version"
"""As approvals and events call it."""


class State(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    """In force from its own `valid_from`, or from the adoption when that came later."""
    REJECTED = "rejected"
    VOID = "void"
    """Withdrawn, or written anew before it was adopted; what was approved of it counts for nothing."""


class AgreementVersion(Logged, Base):
    """`content` is what was proposed, word for word: the agreement, and the calendar it is counted in."""

    __tablename__ = "agreement_versions"
    __table_args__ = (
        Index(
            "uq_agreement_versions_standing",
            "name",
            "version",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'adopted')"),
        ),
        CheckConstraint("(state = 'proposed') = (settled_at IS NULL)", name="settled_once"),
        CheckConstraint("(state = 'proposed') <= (proposer_id IS NOT NULL)", name="somebody_proposes"),
    )
    id: Mapped[BigId]
    name: Mapped[str]
    version: Mapped[int]
    provider: Mapped[str]
    state: Mapped[State]
    content: Mapped[dict[str, Any]]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """None: it stood in the installation's first catalogue and was taken over as it was, by `introduced_by`."""
    introduced_by: Mapped[str | None]
    proposed_at: Mapped[Instant]
    settled_at: Mapped[datetime | None]
