"""Published versions; a ticket keeps the one it was opened under."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant


class CatalogueVersion(Base):
    """The whole of what was published, agreements and calendars with their closed dates included. Never changed."""

    __tablename__ = "catalogue_versions"
    id: Mapped[BigId]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[dict[str, Any]]
    published_at: Mapped[Instant]
    published_by: Mapped[str]
