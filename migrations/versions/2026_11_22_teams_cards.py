"""Where cards about what waits are posted in Teams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_teams_cards"
down_revision = "2026_11_22_access_escalated"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("reminder_choices", sa.Column("teams_url", sa.Text(), nullable=True))
    op.add_column("reminder_choices", sa.Column("teams_made_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_reminder_choices_teams"), "reminder_choices", "(teams_url IS NULL) = (teams_made_at IS NULL)"
    )
