"""What people must do, who does it while they are away, and when an approval is asked for again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_tasks"
down_revision = "2026_11_22_scim"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _deputies()
    _task_sources()
    _tasks()
    _pending_answers()
    op.add_column("approvals", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approvals", sa.Column("chase_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approvals", sa.Column("chased", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("approvals", sa.Column("decided_for_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_approvals_decided_for_id", "approvals", "persons", ["decided_for_id"], ["id"])
    op.create_index(
        "ix_approvals_chase",
        "approvals",
        ["chase_at"],
        postgresql_where=sa.text("outcome IS NULL AND chase_at IS NOT NULL"),
    )
    # Those that are asked already wait for their answer as tasks too.
    op.execute(
        """
        INSERT INTO tasks (source, key, kind, subject_id, authority, scope, apart_ids, consequence, minutes, created_at,
            last_event_at, url)
        SELECT 'skranke', 'approval:' || id, 'approval', id, authority, scope, ARRAY[requester_id, beneficiary_id],
            'noticeable', 1, asked_at, asked_at, '/leder'
        FROM approvals WHERE outcome IS NULL
        """
    )


def _deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("covers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("acting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_deputies_period")),
        sa.CheckConstraint("person_id <> deputy_id", name=op.f("ck_deputies_two_persons")),
        sa.ForeignKeyConstraint(["deputy_id"], ["persons.id"], name="fk_deputies_deputy_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_deputies_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deputies"),
    )
    op.create_index("ix_deputies_deputy_id", "deputies", ["deputy_id", "ends_on"])
    op.create_index("ix_deputies_person_id", "deputies", ["person_id", "ends_on"])
    op.create_table(
        "absences",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("away_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.CheckConstraint("back_on > away_on", name=op.f("ck_absences_period")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_absences_person_id"),
        sa.PrimaryKeyConstraint("person_id", "away_on", name="pk_absences"),
    )


def _task_sources() -> None:
    op.create_table(
        "task_sources",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("silent_after_hours", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_task_sources"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), server_default="skranke", nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("authority", sa.String(40), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column(
            "apart_ids", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("neutral_title", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("confidentiality", sa.String(40), server_default="open", nullable=False),
        sa.Column("consequence", sa.String(40), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("postponed_why", sa.Text(), nullable=True),
        sa.Column("delegate_id", sa.BigInteger(), nullable=True),
        sa.Column("delegated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("done_for_id", sa.BigInteger(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (authority IS NULL)", name=op.f("ck_tasks_whose")),
        sa.CheckConstraint("(authority IS NULL) = (scope IS NULL)", name=op.f("ck_tasks_scope")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_tasks_ended")),
        sa.CheckConstraint("source = 'skranke' OR title IS NOT NULL", name=op.f("ck_tasks_titled")),
        *(
            sa.ForeignKeyConstraint([name], ["persons.id"], name=f"fk_tasks_{name}")
            for name in ("person_id", "delegate_id", "delegated_by_id", "done_by_id", "done_for_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_tasks_ticket_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("source", "key", name="uq_tasks_source_key"),
    )
    op.create_index("ix_tasks_person", "tasks", ["person_id"], postgresql_where=OPEN)
    op.create_index("ix_tasks_delegate", "tasks", ["delegate_id"], postgresql_where=OPEN)
    op.create_index("ix_tasks_held", "tasks", ["authority", "scope"], postgresql_where=OPEN)
    op.create_index("ix_tasks_subject", "tasks", ["kind", "subject_id"], postgresql_where=OPEN)
    op.create_index(
        "ix_tasks_handed_over", "tasks", ["ticket_id"], postgresql_where=sa.text("ticket_id IS NOT NULL")
    )


def _pending_answers() -> None:
    op.create_table(
        "pending_answers",
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("signed_in_recently", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('approved','rejected')", name=op.f("ck_pending_answers_outcome")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name="fk_pending_answers_approval_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_pending_answers_person_id"),
        sa.PrimaryKeyConstraint("approval_id", name="pk_pending_answers"),
    )
    op.create_index("ix_pending_answers_due_at", "pending_answers", ["due_at"])
    op.create_index("ix_pending_answers_person_id", "pending_answers", ["person_id"])
