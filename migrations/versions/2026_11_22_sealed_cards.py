"""Where cards in Teams are posted is kept sealed; and mails about what one is asked can be turned off.

An address that stood in clear is not carried over: the key is not for the database to know. It is connected again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_sealed_cards"
down_revision = "2026_11_22_leavers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_reminder_choices_teams"), "reminder_choices")
    op.drop_column("reminder_choices", "teams_url")
    op.add_column("reminder_choices", sa.Column("teams_sealed", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE reminder_choices SET teams_made_at = NULL")
    op.create_check_constraint(
        op.f("ck_reminder_choices_teams"),
        "reminder_choices",
        "(teams_sealed IS NULL) = (teams_made_at IS NULL)",
    )
    op.add_column(
        "reminder_choices", sa.Column("asked", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
