"""Whom a case is about when that is not the requester: they and those near them handle and approve nothing of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_about"
down_revision = "2026_11_22_package_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("tickets", "approvals"):
        op.add_column(table, sa.Column("about_id", sa.BigInteger()))
        op.create_foreign_key(op.f(f"fk_{table}_about_id"), table, "persons", ["about_id"], ["id"])
    op.create_index(
        "ix_tickets_about", "tickets", ["about_id"], postgresql_where=sa.text("about_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_about", "tickets")
    for table in ("approvals", "tickets"):
        op.drop_column(table, "about_id")
