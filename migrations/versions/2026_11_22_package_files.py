"""The file of a package goes when the archive has had it for a while; that it was made, and received, stays."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_package_files"
down_revision = "2026_11_22_sealed_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_archive_packages_made"), "archive_packages", type_="check")
    op.create_check_constraint(
        op.f("ck_archive_packages_made"),
        "archive_packages",
        "(made_at IS NOT NULL OR key IS NULL) AND (made_at IS NULL OR key IS NOT NULL OR received_at IS NOT NULL)",
    )
