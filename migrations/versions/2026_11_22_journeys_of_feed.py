"""Journeys that only the feed tells of, what a leave can be taken back to, and when the last shift is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_journeys_of_feed"
down_revision = "2026_11_22_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("engagements", sa.Column("last_shift_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "journeys",
        sa.Column("told_by_feed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("journeys", sa.Column("ended_on_before", sa.Date(), nullable=True))
    op.add_column("feed_told", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("feed_told", sa.Column("ends_on", sa.Date(), nullable=True))
