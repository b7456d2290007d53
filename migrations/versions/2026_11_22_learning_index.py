"""Openings and endings in the order they happened: reading four months of them was one long sort."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "2026_11_22_learning_index"
down_revision = "2026_11_22_audit_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_events_taken",
        "events",
        ["at", "subject_id", "seq"],
        postgresql_where=text("kind IN ('ticket.opened', 'ticket.resolved')"),
    )


def downgrade() -> None:
    op.drop_index("ix_events_taken", "events")
