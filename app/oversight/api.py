"""REST route of the security log, for the officer's own tools."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from app.database.session import Db
from app.oversight.log_pages import Asked, Officer, wanted_of
from app.oversight.search import find_entries, note_search
from app.web.paging import After, Limit, next_link
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1", tags=["oversight"], responses=PROBLEM_RESPONSES)


class AuditEntryOut(BaseModel):
    """One thing that a security officer may have to answer for. Ids, never what people wrote."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[4711])
    at: datetime
    kind: str = Field(examples=["case.read"])
    actor_id: int | None = Field(description="Who did it; null for the system, and for nobody who is known.")
    actor_name: str | None = Field(examples=["Hanne Ødegård"])
    acting_for_id: int | None
    system: str | None
    subject_kind: str = Field(examples=["ticket"])
    subject: str = Field(description="A ticket by its number, the rest by its id.", examples=["104827-3"])
    concerns_id: int | None = Field(description="The person whom it is about.")
    concerns_name: str | None
    details: dict[str, Any] = Field(examples=[{"part": "case"}])


class AuditPageOut(BaseModel):
    items: list[AuditEntryOut]
    next: str | None = Field(description="Where the next page is; null on the last.")


@router.get("/audit-entries", summary="The security log, newest first; for the privacy officer")
async def audit_entries(
    request: Request, officer: Officer, session: Db, form: Asked, after: After = None, limit: Limit = 50
) -> AuditPageOut:
    """Looking is written in the log too. Whoever reads a whistle-blowing case is never in it."""
    wanted = await wanted_of(session, form)
    await note_search(session, officer, wanted, after)
    page = await find_entries(session, wanted, after=after, limit=limit)
    items = [AuditEntryOut.model_validate(row) for row in page.items]
    return AuditPageOut(items=items, next=next_link(request, page))
