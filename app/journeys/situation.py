"""What a journey's steps depend on, read together: its tickets, the plan of access, the HR row, the contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.plan import Standing, plan
from app.access.queries import persons_of_plan, today
from app.catalogue.published import Published
from app.journeys.models import JourneyRow, JourneyState, JourneyStep
from app.journeys.signing import is_signed
from app.people.models import Engagement
from app.tickets.lifecycle import Resolution, Status
from app.tickets.models import Ticket
from service_catalog.access_schema import Access
from service_catalog.journey_schema import Closes, JourneyKind

IN_PLACE = frozenset({Standing.GRANTED, Standing.EXPIRING, Standing.SUPERFLUOUS})
OF_PLAN = frozenset({Closes.ACCESS, Closes.GONE})


@dataclass(frozen=True)
class AccessFigures:
    """Of what somebody should have on a day: how much is there, and whether anything is too much."""

    wanted: int
    granted: int
    superfluous: int


@dataclass(frozen=True)
class Situation:
    """As it stands for one journey."""

    tickets: Mapping[int, tuple[Status, Resolution | None]]
    """By the ticket's id."""
    holds: frozenset[Closes]
    """What closes a step of the system, of what was asked about."""


async def situation(
    session: AsyncSession,
    row: JourneyRow,
    steps: Collection[JourneyStep],
    asked: Collection[Closes],
    published: Published,
) -> Situation:
    """`asked`: what the open steps of the system wait for; nothing else is looked up."""
    tickets = [step.ticket_id for step in steps if step.ticket_id is not None]
    found: dict[int, tuple[Status, Resolution | None]] = {}
    if tickets:
        query = select(Ticket.id, Ticket.status, Ticket.resolution).where(Ticket.id.in_(tickets))
        found = {each.id: (each.status, each.resolution) for each in await session.execute(query)}
    holds = set()
    if OF_PLAN & set(asked):
        figures = (await access_figures(session, [row], published.catalogue.access))[row.id]
        holds |= {Closes.ACCESS} if figures.granted == figures.wanted else set()
        holds |= {Closes.GONE} if not figures.superfluous else set()
    if Closes.MATCHED in asked and await _is_matched(session, row):
        holds.add(Closes.MATCHED)
    if Closes.CONTRACT in asked and await _has_contract(session, row):
        holds.add(Closes.CONTRACT)
    if Closes.SIGNED in asked and await is_signed(session, row.id):
        holds.add(Closes.SIGNED)
    return Situation(found, frozenset(holds) & frozenset(asked))


async def access_figures(
    session: AsyncSession, rows: Collection[JourneyRow], access: Access
) -> dict[int, AccessFigures]:
    """By journey: on its day, or today when that is past. The same number of queries however many there are."""
    on = await today(session)
    persons = await persons_of_plan(session, {row.person_id for row in rows}, on)
    found = {}
    for row in rows:
        day = on if row.kind is JourneyKind.LEAVE else max(on, row.day)
        lines = plan(access, persons[row.person_id], day)
        wanted = [line for line in lines if line.standing is not Standing.SUPERFLUOUS]
        granted = sum(line.standing in IN_PLACE for line in wanted)
        found[row.id] = AccessFigures(len(wanted), granted, len(lines) - len(wanted))
    return found


async def _is_matched(session: AsyncSession, row: JourneyRow) -> bool:
    """A source tells of the job: it was matched to the order, or nobody had ordered it."""
    query = select(Engagement.feed_key).where(Engagement.id == row.engagement_id)
    return (await session.scalars(query)).one() is not None


async def _has_contract(session: AsyncSession, row: JourneyRow) -> bool:
    query = select(JourneyRow.id).where(
        JourneyRow.engagement_id == row.engagement_id,
        JourneyRow.kind == JourneyKind.CONTRACT,
        JourneyRow.state == JourneyState.DONE,
    )
    return (await session.scalars(query.limit(1))).one_or_none() is not None
