"""REST routes of one's own tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.catalogue.published import Current
from app.database.session import Db
from app.events.log import database_now
from app.identity.me import Me
from app.tasks import actions, ticking
from app.tasks.models import Consequence, Kind
from app.tasks.queries import OpenTask, open_tasks
from app.tasks.ranking import Group, horizon, ranked
from app.tasks.ticking import Tick, Ticks, ticks_of
from app.tasks.words import Step, Told, told
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from service_catalog.schema import Confidentiality

router = Room(prefix="/api/v1/tasks", tags=["tasks"], responses=PROBLEM_RESPONSES)
TaskId = Annotated[int, Path(ge=1, lt=2**63)]
StepKey = Annotated[str, Path(pattern="^[0-9a-f]{1,64}$")]


class StepOut(BaseModel):
    key: str = Field(examples=["3f1c0a9b2d4e"])
    text: str = Field(examples=["Gå gjennom regnskapet mot budsjettet"])
    done_at: datetime | None = Field(description="When it was ticked off; null when it is not.")
    done_by: str | None


class TaskOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[42])
    group: Group = Field(description="How pressing it is today.")
    kind: Kind
    source: str = Field(description="«skranke», or the system it lives in.", examples=["skranke"])
    key: str = Field(examples=["approval:17"])
    is_stale: bool = Field(description="Its system has been silent too long: it may be done there already.")
    title: str = Field(description="What another system calls it; else the kind's own words.")
    neutral_title: str = Field(description="What may be shown where others can see it.")
    why: str | None
    confidentiality: Confidentiality
    consequence: Consequence = Field(description="What happens when nobody does it in time.")
    minutes: int | None
    due_at: datetime | None
    url: str | None = Field(description="Where it is done: a path here, or an address.")
    for_person: str | None = Field(description="Whose it is, when you are their deputy.")
    delegate: str | None = Field(description="Who was asked to do it instead.")
    postponed_to: date | None
    steps: list[StepOut] = Field(description="The checklist, where it has one.")


class TasksOut(BaseModel):
    items: list[TaskOut] = Field(description="The most pressing first; at most 500.")


class PostponementIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: date = Field(examples=["2026-12-01"])
    why: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] = Field(
        examples=["Venter på tall fra Regnskap."]
    )


class DelegateIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person_id: Annotated[int, Field(ge=1, lt=2**63, examples=[42])]


@router.get("", summary="Everything that waits for you, the most pressing first")
async def own_tasks(session: Db, me: Me, published: Current) -> TasksOut:
    tasks = {task.id: task for task in await open_tasks(session, me)}
    at = await database_now(session)
    groups = ranked(tasks.values(), horizon(published.office_hours, at, published.zone))
    ticks = await ticks_of(session, tasks)
    return TasksOut(
        items=[
            _out(
                tasks[found],
                group,
                told(tasks[found], published.catalogue.wheel, me.language),
                ticks.get(found, {}),
                me.stands_in_for,
                at,
            )
            for group, ids in groups.items()
            for found in ids
        ]
    )


def _out(
    task: OpenTask, group: Group, words: Told, ticks: Ticks, stands_in_for: frozenset[int], at: datetime
) -> TaskOut:
    return TaskOut(
        id=task.id,
        group=group,
        kind=task.kind,
        source=task.source,
        key=task.key,
        is_stale=task.is_stale(at),
        title=words.title,
        neutral_title=words.neutral,
        why=words.why,
        confidentiality=task.confidentiality,
        consequence=task.consequence,
        minutes=task.minutes,
        due_at=task.due_at,
        url=task.url,
        for_person=task.person_name if task.person_id in stands_in_for else None,
        delegate=task.delegate_name,
        postponed_to=task.postponed_to,
        steps=[_step(step, ticks.get(step.key)) for step in words.steps],
    )


def _step(step: Step, tick: Tick | None) -> StepOut:
    return StepOut(
        key=step.key,
        text=step.text,
        done_at=tick.at if tick else None,
        done_by=tick.by_name if tick else None,
    )


@router.put("/{task_id}/completion", status_code=204, summary="It is done")
async def complete(task_id: TaskId, session: Db, me: Me) -> Response:
    """The system it came from is told. What is done where it is (an approval, a step) answers 403."""
    await actions.complete(session, task_id, by=me)
    return Response(status_code=204)


@router.put("/{task_id}/postponement", status_code=204, summary="Not before that day; the due date stays")
async def postpone(task_id: TaskId, body: PostponementIn, session: Db, me: Me) -> Response:
    await actions.postpone(session, task_id, body.to, body.why, by=me)
    return Response(status_code=204)


@router.put("/{task_id}/delegate", status_code=204, summary="Ask somebody else to do it; they are told")
async def delegate(task_id: TaskId, body: DelegateIn, session: Db, me: Me) -> Response:
    await actions.delegate(session, task_id, body.person_id, by=me)
    return Response(status_code=204)


@router.delete("/{task_id}/delegate", status_code=204, summary="Take it back, or give it back")
async def give_back(task_id: TaskId, session: Db, me: Me) -> Response:
    await actions.give_back(session, task_id, by=me)
    return Response(status_code=204)


@router.put("/{task_id}/steps/{step}", status_code=204, summary="This step of the checklist is done")
async def tick(task_id: TaskId, step: StepKey, session: Db, me: Me, published: Current) -> Response:
    await ticking.tick(session, task_id, step, published.catalogue.wheel, by=me)
    return Response(status_code=204)


@router.delete("/{task_id}/steps/{step}", status_code=204, summary="It is not done after all")
async def untick(task_id: TaskId, step: StepKey, session: Db, me: Me, published: Current) -> Response:
    await ticking.untick(session, task_id, step, published.catalogue.wheel, by=me)
    return Response(status_code=204)
