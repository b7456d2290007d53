"""What people do with a step on the journey's own page: done, undone, taken up again, left out."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.errors import Conflict, Forbidden, NotFound, refuse
from app.events.log import EVENT_STEP, take
from app.identity.actor import Actor
from app.journeys.advancing import CLOSED_BY_HAND, advance, settle, show_paper
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState
from app.journeys.policy import may_do, visible_to
from app.journeys.queries import template_of
from service_catalog.journey_schema import OwnerKind


class Verb(StrEnum):
    DONE = "done"
    UNDO = "undo"
    AGAIN = "again"
    """Of what failed: order it once more."""
    DROP = "drop"
    """It is not needed for this person."""


BECOMES: dict[Verb, StepState] = {
    Verb.DONE: StepState.DONE,
    Verb.UNDO: StepState.OPEN,
    Verb.AGAIN: StepState.WAITING,
    Verb.DROP: StepState.DROPPED,
}


async def act(
    session: AsyncSession, journey_id: int, step_id: int, verb: Verb, *, by: Actor, published: Published
) -> JourneyRow:
    """One verb on one step; the journey goes on as far as it can.

    Raises NotFound for a journey that is not theirs, Forbidden for a step that somebody else does, Conflict for a move
    that the step's state does not allow.
    """
    row, at = await take(session, JourneyRow, JourneyRow.id == journey_id, visible_to(by))
    wanted = select(JourneyStep).where(JourneyStep.id == step_id, JourneyStep.journey_id == row.id)
    step = (await session.scalars(wanted)).one_or_none()
    if step is None:
        raise NotFound
    if row.state is not JourneyState.ACTIVE:
        raise Conflict("journeys.over")
    template = await template_of(session, row, published)
    said = template.step(step.key)
    if verb in (Verb.DONE, Verb.UNDO):
        _check_owner(row, step, by, closable=said is not None and said.closes in CLOSED_BY_HAND)
    elif row.person_id == by.person_id:
        raise Forbidden("journeys.not_your_step")
    if verb is Verb.UNDO and step.ticket_id is not None:
        raise Conflict("journeys.move_not_allowed")
    if verb is Verb.AGAIN:
        step.ticket_id = None
    settle(row, step, BECOMES[verb], by=by, at=at)
    if verb is Verb.DONE:
        await show_paper(session, row, template, step, at)
    await session.flush()
    await advance(session, row, at=at + EVENT_STEP, published=published)
    return row


def _check_owner(row: JourneyRow, step: JourneyStep, by: Actor, *, closable: bool) -> None:
    if step.owner is OwnerKind.SYSTEM:
        if not closable or row.person_id == by.person_id:
            raise Forbidden("journeys.closes_itself")
        return
    refuse(may_do(by, step.owner, person_id=row.person_id))
