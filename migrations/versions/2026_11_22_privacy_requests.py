"""Requests for one's own data, and for the public's: what was found, what was decided, what was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_privacy_requests"
down_revision = "2026_11_22_sign_in"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNDER_WAY = sa.text("state IN ('asked', 'review', 'approved')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _insight()
    _access()
    op.execute("REVOKE UPDATE ON access_answers FROM skranke_app")


def _judged() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("cuts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
    )


def _insight() -> None:
    op.create_table(
        "insight_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("taken_until", INSTANT, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(state = 'released') <= (file_key IS NOT NULL)", name=op.f("ck_insight_requests_file")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_insight_requests_person_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["persons.id"], name="fk_insight_requests_asked_by_id"),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["persons.id"], name="fk_insight_requests_reviewed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_insight_requests"),
    )
    op.create_index("ix_insight_requests_person_id", "insight_requests", ["person_id"])
    op.create_index(
        "uq_insight_requests_under_way",
        "insight_requests",
        ["person_id"],
        unique=True,
        postgresql_where=UNDER_WAY,
    )
    op.create_index(
        "ix_insight_requests_waiting", "insight_requests", ["state", "id"], postgresql_where=UNDER_WAY
    )
    op.create_index(
        "ix_insight_requests_expires",
        "insight_requests",
        ["expires_at"],
        postgresql_where=sa.text("state = 'released'"),
    )
    op.create_table(
        "insight_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        *_judged(),
        sa.ForeignKeyConstraint(
            ["request_id"], ["insight_requests.id"], name="fk_insight_items_request_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name="fk_insight_items_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_insight_items"),
        sa.UniqueConstraint(
            "request_id", "kind", "source_id", name="uq_insight_items_request_id_kind_source_id"
        ),
    )
    op.create_index("ix_insight_items_ticket_id", "insight_items", ["ticket_id"])


def _access() -> None:
    op.create_table(
        "access_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        *_judged(),
        sa.ForeignKeyConstraint(
            ["request_ticket_id"], ["tickets.id"], name="fk_access_documents_request_ticket_id"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_access_documents_ticket_id"),
        sa.ForeignKeyConstraint(["added_by_id"], ["persons.id"], name="fk_access_documents_added_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name="fk_access_documents_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_documents"),
        sa.UniqueConstraint(
            "request_ticket_id",
            "kind",
            "source_id",
            name="uq_access_documents_request_ticket_id_kind_source_id",
        ),
    )
    op.create_index("ix_access_documents_ticket_id", "access_documents", ["ticket_id"])
    op.create_table(
        "access_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_ticket_id"], ["tickets.id"], name="fk_access_answers_request_ticket_id"
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["persons.id"], name="fk_access_answers_answered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_answers"),
    )
    op.create_index("ix_access_answers_request_ticket_id", "access_answers", ["request_ticket_id"])


def downgrade() -> None:
    for table in ("access_answers", "access_documents", "insight_items", "insight_requests"):
        op.drop_table(table)
