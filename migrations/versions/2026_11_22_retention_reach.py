"""What is destroyed takes with it every row that names it, also in tables the application may not delete from."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_retention_reach"
down_revision = "2026_11_22_privacy_requests"
branch_labels = None
depends_on = None

# Read from the database's own catalogue: a table that a later migration adds is reached without anybody remembering to.
FORGET_CASE = """
    CREATE FUNCTION forget_case(tickets bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        destroyed bigint[];
        pointing record;
    BEGIN
        SELECT coalesce(array_agg(DISTINCT line.ticket_id), '{}') INTO destroyed FROM destruction_lines line
            WHERE line.ticket_id = ANY (tickets) AND line.done_at IS NOT NULL;
        FOR pointing IN
            SELECT con.conrelid::regclass AS tab, att.attname AS col
            FROM pg_constraint con
            JOIN pg_attribute att ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
            WHERE con.contype = 'f' AND con.confrelid = 'public.tickets'::regclass
              AND con.conrelid <> 'public.attachments'::regclass
        LOOP
            EXECUTE format('DELETE FROM %s WHERE %I = ANY ($1)', pointing.tab, pointing.col) USING destroyed;
        END LOOP;
    END
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(FORGET_CASE)
    op.execute("REVOKE ALL ON FUNCTION forget_case(bigint[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_case(bigint[]) TO skranke_app")
