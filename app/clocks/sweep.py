"""Finding clocks whose next step has come: each step once, whoever looks, and however late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import course_of
from app.clocks.deciding import Change, Kept, decide
from app.clocks.log import Subject, house_of, logs_of
from app.clocks.models import ClockRow
from app.clocks.situation import BrokenLog, Moment, moments_of
from app.events.log import EVENT_STEP

log = structlog.get_logger(__name__)

BATCH = 500
SETTLED = timedelta(seconds=2)
"""A step is decided so long after its instant: whatever was done before that instant is committed and read by then."""
LOOK_AGAIN = timedelta(hours=1)
"""A clock that cannot be computed is looked at again after this, and stands in the way of no other."""


async def sweep(session: AsyncSession, *, limit: int = BATCH) -> int:
    """Decide the steps that came a moment ago, by the database's time; how many clocks were looked at.

    Whoever sweeps at the same time takes other rows. `next_at` only finds a clock: what it says is computed from its
    events, which no verb can change before our lock on the row is gone.
    """
    claimed = (await session.execute(_claim(limit))).all()
    if not claimed:
        return 0
    changes, lost = await _computed(session, claimed)
    await decide(session, changes)
    if lost:
        log.error("clocks.not_in_their_log", clocks=lost)
        later = func.statement_timestamp() + LOOK_AGAIN
        await session.execute(update(ClockRow).where(ClockRow.id.in_(lost)).values(next_at=later))
    return len(claimed)


async def _computed(session: AsyncSession, claimed: Sequence[Row[Any]]) -> tuple[list[Change], list[int]]:
    """The clocks as their events have them now, and the ids of those that no event accounts for."""
    logs = await logs_of(session, {(row.subject_kind, row.subject_id) for row in claimed})
    house = await house_of(session, logs.values())
    moments: dict[Subject, list[Moment]] = {}
    for subject, facts in logs.items():
        try:
            moments[subject] = moments_of(facts)
        except BrokenLog as broken:
            log.error("clocks.broken_log", subject=subject, error=str(broken))
    changes, lost = [], []
    for row in claimed:
        subject = (row.subject_kind, row.subject_id)
        course = course_of(row.kind, row.part, moments[subject], house) if subject in moments else None
        if course is None:
            lost.append(row.id)
        else:
            kept = Kept(row.id, row.event_seq, row.last_event_at, row.period)
            change = Change(kept, subject, course, row.at)
            # Nothing had come after all: the row is written right, as of the instant it already stood for.
            changes.append(change if change.steps else Change(kept, subject, course, row.last_event_at))
    return changes, lost


def _claim(limit: int) -> Any:
    # The statement's time, still the database's: of a volatile one the planner makes no condition of the index.
    now = func.statement_timestamp() - SETTLED
    at = func.greatest(now, ClockRow.last_event_at + EVENT_STEP).label("at")
    kept = (ClockRow.id, ClockRow.event_seq, ClockRow.last_event_at, ClockRow.period)
    query = select(*kept, ClockRow.subject_kind, ClockRow.subject_id, ClockRow.kind, ClockRow.part, at)
    due = query.where(ClockRow.next_at <= now).order_by(ClockRow.next_at, ClockRow.id)
    return due.limit(limit).with_for_update(skip_locked=True)
