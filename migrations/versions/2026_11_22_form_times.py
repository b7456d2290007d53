"""How long forms take those who fill them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_form_times"
down_revision = "2026_11_22_welcome_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "form_times",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("by_leader", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seconds BETWEEN 0 AND 7200", name=op.f("ck_form_times_seconds")),
        sa.CheckConstraint("tries BETWEEN 0 AND 20", name=op.f("ck_form_times_tries")),
        sa.PrimaryKeyConstraint("id", name="pk_form_times"),
    )
    op.create_index("ix_form_times_service", "form_times", ["service", "sent_at"])
