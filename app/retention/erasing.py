"""Taking closed cases out of every copy: their rows, their search index, their files, what waited to be sent.

A table with a foreign key to tickets is emptied of the case by itself. What stays is listed in KEPT with its reason;
`tests/retention` reads the database's own catalogue and fails when another table about tickets is in neither list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.models import Person
from app.tickets.lifecycle import number_of

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

ERASED = {
    "insight_items": "DELETE FROM insight_items WHERE ticket_id = ANY (:ids)",
    "deliveries": "DELETE FROM deliveries WHERE CAST(payload->>'ticket_id' AS bigint) = ANY (:ids)"
    " OR (payload->>'subject_kind' = 'ticket' AND CAST(payload->>'subject_id' AS bigint) = ANY (:ids))"
    " OR CAST(payload->>'approval_id' AS bigint) = ANY (:approvals)",
    "approvals": "DELETE FROM approvals WHERE subject_kind = 'ticket' AND subject_id = ANY (:ids)",
    "hidden_numbers": "DELETE FROM hidden_numbers WHERE subject_kind = 'ticket' AND subject_id = ANY (:ids)",
    "idempotency_keys": "DELETE FROM idempotency_keys WHERE location = ANY (:locations)",
}
"""What holds words, or an address of the case, without a foreign key to it."""
FORGOTTEN = "SELECT forget_case(:ids)"
"""The owner's function: every table with a foreign key to tickets, messages and later ones too, also those that this
role may not delete from."""
UNLINKED = (
    "UPDATE attachments SET ticket_id = NULL, message_id = NULL, name = '', uploaded_at = :long_ago"
    " WHERE ticket_id = ANY (:ids)"
)
"""From here the sweep of staged files takes them, bytes first and then the row, also after a crash."""
KEPT = {
    "clocks": "which promise, and whether it was kept; no person stands in it",
    "events": "what happened when, for the clocks and the figures; `forget_actors` takes the persons out",
    "audit_entries": "who looked at it: ids only, with a retention of its own",
    "destruction_lines": "that it was destroyed, when, by which rule",
    "packaged_cases": "that the archive has it",
    "legal_holds": "that somebody needed it once",
    "access_errands": "which access a system gave or took, and when; what the person has is not the case's",
}

DELETED = "DELETE FROM tickets WHERE id = ANY (:ids)"
ANONYMISED = """
    UPDATE tickets SET subject = '', description = '', answers = '{}', resolution_text = NULL,
        requester_id = :nobody, opened_by_id = :nobody, about_id = NULL, assignee_id = NULL, version = version + 1,
        ansvar = NULL, tjeneste = NULL, prosjekt = NULL,
        org_unit_id = (WITH RECURSIVE place AS (
                SELECT id, parent_id FROM org_units WHERE id = tickets.org_unit_id
                UNION ALL SELECT above.id, above.parent_id FROM org_units above JOIN place ON above.id = place.parent_id
            ) SELECT id FROM place WHERE parent_id IS NULL LIMIT 1)
    WHERE id = ANY (:ids)
"""
"""What a figure needs stays: the service, the unit that solved it, when, and whether in time."""

NOBODY = ("skranke", "anonymous")
"""Issuer and subject of the person whom anonymous cases belong to; nobody can sign in as them."""


async def erase(session: AsyncSession, *, delete: Sequence[int], anonymise: Sequence[int]) -> None:
    """The caller holds the tickets' rows, has written their lines as done, and commits; then `sweep_staged` the files.

    PostgreSQL keeps the old pages until it has vacuumed them, and backups as long as they are kept (README, «Retention»).
    """
    ids = [*delete, *anonymise]
    asked = await session.scalars(
        text("SELECT id FROM approvals WHERE subject_kind = 'ticket' AND subject_id = ANY (:ids)"),
        {"ids": ids},
    )
    given: dict[str, Any] = {
        "ids": ids,
        "approvals": list(asked),
        "locations": [f"/api/v1/tickets/{number_of(ticket_id)}" for ticket_id in ids],
    }
    await session.execute(text(UNLINKED), {"ids": ids, "long_ago": LONG_AGO})
    for statement in (FORGOTTEN, *ERASED.values()):
        await session.execute(text(statement), given)
    if anonymise:
        await session.execute(text(ANONYMISED), {"ids": list(anonymise), "nobody": await _nobody(session)})
    if delete:
        await session.execute(text(DELETED), {"ids": list(delete)})
    # The log cannot be written in by this role; the owner's function takes persons out of what is destroyed.
    await session.execute(text("SELECT forget_actors(:ids, :approvals)"), given)


async def _nobody(session: AsyncSession) -> int:
    issuer, subject = NOBODY
    await session.execute(
        text(
            "INSERT INTO persons (issuer, subject, name, sort_key, active, shielded) VALUES"
            " (:issuer, :subject, 'Anonymisert', 'anonymisert', false, true) ON CONFLICT DO NOTHING"
        ),
        {"issuer": issuer, "subject": subject},
    )
    query = select(Person.id).where(Person.issuer == issuer, Person.subject == subject)
    return (await session.scalars(query)).one()
