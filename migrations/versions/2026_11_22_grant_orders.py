"""Which ticket gives or takes away what somebody has access to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_grant_orders"
down_revision = "2026_11_22_audit_checkpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "grant_orders",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("way IN ('give','take')", name=op.f("ck_grant_orders_way")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_grant_orders_ticket_id"),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name="fk_grant_orders_grant_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_grant_orders"),
    )
    op.create_index("ix_grant_orders_grant_id", "grant_orders", ["grant_id"])
    op.create_index(
        "uq_grant_orders_open",
        "grant_orders",
        ["grant_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
