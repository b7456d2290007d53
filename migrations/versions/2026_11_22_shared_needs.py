"""Which sort of need a ticket is, and an index for the one list that all units share.

Tickets opened before have none: the catalogue they were opened under knew no shared list.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_shared_needs"
down_revision = "2026_11_22_first_tables"
branch_labels = None
depends_on = None

RANK = "array_position(ARRAY['critical','high','normal','low'], priority::text)"
SHARED_AND_OPEN = "shared_as IS NOT NULL AND status IN ('new', 'in_progress', 'waiting')"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("shared_as", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_tickets_shared"), "tickets", "shared_as IS NULL OR confidentiality = 'open'"
    )
    op.create_index(
        "ix_tickets_shared",
        "tickets",
        [sa.text(RANK), "opened_at", "id"],
        postgresql_where=sa.text(SHARED_AND_OPEN),
    )
