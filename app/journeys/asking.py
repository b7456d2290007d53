"""Fresh eyes: whoever is new is asked after 30 and 90 days, and whoever leaves before the last day, what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.queue import deliver_later
from app.errors import Conflict, FieldProblem, Invalid, NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.journeys.models import FreshEyes, JourneyRow, JourneyState, Occasion
from service_catalog.journey_schema import JourneyKind
from sla.zone import day_of

TOPIC = "fresh_eyes.asked"
BATCH = 100
TEXT_MAX = 2000
ANSWERABLE = timedelta(days=60)
WHEN = (
    (JourneyKind.JOIN, Occasion.MONTH, timedelta(days=30)),
    (JourneyKind.JOIN, Occasion.QUARTER, timedelta(days=90)),
    (JourneyKind.LEAVE, Occasion.LEAVING, timedelta(days=-7)),
)
"""On which journey, and how long after its day; whoever leaves is asked while they still sign in."""


MARKS = ("1", "2", "3", "4", "5")
QUESTIONS = ("surprised", "better", "keep")
"""Asked for in words; «ready» is a mark."""


@dataclass(frozen=True, slots=True)
class Asked:
    id: int
    occasion: Occasion
    answered_at: datetime | None


async def ask_due(session: AsyncSession) -> int:
    """One batch of journeys whose time to ask has come; how many were asked. Twice asks nobody twice."""
    at = await database_now(session)
    found = [await _ask(session, kind, occasion, away, at) for kind, occasion, away in WHEN]
    return sum(found)


async def _ask(
    session: AsyncSession, kind: JourneyKind, occasion: Occasion, away: timedelta, at: datetime
) -> int:
    """Those whose day is `away` past, and not so long ago that the question has lost its point."""
    due = day_of(at) - away
    known = select(FreshEyes.id).where(FreshEyes.journey_id == JourneyRow.id, FreshEyes.occasion == occasion)
    query = (
        select(JourneyRow.id, JourneyRow.person_id)
        .where(
            JourneyRow.kind == kind,
            JourneyRow.state != JourneyState.WITHDRAWN,
            JourneyRow.day <= due,
            JourneyRow.day > due - ANSWERABLE,
            ~known.exists(),
        )
        .order_by(JourneyRow.id)
        .limit(BATCH)
    )
    rows = (await session.execute(query)).all()
    for journey_id, person_id in rows:
        new = insert(FreshEyes).values(
            journey_id=journey_id, person_id=person_id, occasion=occasion, asked_at=at
        )
        made = await session.scalars(new.on_conflict_do_nothing().returning(FreshEyes.id))
        asked_id = made.one_or_none()
        if asked_id is not None:
            await deliver_later(
                session,
                TOPIC,
                key=f"{TOPIC}:{asked_id}",
                payload={"asked_id": asked_id},
                recipient_id=person_id,
            )
    return len(rows)


async def asked_of(session: AsyncSession, actor: Actor) -> Sequence[Asked]:
    """What the actor is asked and may still answer, and what they have answered lately; the newest first."""
    query = (
        select(FreshEyes.id, FreshEyes.occasion, FreshEyes.answered_at)
        .where(
            FreshEyes.person_id == actor.person_id, FreshEyes.asked_at > func.clock_timestamp() - ANSWERABLE
        )
        .order_by(FreshEyes.asked_at.desc(), FreshEyes.id.desc())
    )
    return [Asked(*row) for row in await session.execute(query)]


async def answer(session: AsyncSession, asked_id: int, said: dict[str, str], *, by: Actor) -> None:
    """Once. Raises NotFound for what others are asked, Invalid with what is wrong, Conflict when it is answered."""
    wanted = (FreshEyes.id == asked_id, FreshEyes.person_id == by.person_id)
    row = (await session.scalars(select(FreshEyes).where(*wanted).with_for_update())).one_or_none()
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise Conflict("fresh_eyes.answered")
    ready, texts = _read(said)
    row.ready = ready
    row.surprised, row.better, row.keep = texts
    row.answered_at = await database_now(session)
    await session.flush()


def _read(said: dict[str, str]) -> tuple[int, tuple[str, str, str]]:
    mark, texts = said.get("ready", ""), [said.get(each, "").strip() for each in QUESTIONS]
    problems = [
        FieldProblem(name, "field.too_long")
        for name, text in zip(QUESTIONS, texts, strict=True)
        if len(text) > TEXT_MAX
    ]
    if mark not in MARKS:
        problems.append(FieldProblem("ready", "field.not_a_choice" if mark else "field.required"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    surprised, better, keep = texts
    return int(mark), (surprised, better, keep)
