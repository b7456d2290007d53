"""What people have access to, and what they have shown so that they may have it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_grants"
down_revision = "2026_11_22_deliveries_whole"
branch_labels = None
depends_on = None
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('requested','approved','ordered','granted','failed','unknown','revoked')",
            name=op.f("ck_grants_state"),
        ),
        sa.CheckConstraint("origin IN ('role','order','found')", name=op.f("ck_grants_origin")),
        sa.CheckConstraint("until IS NULL OR origin = 'order'", name=op.f("ck_grants_until")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_grants_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_person_id", "grants", ["person_id"])
    op.create_index(
        "uq_grants_alive",
        "grants",
        ["person_id", "entitlement"],
        unique=True,
        postgresql_where=sa.text("state <> 'revoked'"),
    )
    op.create_table(
        "papers",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= shown_on", name=op.f("ck_papers_period")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_papers_person_id"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_papers"),
    )
