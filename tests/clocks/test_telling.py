"""Who is told of a step, and when: found as it is sent, and not in the night."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.promised import ClockKind, Promised, promised_by
from app.identity.me import load_actor
from app.settings import Settings
from app.tickets import actions
from app.tickets.effects import effects
from app.tickets.models import Ticket
from integrations.mail.client import MailServer
from tests.cast import Cast
from tests.clocks.stories import open_one

pytestmark = pytest.mark.anyio

FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
MONDAY_SEVEN = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 11, 0, tzinfo=UTC)
MONDAY_AFTER = datetime(2026, 12, 28, 6, 0, tzinfo=UTC)


def newest(published: Published, name: str) -> Promised:
    return promised_by(published, name, published.versions[name][-1].version)


@pytest.mark.parametrize(
    ("at", "read_at"),
    [
        (datetime(2026, 11, 27, 12, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 27, 18, 59, tzinfo=UTC), None),
        (FRIDAY_NIGHT, MONDAY_SEVEN),
        (CHRISTMAS, MONDAY_AFTER),
    ],
)
async def test_people_are_told_between_seven_and_eight_in_the_evening_on_working_days(
    published: Published, at: datetime, read_at: datetime | None
) -> None:
    promised = newest(published, "arbeidsavtale")
    for kind in (ClockKind.SOLUTION, ClockKind.STATUTORY):
        assert promised.told_when(kind, at) == (read_at or at)


async def test_those_on_duty_round_the_clock_are_told_at_once(published: Published) -> None:
    assert newest(published, "it-kritisk").told_when(ClockKind.RESPONSE, FRIDAY_NIGHT) == FRIDAY_NIGHT


@pytest.fixture
async def taken(session: AsyncSession, cast: Cast, published: Published) -> Ticket:
    """Bob has it in it, which Stein leads."""
    alice, bob = await load_actor(session, cast.alice.id), await load_actor(session, cast.bob.id)
    ticket = await open_one(session, alice, published)
    _, at = await actions.take_ticket(session, ticket.number, by=bob)
    await actions.assign(session, ticket, assignee_id=bob.person_id, by=bob, at=at)
    await session.flush()
    return ticket


async def recipients(
    session: AsyncSession, ticket: Ticket, *to: str, kind: str = "solution", part: str = ""
) -> set[int]:
    told = effects(Settings(), MailServer(host="127.0.0.1", port=25))["clock.breached"]
    payload: dict[str, Any] = {
        "clock_id": 1,
        "subject_kind": "ticket",
        "subject_id": ticket.id,
        "kind": kind,
        "part": part,
        "step": 100,
        "to": list(to),
    }
    return set(await told.recipients(session, payload))


async def test_whoever_the_agreement_names_is_found_as_it_is_sent(
    session: AsyncSession, cast: Cast, taken: Ticket
) -> None:
    assert await recipients(session, taken, "assignee") == {cast.bob.id}
    assert await recipients(session, taken, "assignee", "unit_lead") == {cast.bob.id, cast.stein.id}
    await session.execute(text("UPDATE tickets SET assignee_id = NULL"))
    assert await recipients(session, taken, "assignee") == set()


async def test_a_process_owner_is_whoever_leads_the_place_or_else_the_unit(
    session: AsyncSession, cast: Cast, taken: Ticket
) -> None:
    assert await recipients(session, taken, "process_owner") == {cast.stein.id}
    cast.helse.name = "IT"
    await session.flush()
    assert await recipients(session, taken, "process_owner") == {cast.liv.id}


async def test_a_leg_is_told_to_the_unit_whose_time_it_was(
    session: AsyncSession, cast: Cast, taken: Ticket
) -> None:
    found = await recipients(session, taken, "assignee", "unit_lead", kind="leg", part="hr")
    assert found == {cast.petra.id}
