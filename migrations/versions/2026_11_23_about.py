"""Whom a case is about when that is not the requester: they and those near them handle and approve nothing of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_about"
down_revision = "2026_11_22_package_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("tickets", "approvals"):
        op.add_column(table, sa.Column("about_id", sa.BigInteger()))
        op.create_foreign_key(op.f(f"fk_{table}_about_id"), table, "persons", ["about_id"], ["id"])
    op.execute(
        """
        UPDATE tickets t SET about_id = journeys.person_id
        FROM journey_steps step JOIN journeys ON journeys.id = step.journey_id
        WHERE step.ticket_id = t.id AND journeys.person_id <> t.requester_id
        """
    )
    op.execute(
        """
        UPDATE tickets t SET about_id = persons.id
        FROM persons
        WHERE t.about_id IS NULL AND persons.id <> t.requester_id
          AND persons.id::text IN (t.answers->>'employee', t.answers->>'for_person')
        """
    )
    op.execute(
        """
        UPDATE approvals a SET about_id = t.about_id
        FROM tickets t WHERE a.subject_kind = 'ticket' AND a.subject_id = t.id AND t.about_id IS NOT NULL
        """
    )


def downgrade() -> None:
    for table in ("approvals", "tickets"):
        op.drop_column(table, "about_id")
