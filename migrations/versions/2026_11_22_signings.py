"""Who has signed a contract, and the signing service's receipt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_signings"
down_revision = "2026_11_22_fresh_eyes"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "signings",
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("employer_at", INSTANT, nullable=True),
        sa.Column("employer_receipt", sa.Text(), nullable=True),
        sa.Column("employee_at", INSTANT, nullable=True),
        sa.Column("employee_receipt", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(employer_at IS NULL) = (employer_receipt IS NULL)", name=op.f("ck_signings_employer")
        ),
        sa.CheckConstraint(
            "(employee_at IS NULL) = (employee_receipt IS NULL)", name=op.f("ck_signings_employee")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["journey_steps.id"], name="fk_signings_step_id"),
        sa.PrimaryKeyConstraint("step_id", name="pk_signings"),
    )
