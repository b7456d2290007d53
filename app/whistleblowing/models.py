"""Reports and what is said in them. Days, not instants: the clock of a log must not tell who wrote."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Written


class State(StrEnum):
    RECEIVED = "received"
    EXAMINED = "examined"
    """The mottak looks into it."""
    CLOSED = "closed"


class Report(Base):
    """What somebody reported. Nothing in it says who, unless they wrote it themselves."""

    __tablename__ = "whistleblowing_reports"
    __table_args__ = (
        CheckConstraint("state IN ('received','examined','closed')", name="state"),
        CheckConstraint("length(body) > 0", name="body"),
    )
    id: Mapped[BigId]
    reference: Mapped[str] = mapped_column(unique=True)
    """What the mottak calls it; random, so that it counts nothing."""
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Of the code that only the reporter has."""
    about: Mapped[Written]
    """Here and below, identity numbers are gone for good: nobody in this room needs one."""
    body: Mapped[Written]
    signature: Mapped[Written]
    """Name and how to be reached, when the reporter wishes to stand forth; else empty."""
    filed_on: Mapped[date] = mapped_column(Date)
    state: Mapped[State] = mapped_column(default=State.RECEIVED)
    closed_on: Mapped[date | None] = mapped_column(Date)
    """From when its time runs; None while it is open."""


class Withheld(Base):
    """A recipient whom the reporter asked not to let read it: it may be about them."""

    __tablename__ = "whistleblowing_withheld"
    report_id: Mapped[int] = mapped_column(ForeignKey("whistleblowing_reports.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)


class Kind(StrEnum):
    REPORTER = "reporter"
    RECIPIENT = "recipient"
    NOTE = "note"
    """Between the recipients."""


class Line(Base):
    """One thing said. `author_id` is a recipient; what the reporter says has no author."""

    __tablename__ = "whistleblowing_lines"
    __table_args__ = (
        UniqueConstraint("report_id", "key"),
        Index("ix_whistleblowing_lines_report", "report_id", "id"),
        CheckConstraint("(kind = 'reporter') = (author_id IS NULL)", name="author"),
        CheckConstraint("kind IN ('reporter','recipient','note')", name="kind"),
    )
    id: Mapped[BigId]
    report_id: Mapped[int] = mapped_column(ForeignKey("whistleblowing_reports.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[Kind]
    body: Mapped[Written]
    key: Mapped[str]
    """Of the form it was written in: sent twice, said once."""
    said_on: Mapped[date] = mapped_column(Date)


class DestroyedReport(Base):
    """That a report was destroyed. Not who, whom it was about, or what it said; never changed, never deleted."""

    __tablename__ = "whistleblowing_destructions"
    reference: Mapped[str] = mapped_column(primary_key=True)
    destroyed_on: Mapped[date] = mapped_column(Date)
    basis: Mapped[str]
    """The rule, by its keys in the catalogue."""
