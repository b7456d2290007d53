"""Steps that people do stand on their lists of tasks, for as long as they are open."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState
from app.tasks.actions import NewTask, end, place
from app.tasks.models import Consequence, Kind, TaskState
from service_catalog.journey_schema import Journey, OwnerKind
from service_catalog.schema import Confidentiality


async def keep_tasks(
    session: AsyncSession, row: JourneyRow, template: Journey, steps: Sequence[JourneyStep], *, by: Actor
) -> None:
    """The tasks are what the steps are now; the caller holds the journey."""
    wanted = [task for step in steps if (task := _task(row, template, step)) is not None]
    await place(session, wanted, again=True)
    asked = {task.key for task in wanted}
    done = {key_of(step) for step in steps if step.state is StepState.DONE}
    await end(session, done, by=by)
    await end(session, {key_of(step) for step in steps} - asked - done, by=by, state=TaskState.WITHDRAWN)


async def forget_tasks(session: AsyncSession, steps: Sequence[JourneyStep], *, by: Actor) -> None:
    """The journey ended before they were done."""
    await end(session, {key_of(step) for step in steps}, by=by, state=TaskState.WITHDRAWN)


def key_of(step: JourneyStep) -> str:
    return f"step:{step.id}"


def _task(row: JourneyRow, template: Journey, step: JourneyStep) -> NewTask | None:
    """None for what is nobody's to do now."""
    person_id = _whose(row, step)
    said = template.step(step.key)
    if row.state is not JourneyState.ACTIVE or person_id is None or said is None:
        return None
    return NewTask(
        key=key_of(step),
        kind=Kind.STEP,
        subject_id=step.id,
        person_id=person_id,
        confidentiality=Confidentiality.PERSONNEL,
        consequence=Consequence.SEVERE if said.statute else Consequence.SERIOUS,
        due_at=step.due_at,
        url=f"/leder/folk/{row.id}",
    )


def _whose(row: JourneyRow, step: JourneyStep) -> int | None:
    """What failed is the leader's, whoever's it was: somebody must decide what to do."""
    if step.state is StepState.FAILED:
        return row.owner_id
    if step.state is not StepState.OPEN:
        return None
    return {OwnerKind.LEADER: row.owner_id, OwnerKind.NEWCOMER: row.person_id}.get(step.owner)
