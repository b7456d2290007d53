"""Two indexes for what an approver may read: without them, one search read every approval there is."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_reading_indexes"
down_revision = "2026_11_22_expected_finish"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_approvals_held", "approvals", ["authority", "scope", "subject_kind", "subject_id"])
    op.create_index("ix_approvals_decided_by", "approvals", ["decided_by_id", "subject_kind", "subject_id"])


def downgrade() -> None:
    op.drop_index("ix_approvals_decided_by", "approvals")
    op.drop_index("ix_approvals_held", "approvals")
