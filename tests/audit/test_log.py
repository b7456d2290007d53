"""Writing in the security log: in the caller's transaction, in the database's order, and never again."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.identity.actor import Actor, system_actor
from tests.conftest import OwnDatabase

HANNE = Actor(person_id=7, name="Hanne", acting_for_id=8, session_id=9)
ROW = text(
    "SELECT kind, actor_id, acting_for_id, system, session_id, subject_kind, subject_id, concerns_id,"
    " payload, at > now() - interval '1 hour' AS fresh FROM audit_entries WHERE xid = pg_current_xact_id() ORDER BY id"
)


async def test_an_entry_says_who_did_what_to_what(session: AsyncSession) -> None:
    await audit(
        session,
        HANNE,
        AuditKind.CASE_READ,
        subject_kind="ticket",
        subject_id=100_001,
        concerns_id=3,
        payload={"part": "page"},
    )
    await audit(session, system_actor("job"), AuditKind.DESTROYED)
    await audit(session, None, AuditKind.SIGN_IN_REFUSED, payload={"reason": "unknown"})
    rows = [tuple(row) for row in await session.execute(ROW)]
    assert rows == [
        ("case.read", 7, 8, None, 9, "ticket", 100_001, 3, {"part": "page"}, True),
        ("destruction.done", None, None, "job", None, "", None, None, {}, True),
        ("sign_in.refused", None, None, None, None, "", None, None, {"reason": "unknown"}, True),
    ]


async def test_what_is_undone_was_never_written(own_database: OwnDatabase) -> None:
    async def give_and_fail() -> None:
        async with own_database.transaction() as session:
            await audit(session, HANNE, AuditKind.RIGHT_GIVEN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await give_and_fail()
    async with own_database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM audit_entries"))).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET payload = '{}'",
        "UPDATE audit_entries SET xid = xid",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_entries (kind, at) VALUES ('case.read', now() - interval '1 year')",
        "INSERT INTO audit_entries (kind, id) VALUES ('case.read', 1)",
        "INSERT INTO audit_entries (kind, xid) VALUES ('case.read', '3')",
        "INSERT INTO audit_entries (kind, epoch) VALUES ('case.read', 0)",
        "UPDATE audit_seals SET hash = ''",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_head",
    ],
)
async def test_the_application_can_only_add(session: AsyncSession, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(text(statement))
