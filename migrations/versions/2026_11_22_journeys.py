"""Hires before the HR system knows them, and journeys with their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_journeys"
down_revision = "2026_11_22_access_targets"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _hires()
    _journeys()
    _steps()


def _hires() -> None:
    op.create_table(
        "hires",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("engagement_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), server_default="expected", nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("private_email", sa.Text(), nullable=True),
        sa.Column("private_phone", sa.Text(), nullable=True),
        sa.Column("meets", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('expected','matched','withdrawn')", name=op.f("ck_hires_state")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_hires_person_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_hires_engagement_id"),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["persons.id"], name="fk_hires_ordered_by_id"),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["persons.id"], name="fk_hires_confirmed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hires"),
        sa.UniqueConstraint("engagement_id", name="uq_hires_engagement_id"),
    )
    op.create_index("ix_hires_person_id", "hires", ["person_id"])
    op.create_index("ix_hires_expected", "hires", ["id"], postgresql_where=sa.text("state = 'expected'"))


def _journeys() -> None:
    op.create_table(
        "journeys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("engagement_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('active','done','withdrawn')", name=op.f("ck_journeys_state")),
        sa.CheckConstraint("kind IN ('join','move','leave','contract')", name=op.f("ck_journeys_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_journeys_person_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_journeys_engagement_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"], name="fk_journeys_owner_id"),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["persons.id"], name="fk_journeys_ordered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_journeys"),
    )
    for column in ("person_id", "engagement_id", "owner_id"):
        op.create_index(f"ix_journeys_{column}", "journeys", [column])
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_journeys_active", "journeys", ["engagement_id", "kind"], unique=True, postgresql_where=active
    )
    op.create_index("ix_journeys_next", "journeys", ["next_at", "id"], postgresql_where=active)


def _steps() -> None:
    op.create_table(
        "journey_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("journey_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting','open','done','failed','dropped')", name=op.f("ck_journey_steps_state")
        ),
        sa.CheckConstraint(
            "owner IN ('leader','newcomer','unit','system')", name=op.f("ck_journey_steps_owner")
        ),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_journey_steps_done")),
        sa.ForeignKeyConstraint(["journey_id"], ["journeys.id"], name="fk_journey_steps_journey_id"),
        sa.ForeignKeyConstraint(["done_by_id"], ["persons.id"], name="fk_journey_steps_done_by_id"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_journey_steps_ticket_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_journey_steps"),
        sa.UniqueConstraint("journey_id", "key", name="uq_journey_steps_journey_id_key"),
        sa.UniqueConstraint("ticket_id", name="uq_journey_steps_ticket_id"),
    )
