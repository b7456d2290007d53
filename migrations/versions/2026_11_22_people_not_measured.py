"""Figures per person are off until a discussion with the tillitsvalgte is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_people_not_measured"
down_revision = "2026_11_22_clock_steps"
branch_labels = None
depends_on = None
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "measure_agreements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("discussed_with", sa.Text(), nullable=False),
        sa.Column("discussed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_measure_agreements_period")),
        sa.CheckConstraint("valid_to <= valid_from + 184", name=op.f("ck_measure_agreements_half_a_year")),
        sa.CheckConstraint("discussed_on <= valid_from", name=op.f("ck_measure_agreements_discussed_first")),
        sa.CheckConstraint(
            "length(purpose) > 0 AND length(discussed_with) > 0", name=op.f("ck_measure_agreements_told")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["persons.id"], name="fk_measure_agreements_recorded_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_measure_agreements"),
    )
    op.create_index("ix_measure_agreements_unit", "measure_agreements", ["unit", "valid_to"])
    # What was agreed stays as it was; only its end may be written.
    op.execute("REVOKE UPDATE, DELETE ON measure_agreements FROM skranke_app")
    op.execute("GRANT UPDATE (ended_at, event_seq, last_event_at) ON measure_agreements TO skranke_app")
