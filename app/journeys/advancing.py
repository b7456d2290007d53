"""Carrying a journey on: what can begin begins, a unit's step becomes a ticket, what is done is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Paper
from app.catalogue.published import Published, load_published, published_or_none
from app.database.model import NEVER
from app.errors import Problem
from app.events.log import EVENT_STEP, record
from app.identity.actor import Actor, system_actor
from app.journeys.lifecycle import SETTLED, check_move, is_over, may_begin
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState
from app.journeys.ordering import order_step
from app.journeys.signing import ask_for
from app.journeys.situation import Situation, situation
from app.journeys.tasking import forget_tasks, keep_tasks
from app.people.models import Hire, HireState
from app.tickets.lifecycle import OPEN, Resolution
from app.tickets.models import Ticket
from service_catalog.journey_schema import Closes, Journey, JourneyKind, OwnerKind
from sla.zone import day_of

ADVANCER = system_actor("journeys.advance")
BATCH = 20
LOOKED_AT_AGAIN = timedelta(seconds=60)
"""What closes a step of the system is looked up so often; a ticket is seen at the next tick."""


async def advance_due(session: AsyncSession) -> int:
    """One batch of journeys whose time has come, or whose tickets are done; how many. Twice changes nothing."""
    published = await published_or_none(session)
    if published is None:
        return 0
    is_open = Ticket.status.in_(sorted(OPEN))
    news = or_(
        (JourneyStep.state == StepState.OPEN) & ~is_open, (JourneyStep.state == StepState.DONE) & is_open
    )
    answered = select(JourneyStep.journey_id).join(Ticket, Ticket.id == JourneyStep.ticket_id).where(news)
    at = func.greatest(func.clock_timestamp(), JourneyRow.last_event_at + EVENT_STEP)
    query = (
        select(JourneyRow, at)
        .where(
            JourneyRow.state == JourneyState.ACTIVE,
            or_(JourneyRow.next_at <= func.clock_timestamp(), JourneyRow.id.in_(answered)),
        )
        .order_by(JourneyRow.next_at, JourneyRow.id)
        .limit(BATCH)
        .with_for_update(of=JourneyRow, skip_locked=True)
    )
    rows = (await session.execute(query)).all()
    for row, now in rows:
        await advance(session, row, at=now, published=published)
    return len(rows)


async def advance(session: AsyncSession, row: JourneyRow, *, at: datetime, published: Published) -> None:
    """As far as it goes now. The caller holds the row; its text is that of the version it was begun under."""
    if row.state is not JourneyState.ACTIVE:
        return
    known = published if row.catalogue_version == published.version else None
    template = (known or await load_published(session, row.catalogue_version)).catalogue.journeys[
        row.template
    ]
    if await _waits_for_yes(session, row):
        row.next_at = NEVER
        await session.flush()
        return
    steps = (await session.scalars(steps_of(row.id))).all()
    at = await _take_in(session, row, template, steps, at, published)
    at = await _begin(session, row, template, steps, at, published)
    # What has just begun may hold already: nothing to give is all given.
    at = await _take_in(session, row, template, steps, at, published)
    at = await _begin(session, row, template, steps, at, published)
    if is_over(step.state for step in steps):
        row.state, row.next_at = JourneyState.DONE, NEVER
        record(row, "journey.done", by=ADVANCER, at=at)
    else:
        row.next_at = _next_at(steps, at)
    await session.flush()
    await keep_tasks(session, row, template, steps, by=ADVANCER)
    if row.state is JourneyState.DONE and row.kind is JourneyKind.CONTRACT:
        await _wake(session, row, at)


def steps_of(journey_id: int) -> Select[JourneyStep]:
    return select(JourneyStep).where(JourneyStep.journey_id == journey_id).order_by(JourneyStep.place)


def settle(
    row: JourneyRow,
    step: JourneyStep,
    state: StepState,
    *,
    by: Actor,
    at: datetime,
    problem: str | None = None,
) -> None:
    """One move of a step, with its event; the caller holds the journey."""
    check_move(step.state, state)
    step.state = state
    step.done_at = at if state is StepState.DONE else None
    step.done_by_id = by.person_id if state is StepState.DONE else None
    step.problem = problem
    record(row, f"journey.step_{state}", by=by, at=at, step=step.key)


async def show_paper(
    session: AsyncSession, row: JourneyRow, template: Journey, step: JourneyStep, at: datetime
) -> None:
    """What a step says is shown when it is done, is shown: access that asked for it may be given."""
    said = template.step(step.key)
    if said is None or said.gives is None:
        return
    paper = insert(Paper).values(person_id=row.person_id, kind=said.gives, shown_on=day_of(at))
    renewed = {"shown_on": day_of(at), "valid_until": None}
    await session.execute(paper.on_conflict_do_update(index_elements=["person_id", "kind"], set_=renewed))


async def end(
    session: AsyncSession, row: JourneyRow, state: JourneyState, *, by: Actor, at: datetime
) -> None:
    """Before all is done: what is left is dropped. Tickets go on; those who have them see why in the case."""
    at = max(at, row.last_event_at + EVENT_STEP)
    steps = (await session.scalars(steps_of(row.id))).all()
    for step in steps:
        if step.state not in SETTLED:
            step.state = StepState.DROPPED
    row.state, row.next_at = state, NEVER
    record(row, f"journey.{state}", by=by, at=at)
    await session.flush()
    await forget_tasks(session, steps, by=by)


async def _take_in(
    session: AsyncSession,
    row: JourneyRow,
    template: Journey,
    steps: Sequence[JourneyStep],
    at: datetime,
    published: Published,
) -> datetime:
    asked = [
        said.closes for step in steps if step.state is StepState.OPEN and (said := template.step(step.key))
    ]
    found = await situation(session, row, steps, {each for each in asked if each}, published)
    for step in steps:
        state = _outcome(template, step, found)
        if state is not None:
            problem = "journeys.ticket_without_solution" if state is StepState.FAILED else None
            settle(row, step, state, by=ADVANCER, at=at, problem=problem)
            at += EVENT_STEP
            if state is StepState.DONE:
                await show_paper(session, row, template, step, at)
    return at


def _outcome(template: Journey, step: JourneyStep, found: Situation) -> StepState | None:
    """None while there is nothing new."""
    said = template.step(step.key)
    if said is None or step.state not in (StepState.OPEN, StepState.DONE):
        return None
    if step.ticket_id is not None:
        status, resolution = found.tickets[step.ticket_id]
        if (status in OPEN) is (step.state is StepState.OPEN):
            return None
        if status in OPEN:
            # It was opened again: it is not done after all.
            return StepState.OPEN
        return StepState.DONE if resolution is Resolution.SOLVED else StepState.FAILED
    return StepState.DONE if step.state is StepState.OPEN and said.closes in found.holds else None


async def _begin(
    session: AsyncSession,
    row: JourneyRow,
    template: Journey,
    steps: Sequence[JourneyStep],
    at: datetime,
    published: Published,
) -> datetime:
    present = {step.key for step in steps}
    settled = {step.key for step in steps if step.state in SETTLED}
    for step in steps:
        said = template.step(step.key)
        if said is None or step.opens_at > at or not may_begin(step.state, said.after, settled, present):
            continue
        problem = None
        if step.owner is OwnerKind.UNIT and said.ticket is not None:
            try:
                step.ticket_id = await order_step(session, row, step, said, published=published)
            except Problem as wrong:
                problem = wrong.fields[0].code if wrong.fields else wrong.code
        state = StepState.FAILED if problem else StepState.OPEN
        settle(row, step, state, by=ADVANCER, at=at, problem=problem)
        at += EVENT_STEP
        if said.closes is Closes.SIGNED:
            await ask_for(session, row, step)
    return at


def _next_at(steps: Sequence[JourneyStep], at: datetime) -> datetime:
    """Steps of the system are looked at again and again; the others when their day comes."""
    polled = any(step.state is StepState.OPEN and step.owner is OwnerKind.SYSTEM for step in steps)
    coming = [step.opens_at for step in steps if step.state is StepState.WAITING and step.opens_at > at]
    return min([*coming, *([at + LOOKED_AT_AGAIN] if polled else [])], default=NEVER)


async def _waits_for_yes(session: AsyncSession, row: JourneyRow) -> bool:
    query = select(Hire.confirmed_by_id, Hire.state).where(Hire.engagement_id == row.engagement_id)
    found = (await session.execute(query)).one_or_none()
    return found is not None and found.confirmed_by_id is None and found.state is HireState.EXPECTED


async def _wake(session: AsyncSession, row: JourneyRow, at: datetime) -> None:
    """Whoever waits for the contract is looked at now."""
    same = (JourneyRow.engagement_id == row.engagement_id, JourneyRow.state == JourneyState.ACTIVE)
    for other in await session.scalars(select(JourneyRow).where(*same)):
        other.next_at = at
    await session.flush()


CLOSED_BY_HAND = frozenset({Closes.CONTRACT, Closes.SIGNED, Closes.MATCHED})
"""Steps of the system that the leader may also close: on paper, or seen in the other system."""
