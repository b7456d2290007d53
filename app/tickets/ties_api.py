"""REST routes of near ties: who stands too near whom to handle their cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path

from app.approvals.near import stand_near
from app.database.session import Db
from app.identity.me import Me
from app.people.ties import remove_tie, ties_seen_by
from app.tickets.schema import Out
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1", tags=["people"], responses=PROBLEM_RESPONSES)
PersonId = Annotated[int, Path(ge=1, lt=2**63)]


class TieOut(Out):
    person_id: int
    person_name: str
    other_id: int
    other_name: str
    recorded_at: datetime


@router.get("/near-ties", summary="Recorded near ties that you may see")
async def ties(session: Db, me: Me) -> list[TieOut]:
    """Your own, whichever of the two recorded it; all of them for the privacy officer."""
    return [TieOut.model_validate(tie) for tie in await ties_seen_by(session, me)]


@router.put("/near-ties/{person_id}", status_code=204, summary="You stand near this person")
async def record(person_id: PersonId, session: Db, me: Me) -> None:
    """Neither of you handles or approves the other's cases from now on."""
    await stand_near(session, person_id, by=me)


@router.delete("/near-ties/{person_id}", status_code=204, summary="You do not stand near them any more")
async def remove(person_id: PersonId, session: Db, me: Me) -> None:
    await remove_tie(session, person_id, by=me)
