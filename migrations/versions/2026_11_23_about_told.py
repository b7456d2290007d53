"""Whom the cases there are already were about: by their journeys, and by what their forms answered."""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_about_told"
down_revision = "2026_11_23_about"
branch_labels = None
depends_on = None

TOLD = (
    """
    UPDATE tickets t SET about_id = journeys.person_id
    FROM journey_steps step JOIN journeys ON journeys.id = step.journey_id
    WHERE step.ticket_id = t.id AND journeys.person_id <> t.requester_id
    """,
    # One value to join by: with two, every person is tried for every case.
    """
    UPDATE tickets t SET about_id = persons.id
    FROM persons
    WHERE t.about_id IS NULL AND persons.id <> t.requester_id
      AND persons.id::text = coalesce(t.answers->>'employee', t.answers->>'for_person')
    """,
    """
    UPDATE approvals a SET about_id = t.about_id
    FROM tickets t WHERE a.subject_kind = 'ticket' AND a.subject_id = t.id AND t.about_id IS NOT NULL
    """,
    """
    UPDATE tasks SET apart_ids = apart_ids || a.about_id
    FROM approvals a
    WHERE tasks.kind = 'approval' AND tasks.subject_id = a.id AND tasks.state = 'open'
      AND a.about_id IS NOT NULL AND a.about_id <> ALL (tasks.apart_ids)
    """,
)


def upgrade() -> None:
    """Some seconds for a million cases."""
    for each in TOLD:
        op.execute(each)


def downgrade() -> None:
    """The columns go with the revision before."""
