"""What HR tells: engagements with a log, where they come from, terms of consultants and hired-in; leaves and turns.

Consultants and hired-in from before get what the rules ask for, in words that say that nobody has said it: their
leader answers for them, and those without a last day have 90 days in which somebody is asked.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_feed"
down_revision = "2026_11_22_payroll_runs"
branch_labels = None
depends_on = None

RULES = {
    "consultant": "kind <> 'konsulent' OR"
    " (sponsor_id IS NOT NULL AND contract_reference IS NOT NULL AND ends_on IS NOT NULL)",
    "hired_in": "kind <> 'innleid' OR (legal_basis IS NOT NULL AND ends_on IS NOT NULL)",
    "contract": "length(contract_reference) > 0",
    "period": "ends_on IS NULL OR ends_on >= starts_on - 1",
}


def upgrade() -> None:
    op.add_column("persons", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    _engagements()
    op.create_table(
        "leaves",
        sa.Column("engagement_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_leaves_period")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_leaves_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "starts_on", name="pk_leaves"),
    )
    op.create_table(
        "engagement_turns",
        sa.Column("engagement_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("turn IN ('begins','ends','renewal')", name=op.f("ck_engagement_turns_turn")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name="fk_engagement_turns_engagement_id"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "turn", name="pk_engagement_turns"),
    )
    op.execute(
        """
        INSERT INTO engagement_turns (engagement_id, turn, due_at)
        SELECT id, turn, (day + time '08:00') AT TIME ZONE 'Europe/Oslo'
        FROM engagements, LATERAL (VALUES ('ends', ends_on + 1), ('renewal', ends_on - 30)) AS turns (turn, day)
        WHERE kind IN ('konsulent', 'innleid') AND ends_on >= current_date
        """
    )
    op.create_index(
        "ix_engagement_turns_due",
        "engagement_turns",
        ["due_at"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
    _waiting()


def _engagements() -> None:
    for column in (
        sa.Column("feed_key", sa.Text(), nullable=True),
        sa.Column("sponsor_id", sa.BigInteger(), nullable=True),
        sa.Column("contract_reference", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "last_event_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    ):
        op.add_column("engagements", column)
    op.create_foreign_key("fk_engagements_sponsor_id", "engagements", "persons", ["sponsor_id"], ["id"])
    op.create_index("ix_engagements_sponsor_id", "engagements", ["sponsor_id"])
    op.create_index(
        "ix_engagements_feed_key",
        "engagements",
        ["feed_key"],
        postgresql_where=sa.text("feed_key IS NOT NULL"),
    )
    op.execute(
        """
        UPDATE engagements SET
            ends_on = coalesce(engagements.ends_on, greatest(current_date + 90, engagements.starts_on)),
            sponsor_id = coalesce(engagements.leader_id, org_units.leader_id, engagements.person_id),
            contract_reference = 'ikke oppgitt',
            legal_basis = CASE engagements.kind WHEN 'innleid' THEN 'ikke oppgitt' END
        FROM org_units
        WHERE org_units.id = engagements.org_unit_id AND engagements.kind IN ('konsulent', 'innleid')
        """
    )
    op.execute("ALTER TABLE engagements DROP CONSTRAINT ck_engagements_period")
    for name, rule in RULES.items():
        op.execute(f"ALTER TABLE engagements ADD CONSTRAINT ck_engagements_{name} CHECK ({rule})")


def _waiting() -> None:
    op.create_table(
        "feed_told",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_feed_told"),
    )
    op.create_table(
        "feed_rows",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("row", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_feed_rows_person_id"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_feed_rows"),
    )
    op.create_index("ix_feed_rows_person_id", "feed_rows", ["person_id"])
    op.create_table(
        "feed_matches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("outcome", sa.String(40), server_default="open", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("outcome IN ('open','same','other')", name=op.f("ck_feed_matches_outcome")),
        sa.CheckConstraint("(outcome = 'open') = (decided_at IS NULL)", name=op.f("ck_feed_matches_decided")),
        sa.ForeignKeyConstraint(["candidate_id"], ["persons.id"], name="fk_feed_matches_candidate_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name="fk_feed_matches_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_matches"),
    )
    op.create_index("ix_feed_matches_candidate_id", "feed_matches", ["candidate_id"])
    op.create_index("uq_feed_matches_pair", "feed_matches", ["source", "key", "candidate_id"], unique=True)
    op.create_index(
        "ix_feed_matches_open", "feed_matches", ["id"], postgresql_where=sa.text("outcome = 'open'")
    )
