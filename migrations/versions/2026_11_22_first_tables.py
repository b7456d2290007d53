"""The first tables, and what the application's role may do with them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_first_tables"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = "status IN ('new', 'in_progress', 'waiting')"


class Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def people() -> None:
    op.create_table(
        "engagement_kinds",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("employed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_engagement_kinds"),
    )
    op.create_table(
        "org_units",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("ansvar", sa.Text(), nullable=False),
        sa.Column("tjeneste", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["org_units.id"], name="fk_org_units_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_org_units"),
        sa.UniqueConstraint("key", name="uq_org_units_key"),
    )
    op.create_index("ix_org_units_leader_id", "org_units", ["leader_id"])
    op.create_index("ix_org_units_parent_id", "org_units", ["parent_id"])
    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("employee_number", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="nb", nullable=False),
        sa.Column("shielded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("employee_number", name="uq_persons_employee_number"),
        sa.UniqueConstraint("issuer", "subject", name="uq_persons_issuer_subject"),
    )
    op.create_index("ix_persons_phone", "persons", ["phone"])
    op.create_index("ix_persons_sort_key", "persons", ["sort_key", "id"])
    op.create_foreign_key("fk_org_units_leader_id", "org_units", "persons", ["leader_id"], ["id"])


def organisation() -> None:
    op.create_table(
        "engagements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("org_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_engagements_period")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_engagements_percent")),
        sa.ForeignKeyConstraint(["kind"], ["engagement_kinds.key"], name="fk_engagements_kind"),
        sa.ForeignKeyConstraint(["leader_id"], ["persons.id"], name="fk_engagements_leader_id"),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_units.id"], name="fk_engagements_org_unit_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_engagements_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_engagements"),
    )
    op.create_index("ix_engagements_leader_id", "engagements", ["leader_id"])
    op.create_index("ix_engagements_org_unit_id", "engagements", ["org_unit_id"])
    op.create_index("ix_engagements_person_id", "engagements", ["person_id"])
    op.create_table(
        "delegations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("authority", sa.String(40), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_delegations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_person_id", "delegations", ["person_id"])
    op.create_index("ix_delegations_scope", "delegations", ["authority", "scope"])
    op.create_table(
        "orderers",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("org_unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_units.id"], name="fk_orderers_org_unit_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_orderers_person_id"),
        sa.PrimaryKeyConstraint("person_id", "org_unit_id", name="pk_orderers"),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_memberships_person_id"),
        sa.PrimaryKeyConstraint("person_id", "unit", name="pk_memberships"),
    )
    op.create_index("ix_memberships_unit", "memberships", ["unit"])


def catalogue() -> None:
    op.create_table(
        "catalogue_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_versions"),
    )


def identity() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_api_tokens_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_index("ix_api_tokens_person_id", "api_tokens", ["person_id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["persons.id"], name="fk_idempotency_keys_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
        sa.UniqueConstraint("actor_id", "route", "key", name="uq_idempotency_keys_actor_id_route_key"),
    )


def log() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "seq", name="uq_events_subject_kind_subject_id_seq"
        ),
    )
    op.create_index("ix_events_cursor", "events", ["epoch", "xid", "id"])


def recurring_work() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
        sa.UniqueConstraint("job", "slot", name="uq_job_runs_job_slot"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("due_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.Column("parked_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at", "id"],
        postgresql_where=sa.text("sent_at IS NULL AND parked_at IS NULL AND dropped_at IS NULL"),
    )
    op.create_index(
        "ix_deliveries_parked", "deliveries", ["parked_at"], postgresql_where=sa.text("parked_at IS NOT NULL")
    )


def clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("agreement_version", sa.BigInteger(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("target", sa.Interval(), nullable=False),
        sa.Column("used", sa.Interval(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("breached_at", INSTANT, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clocks"),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "kind", name="uq_clocks_subject_kind_subject_id_kind"
        ),
    )
    op.create_index(
        "ix_clocks_next_at", "clocks", ["next_at", "id"], postgresql_where=sa.text("next_at IS NOT NULL")
    )


def approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("authority", sa.String(40), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_approvals_decided_once")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["persons.id"], name="fk_approvals_approver_id"),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["persons.id"], name="fk_approvals_beneficiary_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name="fk_approvals_decided_by_id"),
        sa.ForeignKeyConstraint(["requester_id"], ["persons.id"], name="fk_approvals_requester_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "step", name="uq_approvals_subject_kind_subject_id_step"
        ),
    )
    op.create_index(
        "ix_approvals_approver_waiting",
        "approvals",
        ["approver_id", "asked_at"],
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index(
        "ix_approvals_waiting",
        "approvals",
        ["authority", "scope", "asked_at"],
        postgresql_where=sa.text("outcome IS NULL"),
    )


def tickets() -> None:
    op.execute("CREATE SEQUENCE ticket_number START 100000")
    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('ticket_number')"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=False),
        sa.Column("org_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("handover_to", sa.Text(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("waiting_for", sa.String(40), nullable=True),
        sa.Column("wake_at", INSTANT, nullable=True),
        sa.Column("impact", sa.String(40), nullable=False),
        sa.Column("urgency", sa.String(40), nullable=False),
        sa.Column("priority", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("confidentiality", sa.String(40), nullable=False),
        sa.Column("routed_by", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("ansvar", sa.Text(), nullable=True),
        sa.Column("tjeneste", sa.Text(), nullable=True),
        sa.Column("prosjekt", sa.Text(), nullable=True),
        sa.Column("resolution", sa.String(40), nullable=True),
        sa.Column("resolution_text", sa.Text(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.Column("closes_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("agreement_version", sa.BigInteger(), nullable=False),
        sa.Column("sort_due", INSTANT, server_default=sa.text("'infinity'"), nullable=False),
        sa.Column("response_due_at", INSTANT, nullable=True),
        sa.Column("solution_due_at", INSTANT, nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('norwegian', subject || ' ' || description || ' ' || coalesce(resolution_text, ''))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(status = 'waiting') = (waiting_for IS NOT NULL)", name=op.f("ck_tickets_waiting")
        ),
        sa.CheckConstraint(
            "status IN ('new','in_progress','waiting','resolved','closed')", name=op.f("ck_tickets_status")
        ),
        sa.CheckConstraint("handover_to IS NULL OR handover_to <> unit", name=op.f("ck_tickets_handover")),
        sa.ForeignKeyConstraint(["assignee_id"], ["persons.id"], name="fk_tickets_assignee_id"),
        sa.ForeignKeyConstraint(
            ["catalogue_version"], ["catalogue_versions.id"], name="fk_tickets_catalogue_version"
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["persons.id"], name="fk_tickets_opened_by_id"),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_units.id"], name="fk_tickets_org_unit_id"),
        sa.ForeignKeyConstraint(["requester_id"], ["persons.id"], name="fk_tickets_requester_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )


def ticket_indexes() -> None:
    op.create_index(
        "ix_tickets_assignee", "tickets", ["assignee_id", "sort_due", "id"], postgresql_where=sa.text(OPEN)
    )
    op.create_index(
        "ix_tickets_closing", "tickets", ["closes_at"], postgresql_where=sa.text("status = 'resolved'")
    )
    op.create_index("ix_tickets_first_line", "tickets", ["sort_due", "id"], postgresql_where=sa.text(OPEN))
    op.create_index(
        "ix_tickets_handover",
        "tickets",
        ["handover_to", "sort_due", "id"],
        postgresql_where=sa.text("handover_to IS NOT NULL"),
    )
    op.create_index("ix_tickets_opened", "tickets", ["opened_at", "id"])
    op.create_index("ix_tickets_opened_by", "tickets", ["opened_by_id", "opened_at", "id"])
    op.create_index("ix_tickets_org_unit", "tickets", ["org_unit_id", "opened_at", "id"])
    op.create_index("ix_tickets_queue", "tickets", ["unit", "sort_due", "id"], postgresql_where=sa.text(OPEN))
    op.create_index("ix_tickets_requester", "tickets", ["requester_id", "opened_at", "id"])
    op.create_index("ix_tickets_search", "tickets", ["search"], postgresql_using="gin")
    op.create_index(
        "ix_tickets_wake", "tickets", ["wake_at"], postgresql_where=sa.text("wake_at IS NOT NULL")
    )


def conversation() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["persons.id"], name="fk_messages_author_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_messages_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_ticket", "messages", ["ticket_id", "id"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachments_size")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_attachments_message_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_attachments_ticket_id"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["persons.id"], name="fk_attachments_uploaded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("key", name="uq_attachments_key"),
    )
    op.create_index(
        "ix_attachments_staged", "attachments", ["uploaded_at"], postgresql_where=sa.text("ticket_id IS NULL")
    )
    op.create_index("ix_attachments_ticket", "attachments", ["ticket_id"])


def grants() -> None:
    """skranke_app runs the product and owns nothing: no DDL, no TRUNCATE, and the log cannot be changed."""
    op.execute("GRANT USAGE ON SCHEMA public TO skranke_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO skranke_app")
    op.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO skranke_app")
    # Tables of later migrations, as long as the same owner makes them.
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO skranke_app"
    )
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO skranke_app")
    op.execute("REVOKE UPDATE, DELETE ON events, catalogue_versions FROM skranke_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM skranke_app")


def upgrade() -> None:
    people()
    organisation()
    catalogue()
    identity()
    log()
    recurring_work()
    clocks()
    approvals()
    tickets()
    ticket_indexes()
    conversation()
    grants()
