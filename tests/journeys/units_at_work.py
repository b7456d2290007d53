"""What the units, the approvers and the jobs do while a leader looks on: for journeys in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import ordering
from app.access.following import follow
from app.access.models import Grant, GrantOrder
from app.access.plan import is_lacking, plan
from app.access.queries import persons_of_plan, today
from app.access.reviewing import begin_round
from app.approvals.models import Approval, Outcome
from app.catalogue.published import Published, load_published
from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from app.feed.turns import take_turns
from app.identity.actor import system_actor
from app.identity.me import load_actor
from app.journeys.advancing import advance_due
from app.journeys.models import JourneyRow, JourneyStep
from app.people.engaging import Content, Span, join
from app.people.models import CONSULTANT, Membership, OrgUnit, Person
from app.tickets import actions
from app.tickets.approving import decide
from app.tickets.lifecycle import OPEN
from app.tickets.models import Ticket
from tests.journeys.conftest import Site

T = TypeVar("T")
ROUNDS = 6


def leader_of_a_school(site: Site) -> str:
    async def ask(session: AsyncSession) -> str:
        query = select(Person.name).join(OrgUnit, OrgUnit.leader_id == Person.id)
        name: str = (
            await session.scalars(query.where(OrgUnit.tjeneste == "202").order_by(OrgUnit.id))
        ).first() or ""
        return name

    return on(site, ask)


def do_everything(site: Site, journey_id: int) -> None:
    """Order what the plan lacks, say yes, solve every ticket, and let the jobs take it in, until nothing is left."""

    async def work(session: AsyncSession) -> None:
        published = await load_published(session)
        row = (await session.scalars(select(JourneyRow).where(JourneyRow.id == journey_id))).one()
        for _ in range(ROUNDS):
            await _order(session, published, row)
            await _approve(session)
            await _solve(session, row)
            await session.flush()
            await follow(session)
            row.next_at = await database_now(session)
            await session.flush()
            await advance_due(session)
            await session.flush()

    on(site, work)


async def _order(session: AsyncSession, published: Published, row: JourneyRow) -> None:
    on = await today(session)
    leader = await load_actor(session, row.owner_id)
    person = (await persons_of_plan(session, [row.person_id], on))[row.person_id]
    for line in plan(published.catalogue.access, person, on):
        if is_lacking(line):
            await ordering.order(session, published, row.person_id, line.entitlement, by=leader)


async def _approve(session: AsyncSession) -> None:
    newest = (
        select(Approval.id, Approval.approver_id)
        .where(Approval.outcome.is_(None))
        .order_by(Approval.id.desc())
    )
    for approval_id, approver_id in (await session.execute(newest.limit(10))).all():
        approver = replace(await load_actor(session, approver_id), signed_in_recently=True)
        await decide(session, [approval_id], Outcome.APPROVED, None, by=approver)


async def _solve(session: AsyncSession, row: JourneyRow) -> None:
    of_steps = select(JourneyStep.ticket_id).join(JourneyRow, JourneyRow.id == JourneyStep.journey_id)
    of_grants = select(GrantOrder.ticket_id).join(Grant, Grant.id == GrantOrder.grant_id)
    theirs = Ticket.id.in_(of_steps.where(JourneyRow.engagement_id == row.engagement_id)) | Ticket.id.in_(
        of_grants.where(Grant.person_id == row.person_id)
    )
    for ticket in (
        await session.scalars(select(Ticket).where(theirs, Ticket.status.in_(sorted(OPEN))))
    ).all():
        agents = select(Membership.person_id).where(
            Membership.unit == ticket.unit, Membership.person_id != ticket.requester_id
        )
        agent = (await session.scalars(agents.order_by(Membership.person_id))).first()
        assert agent is not None
        by = await load_actor(session, agent)
        await actions.assign(session, ticket, assignee_id=agent, by=by, at=await database_now(session))
        await actions.resolve(session, ticket, text="Gjort.", by=by, at=await database_now(session))


def on(site: Site, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """In one transaction of the site's database; Playwright's own event loop runs in this thread."""

    async def run() -> T:
        engine = make_engine(site.app_url, pool_size=None)
        try:
            async with transaction(make_sessions(engine)) as session:
                return await work(session)
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, run()).result()


def engage_a_consultant(site: Site, name: str, sponsor: str) -> None:
    """Whose last day was the day before yesterday; nothing has come of that yet."""

    async def engage(session: AsyncSession) -> None:
        day, at = await today(session), await database_now(session)
        asked = (await session.scalars(select(Person).where(Person.name == sponsor))).one()
        place = (await session.scalars(select(OrgUnit.id).where(OrgUnit.leader_id == asked.id))).first()
        assert place is not None
        person = Person(issuer="demo", subject=name, name=name, sort_key=name.lower())
        session.add(person)
        await session.flush()
        content = Content(
            place, CONSULTANT, "8530", "Rådgiver", Decimal(100), sponsor_id=asked.id, contract_reference="K-9"
        )
        span = Span(day - timedelta(days=90), day - timedelta(days=2))
        await join(session, person.id, content, span, by=system_actor("hr"), at=at)

    on(site, engage)


def let_time_do_its_work(site: Site) -> None:
    """What begins and ends by itself does so."""

    async def turn(session: AsyncSession) -> None:
        while await take_turns(session):
            await session.flush()

    on(site, turn)


def begin_review(site: Site) -> None:
    """The round of September, whatever month it is; begun already, it stays as it is."""

    async def begin(session: AsyncSession) -> None:
        at = await database_now(session)
        september = at.replace(month=9, day=1)
        await begin_round(session, await load_published(session), september)

    on(site, begin)
