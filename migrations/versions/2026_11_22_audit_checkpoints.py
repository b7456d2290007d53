"""The security log may let go of what is old enough, behind a checkpoint, by a function of the owner's."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_audit_checkpoints"
down_revision = "2026_11_22_report_retention"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


class Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


# Whoever takes over the application can still let go of nothing that is younger than a year, and of nothing silently.
SHORTEN = """
    CREATE FUNCTION shorten_audit(upto bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        edge audit_seals;
        went bigint;
    BEGIN
        SELECT * INTO edge FROM audit_seals WHERE seq = upto;
        IF edge.seq IS NULL OR edge.sealed_at > clock_timestamp() - interval '1 year'
            OR upto >= (SELECT seq FROM audit_head)
            OR NOT EXISTS (SELECT FROM audit_checkpoints c WHERE c.seq = upto AND c.hash = edge.hash)
        THEN
            RAISE EXCEPTION 'the security log is not shortened at seal %', upto;
        END IF;
        DELETE FROM audit_entries WHERE (epoch, xid, id) <= (edge.last_epoch, edge.last_xid, edge.last_id);
        GET DIAGNOSTICS went = ROW_COUNT;
        DELETE FROM audit_seals WHERE seq <= upto;
        RETURN went;
    END
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("last_epoch", sa.BigInteger(), nullable=False),
        sa.Column("last_xid", Xid8(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entries_gone", sa.BigInteger(), nullable=False),
        sa.Column("shortened_at", INSTANT, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_checkpoints"),
    )
    op.execute("REVOKE UPDATE, DELETE ON audit_checkpoints FROM skranke_app")
    op.execute(SHORTEN)
    op.execute("REVOKE ALL ON FUNCTION shorten_audit(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION shorten_audit(bigint) TO skranke_app")
