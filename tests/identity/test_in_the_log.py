"""Who came in, who did not, and what was made and revoked stands in the security log."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.identity.actor import system_actor
from app.identity.ending import end_access
from tests.cast import Cast
from tests.conftest import BASE_URL
from tests.identity.conftest import Traveller


async def logged(session: AsyncSession) -> list[tuple[str, int | None, dict[str, Any]]]:
    rows = await session.execute(
        select(AuditEntry.kind, AuditEntry.actor_id, AuditEntry.payload).order_by(AuditEntry.id)
    )
    return [(str(row.kind), row.actor_id, dict(row.payload)) for row in rows]


async def test_a_day_of_one_person_as_the_officer_reads_it(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    await traveller.sign_in("bob")
    await traveller.sign_in("bob", "/logg-inn/igjen?til=/meg/innlogging")
    page = (await traveller.http.get(f"{BASE_URL}/meg/innlogging")).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    token = {"csrf_token": found[1]}
    key = {"name": "Rapport", "may": "read", "days": "30", "idempotency_key": "k"}
    made = await traveller.http.post(f"{BASE_URL}/meg/innlogging/nokler", data=key | token)
    [revoking] = re.findall(r'action="(/meg/innlogging/nokler/\d+/tilbakekall)"', made.text)
    await traveller.http.post(f"{BASE_URL}{revoking}", data=token)
    await traveller.http.post(f"{BASE_URL}/logg-ut", data=token)
    kinds = [kind for kind, who, _ in await logged(session) if who == known.bob.id]
    assert kinds == [
        "right.given",
        "sign_in.succeeded",
        "sign_in.stepped_up",
        "key.created",
        "key.revoked",
        "session.ended",
    ]
    given = next(payload for kind, _, payload in await logged(session) if kind == "right.given")
    assert given == {"unit": "hr", "lead": False, "by": "directory"}


async def test_whoever_is_not_let_in_is_logged_with_the_reason_and_never_by_what_the_issuer_calls_them(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    await end_access(session, known.alice.id, by=system_actor("terminal"))
    await session.commit()
    await traveller.sign_in("stranger")
    traveller.http.cookies.clear()
    await traveller.sign_in("alice")
    refused = [payload for kind, _, payload in await logged(session) if kind == "sign_in.refused"]
    assert refused == [
        {"way": "oidc", "reason": "sign_in.unknown"},
        {"way": "oidc", "reason": "sign_in.ended"},
    ]
    assert "stranger" not in str(await logged(session))


async def test_an_address_that_anybody_may_open_does_not_fill_the_log(
    traveller: Traveller, session: AsyncSession, cast: Cast
) -> None:
    for _ in range(3):
        await traveller.http.get(f"{BASE_URL}/logg-inn/svar/oidc?code=x&state=y")
    assert [kind for kind, _, _ in await logged(session) if kind.startswith("sign_in")] == []
