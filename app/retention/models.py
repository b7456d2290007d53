"""Holds, destruction lists and packages: what is left to tell when the cases themselves are gone."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged

SUBJECT = "destruction"
"""As approvals and events call a list."""


class HoldOn(StrEnum):
    """What a hold keeps from destruction."""

    TICKET = "ticket"
    PERSON = "person"
    """Everything this person asked for."""
    SERVICE = "service"
    UNIT = "unit"


class LegalHold(Base):
    """Somebody needs it: a lawsuit, a supervision, a request for access. Stops destruction until it is lifted."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        Index("ix_legal_holds_standing", "scope", "subject", postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted"),
    )
    id: Mapped[BigId]
    scope: Mapped[HoldOn]
    subject: Mapped[str]
    """A ticket's or a person's id, or the key of a service or unit."""
    reason: Mapped[str]
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    placed_at: Mapped[Instant]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    lifted_at: Mapped[datetime | None]


class State(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    DONE = "done"


class Destruction(Logged, Base):
    """A destruction list (kassasjonsliste): proposed by one, approved by another, then carried out case by case.

    With its lines it is the record of the destruction, and is never deleted.
    """

    __tablename__ = "destructions"
    __table_args__ = (CheckConstraint("decided_by_id <> proposed_by_id", name="two_persons"),)
    id: Mapped[BigId]
    state: Mapped[State]
    catalogue_version: Mapped[int] = mapped_column(ForeignKey("catalogue_versions.id"))
    """Whose retention rules were applied."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    proposed_at: Mapped[Instant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Action(StrEnum):
    DELETE = "delete"
    ANONYMISE = "anonymise"


class DestructionLine(Base):
    """One case on the list: which, by which rule; nothing of whom it was about."""

    __tablename__ = "destruction_lines"
    __table_args__ = (
        UniqueConstraint("destruction_id", "ticket_id"),
        Index("ix_destruction_lines_ticket", "ticket_id"),
        Index(
            "ix_destruction_lines_waiting",
            "destruction_id",
            "ticket_id",
            postgresql_where=text("done_at IS NULL AND kept_because IS NULL"),
        ),
    )
    id: Mapped[BigId]
    destruction_id: Mapped[int] = mapped_column(ForeignKey("destructions.id"))
    ticket_id: Mapped[int]
    """No foreign key: the line outlives the case."""
    service: Mapped[str]
    unit: Mapped[str]
    action: Mapped[Action]
    basis: Mapped[str]
    """The rule in words a record keeper reads: «5 år etter 31.12 i avslutningsåret; arkivlova § …»."""
    closed_on: Mapped[date]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    kept_because: Mapped[str | None]
    """Why it was not destroyed after all: «held», «not_due»…; it may stand on a later list."""


class Package(Base):
    """Closed cases as they were handed to the archive; a file in the store, with its checksum."""

    __tablename__ = "archive_packages"
    __table_args__ = (
        CheckConstraint(
            "(made_at IS NOT NULL OR key IS NULL)"
            " AND (made_at IS NULL OR key IS NOT NULL OR received_at IS NOT NULL)",
            name="made",
        ),
        CheckConstraint("received_at IS NULL OR made_at IS NOT NULL", name="received"),
    )
    id: Mapped[BigId]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """None: asked for from the terminal."""
    asked_at: Mapped[Instant]
    made_at: Mapped[datetime | None]
    key: Mapped[str | None]
    """Where it lies in the store of attachments; None while it is being made, and when it is forgotten here."""
    cases: Mapped[int] = mapped_column(server_default="0")
    size: Mapped[int] = mapped_column(server_default="0")
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt: Mapped[str | None]
    """The archive core's own reference; what is to be preserved is not destroyed here before there is one."""
    received_at: Mapped[datetime | None]


class PackagedCase(Base):
    __tablename__ = "packaged_cases"
    package_id: Mapped[int] = mapped_column(ForeignKey("archive_packages.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(primary_key=True, index=True)


class Leaving(StrEnum):
    """How it stands with the name of somebody who left longer ago than the rule keeps it."""

    NOTICED = "noticed"
    """It goes when it has stood on the list for a while."""
    HELD = "held"
    NEEDED = "needed"
    """Something that is kept by another rule names them: a case, an approval, a place they still lead."""
    FORGOTTEN = "forgotten"


class Leaver(Base):
    """Somebody who left so long ago that their name is to go, and then the record that it went, and by which rule."""

    __tablename__ = "leavers"
    __table_args__ = (
        CheckConstraint("standing IN ('noticed','held','needed','forgotten')", name="standing"),
        CheckConstraint("(standing = 'forgotten') = (done_on IS NOT NULL)", name="forgotten"),
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    left_on: Mapped[date]
    noticed_on: Mapped[date]
    standing: Mapped[Leaving]
    basis: Mapped[str]
    """The rule, by its keys in the catalogue (`Processing.rule`)."""
    done_on: Mapped[date | None]
