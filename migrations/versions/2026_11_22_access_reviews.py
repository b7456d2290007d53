"""Leaders look through what their people have access to, twice a year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_access_reviews"
down_revision = "2026_11_22_signings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "access_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("passed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["persons.id"], name="fk_access_reviews_leader_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["persons.id"], name="fk_access_reviews_closed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_reviews"),
        sa.UniqueConstraint("round", "leader_id", name="uq_access_reviews_round_leader_id"),
    )
    op.create_index("ix_access_reviews_leader_id", "access_reviews", ["leader_id"])
    op.create_table(
        "access_review_answers",
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("looked_at", sa.Boolean(), nullable=False),
        sa.CheckConstraint("answer IN ('keep','end')", name=op.f("ck_access_review_answers_answer")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["access_reviews.id"], name="fk_access_review_answers_review_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_access_review_answers_person_id"),
        sa.PrimaryKeyConstraint("review_id", "person_id", "entitlement", name="pk_access_review_answers"),
    )
