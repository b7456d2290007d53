"""Runs of the payroll and their cut-offs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_payroll_runs"
down_revision = "2026_11_22_journeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "payroll_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pay", sa.String(40), nullable=False),
        sa.Column("pays_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.CheckConstraint("pay IN ('monthly','hourly')", name=op.f("ck_payroll_runs_pay")),
        sa.CheckConstraint("closes_on <= pays_on", name=op.f("ck_payroll_runs_closes")),
        sa.PrimaryKeyConstraint("id", name="pk_payroll_runs"),
        sa.UniqueConstraint("pay", "pays_on", name="uq_payroll_runs_pay_pays_on"),
    )
