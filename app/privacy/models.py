"""Requests for one's own data and for the public's, each with what was found and what was decided about it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged, Written

Cuts = list[list[Any]]
"""[start, end, key of the provision] of each passage that is held back."""


class InsightState(StrEnum):
    """asked → (gathered) review → approved → (built) released → expired; or withdrawn before it is released."""

    ASKED = "asked"
    REVIEW = "review"
    APPROVED = "approved"
    RELEASED = "released"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


UNDER_WAY = (InsightState.ASKED, InsightState.REVIEW, InsightState.APPROVED)
UNDER_WAY_SQL = "state IN ('asked', 'review', 'approved')"


class Outcome(StrEnum):
    GIVE = "give"
    WITHHOLD = "withhold"


class InsightRequest(Logged, Base):
    """Everything about one person, for that person (GDPR article 15)."""

    __tablename__ = "insight_requests"
    __table_args__ = (
        Index(
            "uq_insight_requests_under_way", "person_id", unique=True, postgresql_where=text(UNDER_WAY_SQL)
        ),
        Index("ix_insight_requests_waiting", "state", "id", postgresql_where=text(UNDER_WAY_SQL)),
        Index("ix_insight_requests_expires", "expires_at", postgresql_where=text("state = 'released'")),
        CheckConstraint("(state = 'released') <= (file_key IS NOT NULL)", name="file"),
    )
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[Instant]
    due_on: Mapped[date]
    """One month after it was asked (GDPR article 12(3))."""
    state: Mapped[InsightState]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    released_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    file_key: Mapped[str | None]
    file_size: Mapped[int | None]
    taken_until: Mapped[datetime | None]
    """While a node builds the file; after that another one may."""

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class ItemKind(StrEnum):
    """`about`: a case that somebody else asked for, and that names the person."""

    CASE = "case"
    ABOUT = "about"
    MESSAGE = "message"
    NOTE = "note"
    FILE = "file"


class Judged:
    """What was decided about one text or file. Cuts count only for the very text they were made in."""

    outcome: Mapped[Outcome | None]
    ground: Mapped[str | None]
    """The provision it is withheld by, a key of laws.yaml."""
    cuts: Mapped[Cuts] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    digest: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]


class InsightItem(Judged, Base):
    """One thing found; the text itself stays where it is until the file is made."""

    __tablename__ = "insight_items"
    __table_args__ = (UniqueConstraint("request_id", "kind", "source_id"),)
    id: Mapped[BigId]
    request_id: Mapped[int] = mapped_column(ForeignKey("insight_requests.id", ondelete="CASCADE"))
    kind: Mapped[ItemKind]
    source_id: Mapped[int]
    """A ticket's, message's or attachment's id, by its kind."""
    ticket_id: Mapped[int] = mapped_column(index=True)
    needs_review: Mapped[bool]
    """False: the person reads it on their own page already."""


class DocumentKind(StrEnum):
    CASE = "case"
    MESSAGE = "message"


class AccessDocument(Judged, Base):
    """One document found for a request under offentleglova; the request itself is a ticket."""

    __tablename__ = "access_documents"
    __table_args__ = (UniqueConstraint("request_ticket_id", "kind", "source_id"),)
    id: Mapped[BigId]
    request_ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[DocumentKind]
    source_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    title: Mapped[Written]
    """The neutral title that the public reads."""
    added_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    added_at: Mapped[Instant]


class AccessAnswer(Base):
    """What was given out, as it was given: it holds nothing of what was cut."""

    __tablename__ = "access_answers"
    id: Mapped[BigId]
    request_ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    answered_at: Mapped[Instant]
    words: Mapped[Written]
    content: Mapped[dict[str, Any]]
