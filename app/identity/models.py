"""Identities, sessions of browsers, keys of programs, and systems: rows, revocable, secrets only as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.database.model import Base, BigId, Instant


class Identity(Base):
    """A person as one issuer knows them: issuer + subject, never an e-mail address (design decision 10)."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    """As the issuer says it, or a keyed hash of it where it is a national identity number."""
    created_at: Mapped[Instant]
    last_used_at: Mapped[datetime | None]


class SignIn(Base):
    """Somebody on the way to an issuer and back. Taken once, by the browser that began it, within minutes."""

    __tablename__ = "sign_ins"
    id: Mapped[BigId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issuer_key: Mapped[str]
    flow: Mapped[dict[str, Any]]
    """State, nonce and PKCE verifier."""
    back: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Who must come back, when somebody proves anew who they are."""
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)


class BrowserSession(Base):
    __tablename__ = "sessions"
    id: Mapped[BigId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    language: Mapped[str | None]
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[datetime | None]
    authenticated_at: Mapped[datetime | None]
    """When the person last proved who they are, by the issuer's word (`auth_time`); None when it did not say."""
    issuer_key: Mapped[str] = mapped_column(server_default="demo")
    """`oidc`, `idporten`, or `demo`."""
    device: Mapped[str] = mapped_column(server_default="")
    """«Chrome, Windows»: enough to know one's own machines by."""
    address: Mapped[str | None]


class ApiToken(Base):
    """A person's API key."""

    __tablename__ = "api_tokens"
    id: Mapped[BigId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Instant]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    hint: Mapped[str] = mapped_column(server_default="")
    """The last characters, to know it by."""


class System(Base):
    """Another system, known by its client id with the issuer of its access tokens; it acts as a person of its own."""

    __tablename__ = "systems"
    __table_args__ = (
        Index(
            "uq_systems_client",
            "authority",
            "client_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
    id: Mapped[BigId]
    name: Mapped[str]
    authority: Mapped[str]
    client_id: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Instant]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class GlassOpening(Base):
    """Somebody broke the glass to a case that is not theirs: why, and how long. Never changed, never deleted."""

    __tablename__ = "glass_openings"
    __table_args__ = (
        Index("ix_glass_openings_person", "person_id", "ends_at"),
        Index("ix_glass_openings_ticket", "ticket_id", "id"),
        CheckConstraint("ends_at > opened_at", name="ends"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )
    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str]
    opened_at: Mapped[Instant]
    ends_at: Mapped[Instant]
