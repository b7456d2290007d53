"""Steps that were decided, clocks of a part and in periods, and what the nearest clock of a ticket was promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_clock_steps"
down_revision = "2026_11_22_reading_indexes"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("clocks", sa.Column("part", sa.Text(), server_default="", nullable=False))
    op.add_column("clocks", sa.Column("period", sa.BigInteger(), server_default="1", nullable=False))
    op.create_unique_constraint(
        "uq_clocks_subject_kind_subject_id_kind_part",
        "clocks",
        ["subject_kind", "subject_id", "kind", "part"],
    )
    op.drop_constraint("uq_clocks_subject_kind_subject_id_kind", "clocks")
    op.create_table(
        "clock_steps",
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name="fk_clock_steps_clock_id"),
        sa.PrimaryKeyConstraint("clock_id", "period", "step", name="pk_clock_steps"),
    )
    op.add_column("tickets", sa.Column("sort_target", sa.Interval(), nullable=True))
