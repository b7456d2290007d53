"""People who have left: noticed, and after a while without a name; the row is the record. A calendar's address ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_leavers"
down_revision = "2026_11_22_unit_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "leavers",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "standing IN ('noticed','held','needed','forgotten')", name=op.f("ck_leavers_standing")
        ),
        sa.CheckConstraint(
            "(standing = 'forgotten') = (done_on IS NOT NULL)", name=op.f("ck_leavers_forgotten")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_leavers_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_leavers"),
    )
    # Those made before addresses had an end: from the next time a calendar asks it is counted anew.
    op.execute(
        "UPDATE api_tokens SET expires_at = now() + interval '90 days'"
        " WHERE expires_at IS NULL AND revoked_at IS NULL AND scopes @> ARRAY['calendar']"
    )
