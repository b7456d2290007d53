"""Who people are by their issuers, what a session and a key tell about themselves, and systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_sign_in"
down_revision = "2026_11_22_retention"
branch_labels = None
depends_on = None
INSTANT = sa.DateTime(timezone=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def identities() -> None:
    op.create_table(
        "identities",
        _id(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_identities_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"])
    op.execute(
        "INSERT INTO identities (person_id, issuer, subject, created_at)"
        " SELECT id, issuer, subject, clock_timestamp() FROM persons"
    )


def sign_ins() -> None:
    op.create_table(
        "sign_ins",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issuer_key", sa.Text(), nullable=False),
        sa.Column("flow", postgresql.JSONB(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_sign_ins_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("token_hash", name="uq_sign_ins_token_hash"),
    )
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])


def systems() -> None:
    op.create_table(
        "systems",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_systems_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_systems"),
    )
    op.create_index(
        "uq_systems_client",
        "systems",
        ["authority", "client_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("ix_systems_person_id", "systems", ["person_id"])


def upgrade() -> None:
    identities()
    sign_ins()
    systems()
    op.add_column("sessions", sa.Column("authenticated_at", INSTANT, nullable=True))
    op.add_column("sessions", sa.Column("issuer_key", sa.Text(), server_default="demo", nullable=False))
    op.add_column("sessions", sa.Column("device", sa.Text(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("api_tokens", sa.Column("last_used_at", INSTANT, nullable=True))
    op.add_column("api_tokens", sa.Column("hint", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "approvals",
        sa.Column("recent_sign_in", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
