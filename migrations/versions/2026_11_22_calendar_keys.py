"""The secret of a calendar's address is a key like others: seen among them, and over when its person is shut out."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_calendar_keys"
down_revision = "2026_11_22_journeys_of_feed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "INSERT INTO api_tokens (token_hash, name, person_id, scopes, created_at)"
        " SELECT feed_hash, 'Kalender', person_id, ARRAY['calendar'], coalesce(feed_made_at, now())"
        " FROM reminder_choices WHERE feed_hash IS NOT NULL"
    )
    op.drop_column("reminder_choices", "feed_hash")
    op.drop_column("reminder_choices", "feed_made_at")
