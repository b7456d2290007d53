"""An approval is a row that is asked once and decided once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged, Written
from service_catalog.schema import Authority


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Persons(Protocol):
    """Whom a question is about, as a row or as columns."""

    @property
    def requester_id(self) -> int: ...
    @property
    def beneficiary_id(self) -> int: ...
    @property
    def about_id(self) -> int | None: ...


def concerned(asked: Persons) -> frozenset[int]:
    """Whoever asked, and whom it is for and about: none of them answers."""
    return frozenset((asked.requester_id, asked.beneficiary_id, asked.about_id or asked.beneficiary_id))


class Approval(Logged, Base):
    """Whoever holds `authority` over `scope` may answer, and only while they hold it."""

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "step"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_once"),
        Index("ix_approvals_held", "authority", "scope", "subject_kind", "subject_id"),
        Index("ix_approvals_decided_by", "decided_by_id", "subject_kind", "subject_id"),
        Index(
            "ix_approvals_waiting",
            "authority",
            "scope",
            "asked_at",
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "ix_approvals_approver_waiting",
            "approver_id",
            "asked_at",
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "ix_approvals_chase",
            "chase_at",
            postgresql_where=text("outcome IS NULL AND chase_at IS NOT NULL"),
        ),
    )
    id: Mapped[BigId]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    step: Mapped[int] = mapped_column(server_default=text("1"))
    authority: Mapped[Authority]
    scope: Mapped[str]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Who is asked first; any holder of the authority may answer. None: nobody in particular."""
    requester_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    beneficiary_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """For whom it is, and whom it is about when that is a third: none of them approves it."""

    @property
    def concerned(self) -> frozenset[int]:
        return concerned(self)

    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[Instant]
    outcome: Mapped[Outcome | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[Written | None]
    decided_for_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Whose deputy answered."""
    answer_by: Mapped[datetime | None]
    """When an answer is looked for; None: nobody waits for it by a date."""
    chase_at: Mapped[datetime | None]
    """When it is next asked about; None: not by itself."""
    chased: Mapped[int] = mapped_column(server_default=text("0"))
    """How often that was."""
    recent_sign_in: Mapped[bool] = mapped_column(server_default=text("false"))
    """A yes is taken only from somebody who has just shown who they are."""


class PendingAnswer(Base):
    """An answer that may still be taken back; it counts from `due_at`, with the right its giver has then."""

    __tablename__ = "pending_answers"
    __table_args__ = (
        CheckConstraint("outcome IN ('approved','rejected')", name="outcome"),
        Index("ix_pending_answers_due_at", "due_at"),
        Index("ix_pending_answers_person_id", "person_id"),
    )
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    outcome: Mapped[Outcome]
    comment: Mapped[Written | None]
    signed_in_recently: Mapped[bool]
    """As it was given: seconds later is the same sign-in."""
    due_at: Mapped[Instant]
    refused: Mapped[str | None]
    """The code of why it could not be carried out; the question still stands."""
