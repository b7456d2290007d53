"""What somebody has, and what they have shown so that they may have it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.plan import Origin, Standing, State
from app.database.model import Base, BigId, Instant, Logged
from service_catalog.access_schema import Prerequisite


class Grant(Logged, Base):
    """One entitlement of one person, from the asking to the end. At most one of each is not revoked."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint(
            "state IN ('requested','approved','ordered','granted','failed','unknown','revoked')", name="state"
        ),
        CheckConstraint("origin IN ('role','order','found')", name="origin"),
        CheckConstraint("until IS NULL OR origin = 'order'", name="until"),
        Index(
            "uq_grants_alive",
            "person_id",
            "entitlement",
            unique=True,
            postgresql_where=text("state <> 'revoked'"),
        ),
    )
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    entitlement: Mapped[str]
    """By its key in the catalogue."""
    state: Mapped[State]
    origin: Mapped[Origin]
    since: Mapped[date | None]
    """When it was granted, or last said to be needed still."""
    until: Mapped[date | None]
    """The last day of an order."""
    reason: Mapped[str | None]
    """Why it failed, as a code: of our own (`Objection`), or of the other system («graph 403»)."""
    escalated_on: Mapped[date | None]
    """When whoever gives it back was last told that nobody has confirmed it; only of what lives may depend on."""


class Paper(Base):
    """That something was shown, and how long it holds. What stood in it is kept nowhere."""

    __tablename__ = "papers"
    __table_args__ = (CheckConstraint("valid_until IS NULL OR valid_until >= shown_on", name="period"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    kind: Mapped[Prerequisite] = mapped_column(primary_key=True)
    shown_on: Mapped[date]
    valid_until: Mapped[date | None]


class Way(StrEnum):
    GIVE = "give"
    TAKE = "take"


class GrantOrder(Base):
    """The ticket in which a grant is given, or taken away, by hand. It goes with the ticket when that is destroyed;
    what the person has stays."""

    __tablename__ = "grant_orders"
    __table_args__ = (
        CheckConstraint("way IN ('give','take')", name="way"),
        Index("uq_grant_orders_open", "grant_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    )
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"), index=True)
    way: Mapped[Way]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What was asked for (`checking.digest_of_grant`): a yes to it is a yes to nothing else."""
    settled_at: Mapped[datetime | None]
    """When its outcome was taken into the grant; None: it is under way."""


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    VOID = "void"
    """It was not to be done after all, when its turn came."""


class Errand(Base):
    """That another system is to give one grant, or to take it away, and what became of it. One at a time of each."""

    __tablename__ = "access_errands"
    __table_args__ = (
        CheckConstraint("way IN ('give','take')", name="way"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled_once"),
        CheckConstraint("outcome IN ('done','failed','void')", name="outcome"),
        Index("uq_access_errands_open", "grant_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    )
    id: Mapped[BigId]
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"), index=True)
    way: Mapped[Way]
    system: Mapped[str]
    """By its key in the catalogue."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    ticket_id: Mapped[int | None]
    """In which it was approved; no reference, for the ticket may be destroyed before."""
    ordered_at: Mapped[Instant]
    begun_at: Mapped[datetime | None]
    """Written before the other system is called: from here on, what it has is unknown until it says so."""
    reason: Mapped[str | None]
    """What it said the last time, as a code."""
    alarmed_at: Mapped[datetime | None]
    """When people were told that it is not taken away."""
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]


class TargetAccount(Base):
    """What another system calls somebody, as it said itself."""

    __tablename__ = "target_accounts"
    __table_args__ = (UniqueConstraint("system", "ref"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str]


class TargetReading(Base):
    """When another system was last read back, and what of it is nobody's here."""

    __tablename__ = "target_readings"
    system: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime | None]
    """Somebody wants it read now."""
    read_at: Mapped[datetime | None]
    strangers: Mapped[int] = mapped_column(server_default=text("0"))
    """Accounts with something of ours that belong to nobody we know."""
    found: Mapped[int] = mapped_column(server_default=text("0"))
    lost: Mapped[int] = mapped_column(server_default=text("0"))
    held_back: Mapped[int] = mapped_column(server_default=text("0"))
    """So many were gone at once that nothing was concluded from it."""
    reason: Mapped[str | None]
    """Why it could not be read the last time, as a code."""


class AccessStop(Base):
    """So much would have been taken away at once that nothing was, until somebody has looked at it."""

    __tablename__ = "access_stops"
    __table_args__ = (
        Index("uq_access_stops_open", text("(1)"), unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    id: Mapped[BigId]
    stopped_at: Mapped[Instant]
    most: Mapped[int]
    """How many may be taken away in one round; when it is released, as many as were seen then."""
    would_take: Mapped[int]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    released_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When a round went through."""


class Answer(StrEnum):
    KEEP = "keep"
    END = "end"


class Review(Logged, Base):
    """One leader's look through what their people have access to, in one round. Closed: everything was answered."""

    __tablename__ = "access_reviews"
    __table_args__ = (UniqueConstraint("round", "leader_id"),)
    id: Mapped[BigId]
    round: Mapped[str]
    """«2026-2»: the second of the year."""
    leader_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    due_at: Mapped[Instant]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    passed_up_at: Mapped[datetime | None]
    """When the leader above was told that nobody had answered."""


class ReviewAnswer(Base):
    """The evidence: what somebody had, how it stood, and what their leader said of it."""

    __tablename__ = "access_review_answers"
    __table_args__ = (CheckConstraint("answer IN ('keep','end')", name="answer"),)
    review_id: Mapped[int] = mapped_column(ForeignKey("access_reviews.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    entitlement: Mapped[str] = mapped_column(primary_key=True)
    standing: Mapped[Standing]
    """As it was when it was answered."""
    answer: Mapped[Answer]
    looked_at: Mapped[bool]
    """Answered for itself; False: confirmed with the rest, because nothing was amiss."""
