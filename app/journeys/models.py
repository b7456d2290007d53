"""One journey of one person, and its steps."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, InstantOrNever, Logged, Written
from service_catalog.journey_schema import JourneyKind, OwnerKind, PayType


class JourneyState(StrEnum):
    ACTIVE = "active"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class StepState(StrEnum):
    WAITING = "waiting"
    """It has not begun: its day has not come, or something else must be done first."""
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    """The ticket could not be opened, or ended without a solution: somebody must decide what to do."""
    DROPPED = "dropped"


class JourneyRow(Logged, Base):
    """A journey of the catalogue, begun for somebody."""

    __tablename__ = "journeys"
    __table_args__ = (
        CheckConstraint("state IN ('active','done','withdrawn')", name="state"),
        CheckConstraint("kind IN ('join','move','leave','contract')", name="kind"),
        Index(
            "uq_journeys_active",
            "engagement_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_journeys_next", "next_at", "id", postgresql_where=text("state = 'active'")),
    )
    id: Mapped[BigId]
    template: Mapped[str]
    """By its key in the catalogue."""
    kind: Mapped[JourneyKind]
    catalogue_version: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagements.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    """The leader who answers for it."""
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    day: Mapped[date]
    """Of a joiner the first day, of a leaver the last, of a mover the first in the new job."""
    told_by_feed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nobody ordered it: the feed told of the job, and the day is the feed's."""
    ended_on_before: Mapped[date | None]
    """Of whoever leaves by their leader's word: the last day that the job had until then; put back when they stay."""
    state: Mapped[JourneyState]
    begun_at: Mapped[Instant]
    next_at: Mapped[datetime] = mapped_column(InstantOrNever())
    """When it is looked at again."""


class JourneyStep(Base):
    """One step of one journey. What it says stands in the catalogue's version."""

    __tablename__ = "journey_steps"
    __table_args__ = (
        UniqueConstraint("journey_id", "key"),
        CheckConstraint("state IN ('waiting','open','done','failed','dropped')", name="state"),
        CheckConstraint("owner IN ('leader','newcomer','unit','system')", name="owner"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
    )
    id: Mapped[BigId]
    journey_id: Mapped[int] = mapped_column(ForeignKey("journeys.id"))
    place: Mapped[int]
    """Its place in the list."""
    key: Mapped[str]
    owner: Mapped[OwnerKind]
    state: Mapped[StepState]
    opens_at: Mapped[Instant]
    due_at: Mapped[Instant]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """None: it closed by itself, or by its ticket."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"), unique=True)
    """Goes when the ticket is destroyed; that the step was done stays."""
    problem: Mapped[str | None]
    """Why it failed, as a code."""


class WelcomeLink(Base):
    """The personal link to what a newcomer may read before anybody knows who they are. The code itself is not kept."""

    __tablename__ = "welcome_links"
    __table_args__ = (
        Index(
            "uq_welcome_links_alive", "journey_id", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
    )
    id: Mapped[BigId]
    journey_id: Mapped[int] = mapped_column(ForeignKey("journeys.id"))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """None only until it is made, in the same transaction."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """When it was first opened."""


class PayrollRun(Base):
    """One run of the payroll, and the last day on which what is to be in it must have come. Lønn keeps the list."""

    __tablename__ = "payroll_runs"
    __table_args__ = (
        UniqueConstraint("pay", "pays_on"),
        CheckConstraint("pay IN ('monthly','hourly')", name="pay"),
        CheckConstraint("closes_on <= pays_on", name="closes"),
    )
    id: Mapped[BigId]
    pay: Mapped[PayType]
    pays_on: Mapped[date]
    closes_on: Mapped[date]


class Signing(Base):
    """A step in which both parties sign: when each did, and the signing service's receipt."""

    __tablename__ = "signings"
    __table_args__ = (
        CheckConstraint("(employer_at IS NULL) = (employer_receipt IS NULL)", name="employer"),
        CheckConstraint("(employee_at IS NULL) = (employee_receipt IS NULL)", name="employee"),
    )
    step_id: Mapped[int] = mapped_column(ForeignKey("journey_steps.id"), primary_key=True)
    employer_at: Mapped[datetime | None]
    employer_receipt: Mapped[str | None]
    employee_at: Mapped[datetime | None]
    employee_receipt: Mapped[str | None]


class Occasion(StrEnum):
    """When somebody is asked what they see with fresh eyes."""

    MONTH = "month"
    QUARTER = "quarter"
    LEAVING = "leaving"


class FreshEyes(Base):
    """One asking, and its answers; empty until they come. They are kept so that they can become measures."""

    __tablename__ = "fresh_eyes"
    __table_args__ = (
        UniqueConstraint("journey_id", "occasion"),
        CheckConstraint("occasion IN ('month','quarter','leaving')", name="occasion"),
        CheckConstraint("ready BETWEEN 1 AND 5", name="ready"),
        CheckConstraint("(ready IS NULL) = (answered_at IS NULL)", name="answered"),
    )
    id: Mapped[BigId]
    journey_id: Mapped[int] = mapped_column(ForeignKey("journeys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    occasion: Mapped[Occasion]
    asked_at: Mapped[Instant]
    answered_at: Mapped[datetime | None]
    ready: Mapped[int | None]
    """How ready everything was, from 1 to 5."""
    surprised: Mapped[Written] = mapped_column(server_default="")
    better: Mapped[Written] = mapped_column(server_default="")
    keep: Mapped[Written] = mapped_column(server_default="")
