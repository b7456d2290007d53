"""The numbers themselves: in no text, no index and no log, only here."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId


class HiddenNumber(Base):
    """What a mark in a text stands for. Its subject's retention takes it too."""

    __tablename__ = "hidden_numbers"
    __table_args__ = (Index("ix_hidden_numbers_subject", "subject_kind", "subject_id"),)
    id: Mapped[BigId]
    mark: Mapped[str] = mapped_column(unique=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    number: Mapped[str]
