"""Rows that wait for a person: to say who it is, or to mend what could not be used."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.database.model import Base, BigId, Instant


class ToldJob(Base):
    """What a source said last about a job, as a digest: it concludes something only when it says something new.

    Else the leader's word today («slutter») would be undone tonight by a file in which nobody has written it yet.
    """

    __tablename__ = "feed_told"
    key: Mapped[str] = mapped_column(primary_key=True)
    """As `Engagement.feed_key`."""
    digest: Mapped[str]
    starts_on: Mapped[date | None]
    """Of the last period it told of; None: told before this was kept."""
    ends_on: Mapped[date | None]


class WaitingRow(Base):
    """What a source said last about somebody, where it could not all be used. Gone when it can."""

    __tablename__ = "feed_rows"
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[dict[str, Any]]
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    """Whom it is about; None while somebody is asked, or when nobody can tell."""
    told_at: Mapped[Instant]


class Outcome(StrEnum):
    OPEN = "open"
    SAME = "same"
    OTHER = "other"


class FeedMatch(Base):
    """That a row may be about somebody who was expected: asked of a person, answered once, and remembered."""

    __tablename__ = "feed_matches"
    __table_args__ = (
        CheckConstraint("outcome IN ('open','same','other')", name="outcome"),
        CheckConstraint("(outcome = 'open') = (decided_at IS NULL)", name="decided"),
        Index("uq_feed_matches_pair", "source", "key", "candidate_id", unique=True),
        Index("ix_feed_matches_open", "id", postgresql_where=text("outcome = 'open'")),
    )
    id: Mapped[BigId]
    source: Mapped[str]
    key: Mapped[str]
    candidate_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    outcome: Mapped[Outcome] = mapped_column(server_default="open")
    asked_at: Mapped[Instant]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
