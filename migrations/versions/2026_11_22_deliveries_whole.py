"""Deliveries in order per subject, limited and left alone per target, and swept when they are old."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_deliveries_whole"
down_revision = "2026_11_22_whistleblowing"
branch_labels = None
depends_on = None
INSTANT = sa.DateTime(timezone=True)
OPEN = "sent_at IS NULL AND parked_at IS NULL AND dropped_at IS NULL"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "delivery_targets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("open_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("away_since", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_delivery_targets"),
    )
    op.add_column("deliveries", sa.Column("subject", sa.Text(), nullable=True))
    op.create_index(
        "ix_deliveries_subject",
        "deliveries",
        ["subject", "id"],
        postgresql_where=sa.text(f"subject IS NOT NULL AND {OPEN}"),
    )
    op.create_index(
        "ix_deliveries_lease",
        "deliveries",
        ["lease_until"],
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("ix_deliveries_created", "deliveries", ["created_at"], postgresql_using="brin")
    # What other systems wrote when they refused may name people; from now on the reason is a code.
    op.execute(
        "UPDATE deliveries SET last_error = split_part(last_error, ':', 1) WHERE last_error IS NOT NULL"
    )
