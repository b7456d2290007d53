"""What may happen to an engagement, each with its event: joined, corrected, moved, ended, prolonged, withdrawn, leave.

Days are the source's; the instants they take effect are computed here, and stand in the events.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.log import Acting, record, take
from app.people.models import CONSULTANT, HIRED_IN, Engagement, EngagementTurn, Leave, Turn
from sla.zone import ZONE

DAY = timedelta(days=1)
LAST_SHIFT_ENDS = time(8)
"""The morning after the last day, where nobody has said when the last shift ends: whoever may have the last night shift
keeps what they need until it is over."""
RENEWAL_BEFORE = timedelta(days=30)
ASKED_AT = time(8)
LAST_SHIFT = "last_shift_ends_at"
SPONSORED = frozenset({CONSULTANT, HIRED_IN})


@dataclass(frozen=True, slots=True)
class Content:
    """What an engagement is about, apart from when. A new place, kind or position code is another job: a move."""

    org_unit_id: int
    kind: str
    position_code: str
    title: str
    percent: Decimal
    leader_id: int | None = None
    sponsor_id: int | None = None
    contract_reference: str | None = None
    legal_basis: str | None = None
    last_shift_ends_at: datetime | None = None

    @property
    def job(self) -> tuple[int, str, str]:
        return self.org_unit_id, self.kind, self.position_code


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From the first day to the last, both included; None: until further notice."""

    starts_on: date
    ends_on: date | None = None


def begins_at(starts_on: date) -> datetime:
    """The instant its first day begins."""
    return datetime.combine(starts_on, time(), ZONE).astimezone(UTC)


def ends_at(ends_on: date, last_shift_ends_at: datetime | None = None) -> datetime:
    """The instant everything that it gives is over: when the last shift of its last day is."""
    if last_shift_ends_at is not None and is_last_shift(last_shift_ends_at, ends_on):
        return last_shift_ends_at
    return datetime.combine(ends_on + DAY, LAST_SHIFT_ENDS, ZONE).astimezone(UTC)


def is_last_shift(at: datetime, ends_on: date) -> bool:
    """Whether a shift of this day can end then: on the day, or by noon of the next. What was said of another day is void."""
    first = datetime.combine(ends_on, time(), ZONE)
    return first < at <= datetime.combine(ends_on + DAY, time(12), ZONE)


def asked_at(ends_on: date) -> datetime:
    return datetime.combine(ends_on - RENEWAL_BEFORE, ASKED_AT, ZONE).astimezone(UTC)


def content_of(engagement: Engagement) -> Content:
    return Content(**{name: getattr(engagement, name) for name in Content.__dataclass_fields__})


async def join(
    session: AsyncSession,
    person_id: int,
    content: Content,
    span: Span,
    *,
    by: Acting,
    at: datetime,
    feed_key: str | None = None,
    moved_from: int | None = None,
) -> Engagement:
    """A new engagement, past, present or to come; `moved_from` when it goes on from another."""
    made = Engagement(
        person_id=person_id,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        feed_key=feed_key,
        last_event_at=at,
        **{name: getattr(content, name) for name in Content.__dataclass_fields__},
    )
    session.add(made)
    await session.flush()
    kind = "engagement.joined" if moved_from is None else "engagement.moved"
    record(made, kind, by=by, at=at, **_told(made), from_id=moved_from)
    await _set_turns(session, made)
    return made


async def move(
    session: AsyncSession, engagement_id: int, content: Content, span: Span, *, by: Acting
) -> Engagement:
    """The old period ends the day before the new one begins, in the same breath. Raises NotFound."""
    old, at = await take(session, Engagement, Engagement.id == engagement_id)
    before = span.starts_on - DAY
    if old.ends_on is None or old.ends_on > before:
        old.ends_on = before
        record(old, "engagement.ended", by=by, at=at, **_told(old), moves=True)
        await _set_turns(session, old)
    return await join(
        session,
        old.person_id,
        content,
        span,
        by=by,
        at=at,
        feed_key=old.feed_key,
        moved_from=old.id,
    )


async def correct(
    session: AsyncSession, engagement_id: int, content: Content, span: Span, *, by: Acting
) -> None:
    """What was said of it was wrong: it is and was so. Raises NotFound."""
    engagement, at = await take(session, Engagement, Engagement.id == engagement_id)
    said = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    said |= {"starts_on": span.starts_on, "ends_on": span.ends_on}
    changed = [name for name, value in said.items() if getattr(engagement, name) != value]
    for name in changed:
        setattr(engagement, name, said[name])
    if changed:
        record(engagement, "engagement.corrected", by=by, at=at, **_told(engagement), changed=changed)
        await _set_turns(session, engagement)


