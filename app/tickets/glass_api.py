"""REST routes of breaking the glass."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from pydantic import Field

from app.database.session import Db
from app.identity.me import Me
from app.tickets.api import Number
from app.tickets.glass import break_glass, openings
from app.tickets.schema import In, Out, Words
from app.web.idempotency import OnceOnly
from app.web.paging import After, Limit, next_link
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1", tags=["access"], responses=PROBLEM_RESPONSES)


class GlassIn(In):
    reason: Words = Field(
        examples=["Ansatt er akutt syk, og saksbehandleren er borte."],
        description="Read by the privacy officer and by the person it is about.",
    )


class GlassOut(Out):
    id: int
    number: str = Field(examples=["104827-3"])
    who: str
    reason: str
    opened_at: datetime
    ends_at: datetime


class GlassPageOut(Out):
    items: list[GlassOut]
    next: str | None


@router.post(
    "/tickets/{number}/glass", status_code=204, summary="Read a case that is not yours, for a reason"
)
async def break_the_glass(
    number: Number, body: GlassIn, session: Db, me: Me, once: OnceOnly, response: Response
) -> None:
    """For four hours, and only to read. The privacy officer and the person are told."""
    if await once.begin() is None:
        await break_glass(session, number, body.reason, by=me)
        await once.finish(status=204, location=f"/api/v1/tickets/{number}")
    response.headers["Location"] = f"/api/v1/tickets/{number}"


@router.get("/glass-openings", summary="Who has broken the glass, newest first")
async def glass_openings(
    request: Request, session: Db, me: Me, after: After = None, limit: Limit = 50
) -> GlassPageOut:
    """To the cases that concern you; all of them for the privacy officer."""
    page = await openings(session, me, after=after, limit=limit)
    return GlassPageOut(
        items=[GlassOut.model_validate(one) for one in page.items], next=next_link(request, page)
    )
