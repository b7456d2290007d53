"""The security log and its seals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_audit_log"
down_revision = "2026_11_22_privacy"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


class Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("concerns_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_cursor", "audit_entries", ["epoch", "xid", "id"])
    op.create_index("ix_audit_entries_kind", "audit_entries", ["kind", "id"])
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id", "id"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_kind", "subject_id", "id"])
    op.create_index(
        "ix_audit_entries_concerns",
        "audit_entries",
        ["concerns_id", "id"],
        postgresql_where=sa.text("concerns_id IS NOT NULL"),
    )


def seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_epoch", sa.BigInteger(), nullable=False),
        sa.Column("last_xid", Xid8(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("entries > 0 AND seq > 0", name=op.f("ck_audit_seals_something")),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_seals"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    entries()
    seals()
    # What stands stands; and when, in which order and under which number it was written is not the writer's to say.
    op.execute("REVOKE INSERT, UPDATE, DELETE ON audit_entries FROM skranke_app")
    op.execute(
        "GRANT INSERT (kind, actor_id, acting_for_id, system, session_id, subject_kind, subject_id, concerns_id,"
        " payload) ON audit_entries TO skranke_app"
    )
    op.execute("REVOKE UPDATE, DELETE ON audit_seals FROM skranke_app")
    op.execute("REVOKE DELETE ON audit_head FROM skranke_app")
