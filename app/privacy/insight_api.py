"""REST routes of one's own data: asking, following, taking it away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from app.database.session import Db, transaction
from app.identity.me import Me, MeBriefly
from app.privacy import insight, insight_file
from app.privacy.models import InsightState
from app.tickets import attachments
from app.tickets.schema import Id
from app.web.idempotency import OnceOnly
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1/insights", tags=["privacy"], responses=PROBLEM_RESPONSES)
InsightId = Annotated[int, Path(ge=1, lt=2**63)]
Person = Annotated[
    int, Field(ge=1, lt=2**63, description="Yourself when left out; others: the officer only.")
]


class InsightIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person_id: Id | None = Field(
        default=None, description="Yourself when left out; others: the officer only."
    )


class InsightOut(BaseModel):
    """A request for everything about a person. The file is there while it is `released`."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[7])
    state: InsightState
    asked_at: datetime
    due_on: date
    released_at: datetime | None
    expires_at: datetime | None
    file_size: int | None = Field(description="Bytes.")


@router.get("", summary="Your own requests for what is kept about you, newest first")
async def mine(me: Me, session: Db) -> list[InsightOut]:
    return [InsightOut.model_validate(each) for each in await insight.mine(session, by=me)]


@router.post("", status_code=201, summary="Ask for everything that is kept about you")
async def ask(body: InsightIn, me: Me, session: Db, once: OnceOnly, response: Response) -> list[InsightOut]:
    """Answers with the requests of whoever asks; one for somebody else is followed by that person."""
    if await once.begin() is None:
        made = await insight.ask(session, body.person_id or me.person_id or 0, by=me)
        await once.finish(status=201, location=f"/api/v1/insights/{made.id}")
    return await mine(me, session)


@router.put("/{insight_id}/withdrawal", status_code=204, summary="You do not need it any more")
async def withdraw(insight_id: InsightId, me: Me, session: Db) -> None:
    await insight.withdraw(session, insight_id, by=me)


@router.get(
    "/{insight_id}/file",
    summary="The file: a page, JSON and attachments in a zip",
    response_class=StreamingResponse,
    responses={200: {"description": "Always to be saved, never shown.", "content": {"*/*": {}}}},
)
async def file(request: Request, insight_id: InsightId, me: MeBriefly) -> StreamingResponse:
    """In a browser, by somebody who has just signed in."""
    async with transaction(request.app.state.sessions) as session:
        download = await insight_file.fetch(session, insight_id, by=me)
    chunks = await attachments.read(request.app.state.attachments, download)
    return StreamingResponse(chunks, media_type=download.media_type, headers=download.headers)
