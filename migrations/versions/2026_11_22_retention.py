"""Holds, destruction lists and archive packages; and the one function that takes persons out of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_retention"
down_revision = "2026_11_22_learning_index"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

# The log is not the application's to change; the owner's function changes only what was destroyed, and only the persons.
FORGET_ACTORS = """
    CREATE FUNCTION forget_actors(tickets bigint[], approvals bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE events SET actor_id = NULL, acting_for_id = NULL,
            payload = CASE WHEN payload ? 'assignee_id' THEN jsonb_set(payload, '{assignee_id}', 'null') ELSE payload END
                - 'message_id'
        WHERE subject_kind = 'ticket' AND subject_id = ANY (forget_actors.tickets) AND EXISTS (
            SELECT FROM destruction_lines line WHERE line.ticket_id = events.subject_id AND line.done_at IS NOT NULL);
        UPDATE events SET actor_id = NULL, acting_for_id = NULL, payload = payload - 'approver_id'
        WHERE subject_kind = 'approval' AND subject_id = ANY (forget_actors.approvals)
          AND NOT EXISTS (SELECT FROM approvals standing WHERE standing.id = events.subject_id)
    $$
"""


def holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_legal_holds_reason")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_legal_holds_lifted")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["persons.id"], name="fk_legal_holds_lifted_by_id"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["persons.id"], name="fk_legal_holds_placed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index(
        "ix_legal_holds_standing",
        "legal_holds",
        ["scope", "subject"],
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def destructions() -> None:
    op.create_table(
        "destructions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_destructions_two_persons")),
        sa.ForeignKeyConstraint(
            ["catalogue_version"], ["catalogue_versions.id"], name="fk_destructions_catalogue_version"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name="fk_destructions_decided_by_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["persons.id"], name="fk_destructions_proposed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_destructions"),
    )
    op.create_table(
        "destruction_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("destruction_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("kept_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destructions.id"], name="fk_destruction_lines_destruction_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_destruction_lines"),
        sa.UniqueConstraint(
            "destruction_id", "ticket_id", name="uq_destruction_lines_destruction_id_ticket_id"
        ),
    )
    op.create_index("ix_destruction_lines_ticket", "destruction_lines", ["ticket_id"])
    op.create_index(
        "ix_destruction_lines_waiting",
        "destruction_lines",
        ["destruction_id", "ticket_id"],
        postgresql_where=sa.text("done_at IS NULL AND kept_because IS NULL"),
    )


def packages() -> None:
    op.create_table(
        "archive_packages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("cases", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=True),
        sa.CheckConstraint("(made_at IS NULL) = (key IS NULL)", name=op.f("ck_archive_packages_made")),
        sa.CheckConstraint(
            "received_at IS NULL OR made_at IS NOT NULL", name=op.f("ck_archive_packages_received")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["persons.id"], name="fk_archive_packages_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_archive_packages"),
    )
    op.create_table(
        "packaged_cases",
        sa.Column("package_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["archive_packages.id"], name="fk_packaged_cases_package_id"),
        sa.PrimaryKeyConstraint("package_id", "ticket_id", name="pk_packaged_cases"),
    )
    op.create_index("ix_packaged_cases_ticket_id", "packaged_cases", ["ticket_id"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    holds()
    destructions()
    packages()
    op.execute(FORGET_ACTORS)
    op.execute("REVOKE ALL ON FUNCTION forget_actors(bigint[], bigint[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_actors(bigint[], bigint[]) TO skranke_app")
    # What stands on a list stands; what became of it is written once.
    op.execute("REVOKE UPDATE, DELETE ON destruction_lines, legal_holds, packaged_cases FROM skranke_app")
    op.execute("GRANT UPDATE (done_at, kept_because) ON destruction_lines TO skranke_app")
    op.execute("GRANT UPDATE (lifted_by_id, lifted_at) ON legal_holds TO skranke_app")
    op.execute("REVOKE DELETE ON destructions, archive_packages FROM skranke_app")
