"""A leader's figures are counted from what is open and what was solved lately, not from every case there ever was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_unit_figures"
down_revision = "2026_11_22_task_ticks"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('new', 'in_progress', 'waiting')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_tickets_org_unit_open", "tickets", ["org_unit_id"], postgresql_where=OPEN)
    op.create_index(
        "ix_tickets_org_unit_solved",
        "tickets",
        ["org_unit_id", "resolved_at"],
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
