"""What somebody has, and what they have shown so that they may have it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.plan import Origin, State
from app.database.model import Base, BigId, Logged
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
    settled_at: Mapped[datetime | None]
    """When its outcome was taken into the grant; None: it is under way."""
