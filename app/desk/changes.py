"""Which lists changed: one reader of the event cursor per process, shared by everybody who watches a queue there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.desk.addresses import FIRST_LINE
from app.events.log import Cursor, events_after
from app.events.models import Event
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality

POLL_EVERY = timedelta(seconds=1)
BATCH = 500
FIRST_LINE_HIDES = (Confidentiality.PERSONNEL, Confidentiality.WHISTLEBLOWING)
UNIT_IN_PAYLOAD = ("from_unit", "to_unit")

log = structlog.get_logger(__name__)


class Changes:
    """Tells each watcher when its list changed. Holds nothing that matters: whoever misses a turn reads the list again."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._reader: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watching(self, queue: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever `queue` changed; the watcher clears it. The reader runs while anybody watches."""
        changed = asyncio.Event()
        self._watchers.setdefault(queue, set()).add(changed)
        if self._reader is None or self._reader.done() or self._reader.cancelling():
            self._reader = asyncio.create_task(self._read())
        try:
            yield changed
        finally:
            self._watchers[queue].discard(changed)
            if not self._watchers[queue]:
                del self._watchers[queue]
            if not self._watchers:
                self._reader.cancel()

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def _read(self) -> None:
        cursor: Cursor | None = None
        while True:
            try:
                async with self._sessions() as session:
                    if cursor is None:
                        cursor = await end_of_log(session)
                    else:
                        cursor, queues = await changed_queues(session, cursor)
                        self._tell(queues)
            except (SQLAlchemyError, OSError) as lost:
                # The database is away for a moment: the pages still work, the next turn catches up.
                log.warning("desk.changes.unreadable", error=type(lost).__name__)
            await asyncio.sleep(POLL_EVERY.total_seconds())

    def _tell(self, queues: set[str]) -> None:
        for queue in queues:
            for changed in self._watchers.get(queue, ()):
                changed.set()


async def end_of_log(session: AsyncSession) -> Cursor:
    """Where the log ends now. Transactions that are still open will come after it."""
    newest = text(
        "SELECT coalesce(max(epoch), 1), (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint - 1 FROM "
        "(SELECT epoch FROM events ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1) AS last"
    )
    epoch, xid = (await session.execute(newest)).one()
    return Cursor(epoch=epoch, xid=xid, id=2**62)


async def changed_queues(session: AsyncSession, cursor: Cursor) -> tuple[Cursor, set[str]]:
    """The cursor moved on, and the queues (units' keys and «forstelinja») in which a ticket came, went or changed."""
    events = await events_after(session, cursor, limit=BATCH)
    if not events:
        return cursor, set()
    last = events[-1]
    tickets = {event.subject_id for event in events if event.subject_kind == "ticket"}
    columns = select(Ticket.unit, Ticket.handover_to, Ticket.confidentiality).where(
        # A whistle-blowing case is in nobody's list; that it changed would say that it exists.
        Ticket.id.in_(tickets),
        Ticket.confidentiality != Confidentiality.WHISTLEBLOWING,
    )
    queues: set[str] = set(units_named_in(events))
    for unit, handover_to, confidentiality in await session.execute(columns):
        queues |= {unit, handover_to} if handover_to else {unit}
        if confidentiality not in FIRST_LINE_HIDES:
            queues.add(FIRST_LINE)
    return Cursor(epoch=last.epoch, xid=int(last.xid), id=last.id), queues


def units_named_in(events: Sequence[Event]) -> set[str]:
    """Units that a ticket left: its row names only where it is now."""
    return {
        unit
        for event in events
        if event.subject_kind == "ticket"
        for unit in (event.payload.get(name) for name in UNIT_IN_PAYLOAD)
        if isinstance(unit, str)
    }
