"""What newcomers and leavers see with fresh eyes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_fresh_eyes"
down_revision = "2026_11_22_form_times"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "fresh_eyes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("journey_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.String(40), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ready", sa.BigInteger(), nullable=True),
        sa.Column("surprised", sa.Text(), server_default="", nullable=False),
        sa.Column("better", sa.Text(), server_default="", nullable=False),
        sa.Column("keep", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("occasion IN ('month','quarter','leaving')", name=op.f("ck_fresh_eyes_occasion")),
        sa.CheckConstraint("ready BETWEEN 1 AND 5", name=op.f("ck_fresh_eyes_ready")),
        sa.CheckConstraint("(ready IS NULL) = (answered_at IS NULL)", name=op.f("ck_fresh_eyes_answered")),
        sa.ForeignKeyConstraint(["journey_id"], ["journeys.id"], name="fk_fresh_eyes_journey_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_fresh_eyes_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fresh_eyes"),
        sa.UniqueConstraint("journey_id", "occasion", name="uq_fresh_eyes_journey_id_occasion"),
    )
    op.create_index("ix_fresh_eyes_person_id", "fresh_eyes", ["person_id"])
