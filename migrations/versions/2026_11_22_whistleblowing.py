"""Whistle-blowing gets a room of its own, apart from tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_whistleblowing"
down_revision = "2026_11_22_reader_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "whistleblowing_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "state IN ('received','examined','closed')", name=op.f("ck_whistleblowing_reports_state")
        ),
        sa.CheckConstraint("length(body) > 0", name=op.f("ck_whistleblowing_reports_body")),
        sa.PrimaryKeyConstraint("id", name="pk_whistleblowing_reports"),
        sa.UniqueConstraint("reference", name="uq_whistleblowing_reports_reference"),
        sa.UniqueConstraint("code_hash", name="uq_whistleblowing_reports_code_hash"),
    )
    op.create_table(
        "whistleblowing_withheld",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["whistleblowing_reports.id"], name="fk_whistleblowing_withheld_report_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_whistleblowing_withheld_person_id"),
        sa.PrimaryKeyConstraint("report_id", "person_id", name="pk_whistleblowing_withheld"),
    )
    op.create_table(
        "whistleblowing_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reporter') = (author_id IS NULL)", name=op.f("ck_whistleblowing_lines_author")
        ),
        sa.CheckConstraint(
            "kind IN ('reporter','recipient','note')", name=op.f("ck_whistleblowing_lines_kind")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["whistleblowing_reports.id"], name="fk_whistleblowing_lines_report_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["persons.id"], name="fk_whistleblowing_lines_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_whistleblowing_lines"),
        sa.UniqueConstraint("report_id", "key", name="uq_whistleblowing_lines_report_id_key"),
    )
    op.create_index("ix_whistleblowing_lines_report", "whistleblowing_lines", ["report_id", "id"])
