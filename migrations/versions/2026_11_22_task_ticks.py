"""The steps of a task's checklist that are done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_task_ticks"
down_revision = "2026_11_22_teams_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "task_ticks",
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("ticked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_ticks_task_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticked_by_id"], ["persons.id"], name="fk_task_ticks_ticked_by_id"),
        sa.PrimaryKeyConstraint("task_id", "step", name="pk_task_ticks"),
    )
