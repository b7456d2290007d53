"""A report knows the day it was closed, and what was destroyed leaves a record that names nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_report_retention"
down_revision = "2026_11_22_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("whistleblowing_reports", sa.Column("closed_on", sa.Date(), nullable=True))
    # When those were closed is written nowhere: their time runs from today, which destroys nothing too early.
    op.execute("UPDATE whistleblowing_reports SET closed_on = current_date WHERE state = 'closed'")
    op.create_table(
        "whistleblowing_destructions",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_whistleblowing_destructions"),
    )
    op.execute("REVOKE UPDATE, DELETE ON whistleblowing_destructions FROM skranke_app")
