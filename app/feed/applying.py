"""Carrying out what a row means: the person, their jobs, and what waits for somebody to say. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.sortkey import sort_key
from app.feed.difference import Change, Corrected, EndSet, Joined, LeavesSet, Moved, Withdrawn
from app.feed.models import FeedMatch, Outcome, ToldJob, WaitingRow
from app.feed.planning import Planned
from app.feed.returning import let_back_in
from app.feed.rows import packed
from app.identity.actor import Actor
from app.identity.ending import end_access, link_identity, open_access
from app.people import engaging
from app.people.models import Person


async def carry_out(
    session: AsyncSession, planned: Planned, *, issuer: str | None, by: Actor, at: datetime
) -> int | None:
    """The person's id; None while nobody can tell whom it is about, and for a stranger who has left."""
    await _remember(session, planned, at=at)
    if planned.is_undecided or planned.is_unusable or planned.is_over:
        return None
    person = await _person(session, planned, issuer)
    if planned.links and issuer is not None and planned.row.subject is not None:
        await link_identity(session, person.id, planned.row.subject, issuer=issuer, by=by)
    for change in planned.changes:
        await _make(session, person.id, change, by=by, at=at)
    await _note(session, planned)
    await _set_access(session, person, planned, by=by, at=at)
    return person.id


async def _person(session: AsyncSession, planned: Planned, issuer: str | None) -> Person:
    row = planned.row
    if planned.person_id is not None:
        query = select(Person).where(Person.id == planned.person_id).with_for_update()
        person = (await session.scalars(query)).one()
        for name, (_before, after) in planned.fields.items():
            setattr(person, name, after)
        person.sort_key = sort_key(person.name)
    else:
        person = Person(
            issuer=issuer if issuer and row.subject else f"feed:{row.source}",
            subject=row.subject if issuer and row.subject else row.key,
            name=row.name,
            sort_key=sort_key(row.name),
            email=row.email,
            phone=row.phone,
            employee_number=row.employee_number,
            language=row.language or "nb",
            active=True,
        )
        session.add(person)
    await session.flush()
    return person


async def _note(session: AsyncSession, planned: Planned) -> None:
    """What was said of each job, so that it means nothing when it is said again."""
    for key, digest in planned.digests.items():
        if digest is None:
            await session.execute(delete(ToldJob).where(ToldJob.key == key))
            continue
        span = planned.last[key]
        said = {"digest": digest, "starts_on": span.starts_on, "ends_on": span.ends_on}
        told = insert(ToldJob).values(key=key, **said)
        await session.execute(told.on_conflict_do_update(index_elements=["key"], set_=said))


async def _make(session: AsyncSession, person_id: int, change: Change, *, by: Actor, at: datetime) -> None:
    match change:
        case Joined(told):
            made = await engaging.join(
                session, person_id, told.content, told.span, by=by, at=at, feed_key=told.key
            )
            if told.leaves:
                await engaging.set_leaves(session, made.id, told.leaves, by=by)
        case Moved(before, told):
            made = await engaging.move(session, before.id, told.content, told.span, by=by)
            if told.leaves:
                await engaging.set_leaves(session, made.id, told.leaves, by=by)
        case Corrected(before, content, span):
            await engaging.correct(session, before.id, content, span, by=by)
        case EndSet(before, ends_on):
            await engaging.set_end(session, before.id, ends_on, by=by)
        case Withdrawn(before):
            await engaging.withdraw(session, before.id, by=by)
        case LeavesSet(before, leaves):
            await engaging.set_leaves(session, before.id, leaves, by=by)


async def _set_access(
    session: AsyncSession, person: Person, planned: Planned, *, by: Actor, at: datetime
) -> None:
    """What the source says of access itself; and a new job lets in whoever had only left."""
    if planned.row.active is False and person.active:
        await end_access(session, person.id, by=by)
        return
    if person.left_at is not None:
        await let_back_in(session, person.id, by=by, at=at)
    if planned.row.active is True and not person.active:
        person.left_at = None
        await session.flush()
        await open_access(session, person.id, by=by)


async def _remember(session: AsyncSession, planned: Planned, *, at: datetime) -> None:
    """The row, while it waits for somebody; and the questions. What was asked and no longer stands is not asked."""
    if not (planned.waits or planned.waited):
        return
    source, key = planned.row.source, planned.row.key
    mine = (FeedMatch.source == source, FeedMatch.key == key)
    stale = delete(FeedMatch).where(*mine, FeedMatch.outcome == Outcome.OPEN)
    await session.execute(stale.where(FeedMatch.candidate_id.not_in(planned.asks)))
    for candidate_id, alike in planned.asks.items():
        asked = insert(FeedMatch).values(
            source=source,
            key=key,
            candidate_id=candidate_id,
            reasons=[each.value for each in alike],
            asked_at=at,
        )
        await session.execute(
            asked.on_conflict_do_update(
                index_elements=["source", "key", "candidate_id"],
                set_={"reasons": asked.excluded.reasons},
            )
        )
    if not planned.waits:
        await session.execute(delete(WaitingRow).where(WaitingRow.source == source, WaitingRow.key == key))
        return
    said = {
        "row": packed(planned.row),
        "findings": [{"found": f.found.value, "about": f.about, "said": f.said} for f in planned.findings],
        "person_id": None if planned.is_undecided or planned.is_unusable else planned.person_id,
        "told_at": func.clock_timestamp(),
    }
    waiting = insert(WaitingRow).values(source=source, key=key, **said)
    await session.execute(waiting.on_conflict_do_update(index_elements=["source", "key"], set_=said))
