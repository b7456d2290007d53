"""Personal links to what a newcomer reads before the first day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_welcome_links"
down_revision = "2026_11_22_tasks"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "welcome_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("journey_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["journey_id"], ["journeys.id"], name="fk_welcome_links_journey_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name="fk_welcome_links_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_welcome_links"),
        sa.UniqueConstraint("code_hash", name="uq_welcome_links_code_hash"),
    )
    op.create_index(
        "uq_welcome_links_alive",
        "welcome_links",
        ["journey_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
