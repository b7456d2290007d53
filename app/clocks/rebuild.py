"""Computing every clock again from the log, to prove that the rows are caches and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import load_published
from app.clocks.actions import Read, reading_of
from app.clocks.compute import EFFECTS, ClockState
from app.clocks.models import ClockRow
from app.database.session import Sessions, transaction
from app.events.models import Event

BATCH = 1_000


@dataclass
class Rebuilt:
    """How many clocks were read, and which differed from their events."""

    read: int = 0
    different: list[int] = field(default_factory=list)


async def rebuild(sessions: Sessions, *, repair: bool = True) -> Rebuilt:
    """Compute every clock as of its last event; those that differ are listed and, with `repair`, written right."""
    result = Rebuilt()
    last = 0
    while True:
        async with transaction(sessions) as session:
            query = (
                select(ClockRow)
                .where(ClockRow.id > last)
                .order_by(ClockRow.id)
                .limit(BATCH)
                .with_for_update()
            )
            rows = (await session.scalars(query)).all()
            if not rows:
                return result
            async for row, now in _computed(session, rows):
                if _differs(row, now):
                    result.different.append(row.id)
                    if repair:
                        row.recompute(now.reading, target=now.target, priority=now.priority)
            result.read += len(rows)
            last = rows[-1].id


async def _computed(session: AsyncSession, rows: Sequence[ClockRow]) -> AsyncIterator[tuple[ClockRow, Read]]:
    subjects = sorted({(row.subject_kind, row.subject_id) for row in rows})
    query = (
        select(Event)
        .where(tuple_(Event.subject_kind, Event.subject_id).in_(subjects), Event.kind.in_(list(EFFECTS)))
        .order_by(Event.subject_kind, Event.subject_id, Event.seq)
    )
    facts: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in await session.scalars(query):
        facts[event.subject_kind, event.subject_id].append(event)
    for row in rows:
        published = await load_published(session, row.catalogue_version)
        subject = (row.subject_kind, row.subject_id)
        yield (
            row,
            reading_of(
                row.kind,
                facts[subject],
                published=published,
                agreement=row.agreement,
                version=row.agreement_version,
                at=row.last_event_at,
            ),
        )


def _differs(row: ClockRow, now: Read) -> bool:
    """`used` is a floor while the clock runs; everything else must be equal to the microsecond."""
    reading = now.reading
    stored = (row.state, row.due_at, row.next_at, row.stopped_at, row.breached_at, row.target, row.priority)
    right = (
        reading.state,
        reading.due_at,
        reading.next_at,
        reading.stopped_at,
        reading.breached_at,
        now.target,
        now.priority,
    )
    return stored != right or (row.state is not ClockState.RUNNING and row.used != reading.used)
