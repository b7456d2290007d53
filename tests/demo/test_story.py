"""A story leaves the same events as the ticket's own verbs: kinds, payloads and versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.demo.loading import make_teller, plans
from app.demo.story import NotYet, Story
from app.events.log import database_now, history
from app.identity.actor import Actor
from app.people.models import OrgUnit
from app.tickets.lifecycle import Resolution, WaitingFor
from app.tickets.models import Ticket
from service_catalog.schema import Channel, Confidentiality, Impact, Urgency
from tests.cast import Cast

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def _columns(cast: Cast, unit: OrgUnit, published: Published, at: datetime) -> dict[str, Any]:
    """What a story and a row are both made of."""
    return {
        "subject": "PC-en starter ikke",
        "description": "Den er helt død.",
        "service": "noe-virker-ikke-pa-pc",
        "catalogue_version": published.version,
        "answers": {},
        "requester_id": cast.alice.id,
        "opened_by_id": cast.alice.id,
        "org_unit_id": unit.id,
        "unit": "it",
        "routed_by": "service",
        "impact": Impact.ONE,
        "urgency": Urgency.NORMAL,
        "channel": Channel.PORTAL,
        "confidentiality": Confidentiality.OPEN,
        "price": None,
        "ansvar": None,
        "tjeneste": None,
        "agreement": "it-brukerstotte",
        "agreement_version": 1,
        "opened_at": at,
    }


async def test_every_verb_leaves_the_event_the_ticket_would(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    unit = (await session.get(OrgUnit, 1)) or OrgUnit(
        key="x", name="X", sort_key="x", area="organisasjon", ansvar="1", tjeneste="120"
    )
    session.add(unit)
    await session.flush()
    at = await database_now(session)
    columns = _columns(cast, unit, published, at)
    ticket = Ticket(
        **columns, id=990_000_001, version=1, event_seq=0, last_event_at=at, priority="normal", sort_due=at
    )
    session.add(ticket)
    await session.flush()
    story = Story(id=ticket.id, first_message_id=1, anchor=at + 99 * HOUR, **columns)

    alice, bob = _actor(cast.alice.id), _actor(cast.bob.id)
    _live_as_row(ticket, alice, bob, at)
    _live_as_story(story, cast.alice.id, cast.bob.id, at)
    await session.flush()

    logged = await history(session, "ticket", ticket.id)
    assert [(e.kind, e.actor_id, e.system) for e in logged] == [
        (e.kind, e.actor_id, e.system) for e in story.events
    ]
    assert [e.payload for e in logged] == [e.payload for e in story.events]
    assert (ticket.version, ticket.status, ticket.unit) == (story.version, story.status, story.unit)


def _actor(person_id: int) -> Actor:
    return Actor(person_id=person_id, name="")


def _live_as_row(ticket: Ticket, alice: Actor, bob: Actor, at: datetime) -> None:
    hours = iter(at + n * HOUR for n in range(1, 30))
    ticket.open(legal={}, by=alice, at=at)
    ticket.reroute("eiendom", by=bob, at=next(hours))
    ticket.assign(bob.person_id, by=bob, at=next(hours))
    ticket.judge(Impact.SEVERAL, Urgency.HIGH, by=bob, at=next(hours))
    ticket.noted(1, by=bob, at=next(hours))
    ticket.replied(2, answer=True, by=bob, at=next(hours))
    ticket.wait(WaitingFor.SUPPLIER, until=at + 50 * HOUR, by=bob, at=next(hours))
    ticket.resume(by=bob, at=next(hours))
    ticket.hand_over("it", message_id=3, by=bob, at=next(hours))
    ticket.return_handover(message_id=4, by=bob, at=next(hours))
    ticket.hand_over("it", message_id=5, by=bob, at=next(hours))
    ticket.accept_handover(by=bob, at=next(hours))
    ticket.assign(bob.person_id, by=bob, at=next(hours))
    solved = next(hours)
    ticket.resolve(
        Resolution.SOLVED,
        "Byttet.",
        closes_at=solved + timedelta(days=14),
        by_mandate=False,
        by=bob,
        at=solved,
    )
    ticket.reopen(message_id=6, by=alice, at=next(hours))
    solved = next(hours)
    ticket.resolve(
        Resolution.SOLVED,
        "Byttet.",
        closes_at=solved + timedelta(days=14),
        by_mandate=False,
        by=bob,
        at=solved,
    )


def _live_as_story(story: Story, alice: int, bob: int, at: datetime) -> None:
    hours = iter(at + n * HOUR for n in range(1, 30))
    story.open()
    story.reroute("eiendom", next(hours), by=bob)
    story.assign(bob, next(hours), by=bob)
    story.judge(Impact.SEVERAL, Urgency.HIGH, next(hours), by=bob)
    story.note("n", next(hours), by=bob)
    story.reply("r", next(hours), by=bob, answer=True)
    story.wait(WaitingFor.SUPPLIER, at + 50 * HOUR, next(hours), by=bob)
    story.resume(next(hours), by=bob)
    story.hand_over("it", "h", next(hours), by=bob)
    story.return_handover("t", next(hours), by=bob)
    story.hand_over("it", "h", next(hours), by=bob)
    story.accept_handover(next(hours), by=bob)
    story.assign(bob, next(hours), by=bob)
    story.resolve("Byttet.", next(hours), by=bob)
    story.reopen("o", next(hours), by=alice)
    story.resolve("Byttet.", next(hours), by=bob)


async def test_nothing_is_told_past_the_anchor(published: Published) -> None:
    anchor = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
    teller = make_teller("small", published, anchor)
    story = next(teller.tell(plans("small", published, anchor)[-1]))
    with pytest.raises(NotYet):
        story.note("n", anchor + HOUR, by=1)
