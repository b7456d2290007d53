"""Versions of agreements, with what was proposed and who may adopt it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_agreement_versions"
down_revision = "2026_11_22_people_not_measured"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "agreement_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("proposer_id", sa.BigInteger(), nullable=True),
        sa.Column("introduced_by", sa.Text(), nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_at IS NULL)", name=op.f("ck_agreement_versions_settled_once")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') <= (proposer_id IS NOT NULL)",
            name=op.f("ck_agreement_versions_somebody_proposes"),
        ),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name="fk_agreement_versions_proposer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_versions"),
    )
    op.create_index(
        "uq_agreement_versions_standing",
        "agreement_versions",
        ["name", "version"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'adopted')"),
    )
