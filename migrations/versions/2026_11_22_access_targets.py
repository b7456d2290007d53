"""Grants are given and taken in other systems: errands to them, what they call people, and what was read back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_access_targets"
down_revision = "2026_11_22_grant_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("grants", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("grant_orders", sa.Column("digest", sa.LargeBinary(), nullable=True))
    errands()
    accounts()
    op.create_table(
        "access_stops",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("would_take", sa.BigInteger(), nullable=False),
        sa.Column("released_by_id", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["released_by_id"], ["persons.id"], name="fk_access_stops_released_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_stops"),
    )
    op.create_index(
        "uq_access_stops_open",
        "access_stops",
        [sa.text("(1)")],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def errands() -> None:
    op.create_table(
        "access_errands",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.CheckConstraint("way IN ('give','take')", name=op.f("ck_access_errands_way")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)", name=op.f("ck_access_errands_settled_once")
        ),
        sa.CheckConstraint("outcome IN ('done','failed','void')", name=op.f("ck_access_errands_outcome")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name="fk_access_errands_grant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_errands"),
    )
    op.create_index("ix_access_errands_grant_id", "access_errands", ["grant_id"])
    op.create_index(
        "uq_access_errands_open",
        "access_errands",
        ["grant_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def accounts() -> None:
    op.create_table(
        "target_accounts",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_target_accounts_person_id"),
        sa.PrimaryKeyConstraint("person_id", "system", name="pk_target_accounts"),
        sa.UniqueConstraint("system", "ref", name="uq_target_accounts_system_ref"),
    )
    op.create_table(
        "target_readings",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("strangers", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("found", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held_back", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("system", name="pk_target_readings"),
    )


def downgrade() -> None:
    for table in ("access_stops", "target_readings", "target_accounts", "access_errands"):
        op.drop_table(table)
    op.drop_column("grant_orders", "digest")
    op.drop_column("grants", "reason")
