"""How people want to be told what waits for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_reminders"
down_revision = "2026_11_22_access_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "reminder_choices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("weekday", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reminders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("feed_hash", sa.LargeBinary(), nullable=True),
        sa.Column("feed_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 4", name=op.f("ck_reminder_choices_weekday")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_reminder_choices_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_reminder_choices"),
        sa.UniqueConstraint("feed_hash", name="uq_reminder_choices_feed_hash"),
    )
