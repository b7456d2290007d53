"""When whoever gives access back was last told that nobody has confirmed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_access_escalated"
down_revision = "2026_11_22_calendar_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("grants", sa.Column("escalated_on", sa.Date(), nullable=True))
