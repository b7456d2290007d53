"""What the directory pushes over SCIM: its users, as whom they are here, and its groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_scim"
down_revision = "2026_11_22_feed"
branch_labels = None
depends_on = None


def _resource() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "scim_users",
        *_resource(),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_scim_users_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scim_users"),
        sa.UniqueConstraint("user_name", name="uq_scim_users_user_name"),
        sa.UniqueConstraint("person_id", name="uq_scim_users_person_id"),
    )
    op.create_index("ix_scim_users_external_id", "scim_users", ["external_id"])
    op.create_table(
        "scim_groups",
        *_resource(),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_groups"),
    )
    op.create_index("ix_scim_groups_external_id", "scim_groups", ["external_id"])
    op.create_index("ix_scim_groups_display_name", "scim_groups", ["display_name"])
    op.create_table(
        "scim_engagements",
        *_resource(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["scim_users.id"], name="fk_scim_engagements_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scim_engagements"),
    )
    op.create_index("ix_scim_engagements_external_id", "scim_engagements", ["external_id"])
    op.create_index("ix_scim_engagements_user_id", "scim_engagements", ["user_id"])
    op.create_table(
        "scim_members",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["scim_groups.id"], name="fk_scim_members_group_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["scim_users.id"], name="fk_scim_members_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_scim_members"),
    )
    op.create_index("ix_scim_members_user_id", "scim_members", ["user_id"])
