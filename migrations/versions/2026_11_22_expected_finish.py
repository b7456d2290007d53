"""How long groups of tickets have taken, and how many wait: what «forventet ferdig» is read from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_expected_finish"
down_revision = "2026_11_22_shared_needs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expected_finish",
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("times", postgresql.ARRAY(sa.Double()), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("basis", "key", name="pk_expected_finish"),
    )
    op.create_table(
        "expected_queues",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", name="pk_expected_queues"),
    )