async def set_end(
    session: AsyncSession,
    engagement_id: int,
    ends_on: date | None,
    *,
    by: Acting,
    last_shift_ends_at: datetime | None = None,
) -> None:
    """It ends earlier (also in the past), later, or not at all; where it is known, when its last shift is over.

    Raises NotFound.
    """
    engagement, at = await take(session, Engagement, Engagement.id == engagement_id)
    old = engagement.ends_on
    if (old, engagement.last_shift_ends_at) == (ends_on, last_shift_ends_at):
        return
    engagement.ends_on, engagement.last_shift_ends_at = ends_on, last_shift_ends_at
    earlier = ends_on is not None and (old is None or ends_on < old)
    if ends_on == old:
        record(engagement, "engagement.corrected", by=by, at=at, **_told(engagement), changed=[LAST_SHIFT])
    else:
        kind = "engagement.ended" if earlier else "engagement.prolonged"
        record(engagement, kind, by=by, at=at, **_told(engagement))
    await _set_turns(session, engagement)


async def withdraw(session: AsyncSession, engagement_id: int, *, by: Acting) -> None:
    """It never came to anything: no day is left of it. Raises NotFound."""
    engagement, at = await take(session, Engagement, Engagement.id == engagement_id)
    record(engagement, "engagement.withdrawn", by=by, at=at, **_told(engagement))
    engagement.ends_on = engagement.starts_on - DAY
    await session.execute(delete(Leave).where(Leave.engagement_id == engagement_id))
    await _set_turns(session, engagement)


async def set_leaves(
    session: AsyncSession, engagement_id: int, leaves: Collection[Span], *, by: Acting
) -> None:
    """Exactly these are its leaves, past and to come. Raises NotFound."""
    engagement, at = await take(session, Engagement, Engagement.id == engagement_id)
    await session.execute(delete(Leave).where(Leave.engagement_id == engagement_id))
    session.add_all(
        Leave(engagement_id=engagement_id, starts_on=each.starts_on, ends_on=each.ends_on) for each in leaves
    )
    spans = [
        [each.starts_on.isoformat(), each.ends_on and each.ends_on.isoformat()] for each in sorted(leaves)
    ]
    record(engagement, "engagement.leave", by=by, at=at, person_id=engagement.person_id, leaves=spans)
    await session.flush()


def has_days() -> ColumnElement[bool]:
    """It was not withdrawn."""
    return or_(Engagement.ends_on.is_(None), Engagement.ends_on >= Engagement.starts_on)


def is_withdrawn(engagement: Engagement) -> bool:
    return engagement.ends_on is not None and engagement.ends_on < engagement.starts_on


def over_at(engagement: Engagement) -> datetime | None:
    """The instant it is over; None while it has no end."""
    if engagement.ends_on is None:
        return None
    return ends_at(engagement.ends_on, engagement.last_shift_ends_at)


def _told(engagement: Engagement) -> dict[str, Any]:
    """Ids, codes and the instants it takes effect."""
    return {
        "person_id": engagement.person_id,
        "org_unit_id": engagement.org_unit_id,
        "engagement_kind": engagement.kind,
        "position_code": engagement.position_code,
        "begins_at": begins_at(engagement.starts_on),
        "ends_at": over_at(engagement),
    }


async def _set_turns(session: AsyncSession, engagement: Engagement) -> None:
    """The rows that are due when time has come. One that was taken is due anew only when its instant is another."""
    await session.flush()
    turns: dict[Turn, datetime] = {}
    if not is_withdrawn(engagement):
        if begins_at(engagement.starts_on) > engagement.last_event_at:
            turns[Turn.BEGINS] = begins_at(engagement.starts_on)
        if engagement.ends_on is not None:
            turns[Turn.ENDS] = ends_at(engagement.ends_on, engagement.last_shift_ends_at)
            if engagement.kind in SPONSORED:
                turns[Turn.RENEWAL] = asked_at(engagement.ends_on)
    mine = EngagementTurn.engagement_id == engagement.id
    await session.execute(delete(EngagementTurn).where(mine, EngagementTurn.turn.not_in(turns)))
    for turn, due_at in turns.items():
        row = insert(EngagementTurn).values(engagement_id=engagement.id, turn=turn, due_at=due_at)
        again = row.on_conflict_do_update(
            index_elements=["engagement_id", "turn"],
            set_={"due_at": due_at, "done_at": None},
            where=EngagementTurn.due_at != due_at,
        )
        await session.execute(again)


async def has_a_job(session: AsyncSession, person_id: int, on: date) -> bool:
    """In force on the day, or to come."""
    left = or_(Engagement.ends_on.is_(None), Engagement.ends_on >= on)
    query = select(Engagement.id).where(Engagement.person_id == person_id, left, has_days()).limit(1)
    return (await session.execute(query)).one_or_none() is not None
