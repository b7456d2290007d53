"""Identity numbers lie by themselves; texts hold marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_privacy"
down_revision = "2026_11_22_agreement_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "hidden_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hidden_numbers"),
        sa.UniqueConstraint("mark", name="uq_hidden_numbers_mark"),
    )
    op.create_index("ix_hidden_numbers_subject", "hidden_numbers", ["subject_kind", "subject_id"])
    op.execute("REVOKE UPDATE ON hidden_numbers FROM skranke_app")


def downgrade() -> None:
    op.drop_table("hidden_numbers")
