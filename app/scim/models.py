"""What a SCIM client has pushed, and whom it is about. The document is only what it may tell us, never more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant


class Pushed:
    """A SCIM resource. `version` is its ETag, and rises with every change."""

    external_id: Mapped[str | None] = mapped_column(index=True)
    document: Mapped[dict[str, Any]]
    """Without id, meta, groups, members and the user of a job, which stand in columns and rows."""
    version: Mapped[int]
    created_at: Mapped[Instant]
    modified_at: Mapped[Instant]


class ScimUser(Pushed, Base):
    __tablename__ = "scim_users"
    id: Mapped[BigId]
    user_name: Mapped[str] = mapped_column(unique=True)
    """As it is compared: lower case, NFC."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), unique=True)
    """None while somebody is asked whom it is about."""


class ScimGroup(Pushed, Base):
    __tablename__ = "scim_groups"
    id: Mapped[BigId]
    display_name: Mapped[str] = mapped_column(index=True)
    """As it is compared."""


class ScimEngagement(Pushed, Base):
    """One job, or a period of it, as the client tells of it. What it has become stands in `engagements`."""

    __tablename__ = "scim_engagements"
    id: Mapped[BigId]
    user_id: Mapped[int] = mapped_column(ForeignKey("scim_users.id", ondelete="CASCADE"), index=True)


class ScimMember(Base):
    __tablename__ = "scim_members"
    group_id: Mapped[int] = mapped_column(ForeignKey("scim_groups.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("scim_users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
