"""REST routes by which other systems tell what waits for whom; the guide is docs/tasks.md."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.database.session import Db
from app.identity.me import Me
from app.settings import Settings
from app.tasks.external import Pushed, push, source_of, standing_of, withdraw
from app.tasks.models import Consequence, TaskState
from app.tasks.sources import Source, sources_in
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from service_catalog.schema import Confidentiality

router = Room(prefix="/api/v1/external-tasks", tags=["tasks"], responses=PROBLEM_RESPONSES)
SourceKey = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["planner"])]
TaskKey = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:~-]+$")]
Line = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]+$"
    ),
]
"""One line: it goes into mails and calendars, where the next line is something else."""


class ExternalTaskIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: Line = Field(description="Employee number or e-mail address.", examples=["104827"])
    title: Line = Field(
        description="Read by whoever's it is, and their deputy.", examples=["Attester 4 timelister"]
    )
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https://[^\s\"<>]+$")] = Field(
        description="Where it is done.", examples=["https://tid.fjordvik.example/attester"]
    )
    neutral_title: Line | None = Field(
        default=None,
        description="What mail, calendars and Teams may show: no person and no case in it.",
        examples=["Timelister venter"],
    )
    why: Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)] | None = Field(
        default=None, examples=["De får ikke lønn 12. desember uten."]
    )
    consequence: Consequence = Field(
        default=Consequence.NOTICEABLE, description="What happens when nobody does it in time."
    )
    confidentiality: Literal[Confidentiality.OPEN, Confidentiality.PERSONAL, Confidentiality.PERSONNEL] = (
        Confidentiality.PERSONAL
    )
    minutes: Annotated[int, Field(ge=1, le=480)] | None = Field(default=None, examples=[5])
    due_at: AwareDatetime | None = None


class ExternalTaskWithKeyIn(ExternalTaskIn):
    key: TaskKey = Field(examples=["timeliste-2026-47"])


class ExternalTasksIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[ExternalTaskWithKeyIn], Field(max_length=1000, examples=[[]])]
    whole: bool = Field(
        default=False, description="This is everything: those that are not among them are withdrawn."
    )


class StandingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    key: str
    state: TaskState
    ended_at: datetime | None


async def source_here(request: Request, source: SourceKey, session: Db, me: Me) -> Source:
    """404 for everybody but the one system, whether there is such a source or not."""
    settings: Settings = request.app.state.settings
    return await source_of(session, sources_in(settings.task_sources_file), source, by=me)


Here = Annotated[Source, Depends(source_here)]


@router.put("/{source}", status_code=204, summary="Tell many tasks at once; all or none are taken")
async def put_many(source: SourceKey, body: ExternalTasksIn, session: Db, here: Here) -> Response:
    """An empty list is a sign of life: nothing new, and what was told still stands."""
    pushed = [Pushed(**item.model_dump()) for item in body.items]
    await push(session, source, here, pushed, whole=body.whole)
    return Response(status_code=204)


@router.put("/{source}/{task_key}", summary="Tell one task, or what is new about it")
async def put_one(
    source: SourceKey, task_key: TaskKey, body: ExternalTaskIn, session: Db, here: Here
) -> StandingOut:
    """The same again changes nothing. One that was done here stays done, and the answer says so."""
    await push(session, source, here, [Pushed(key=task_key, **body.model_dump())])
    return StandingOut.model_validate(await standing_of(session, source, task_key))


@router.get("/{source}/{task_key}", summary="What became of a task")
async def get_one(source: SourceKey, task_key: TaskKey, session: Db, _here: Here) -> StandingOut:
    return StandingOut.model_validate(await standing_of(session, source, task_key))


@router.delete(
    "/{source}/{task_key}", status_code=204, summary="It is no longer asked for, or done over there"
)
async def delete_one(source: SourceKey, task_key: TaskKey, session: Db, _here: Here) -> Response:
    await withdraw(session, source, task_key)
    return Response(status_code=204)
