"""Reports that have been kept as long as they may: destroyed by the mottak's own decision, and by nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.errors import Conflict
from app.identity.actor import Actor
from app.identity.recent import require_recent
from app.whistleblowing.models import DestroyedReport, Line, Report, State, Withheld
from app.whistleblowing.policy import check_recipient
from app.whistleblowing.receiving import take_seen
from service_catalog.processing import Processing

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Record:
    """What is left of a report: that it was destroyed, when, and by which rule."""

    reference: str
    destroyed_on: date
    basis: str


async def destroy(session: AsyncSession, actor: Actor, reference: str, processing: Processing) -> None:
    """The report, everything said in it and the notes, for good. Whoever destroys it stands in the sealed log alone.

    Raises NotFound, NotRecent, and Conflict before its time or while it is open.
    """
    found = await take_seen(session, actor, reference)
    require_recent(actor)
    today = (await session.scalars(select(func.current_date()))).one()
    if found.state is not State.CLOSED or found.closed_on is None:
        raise Conflict("whistleblowing.not_closed")
    due = processing.retention.due_on(found.closed_on)
    if due is None or due > today:
        raise Conflict("whistleblowing.not_due")
    await audit(
        session,
        actor,
        AuditKind.WHISTLE_DESTROYED,
        subject_kind="whistleblowing_report",
        subject_id=found.id,
    )
    for part in (Line, Withheld):
        await session.execute(delete(part).where(part.report_id == found.id))
    await session.execute(delete(Report).where(Report.id == found.id))
    session.add(DestroyedReport(reference=found.reference, destroyed_on=today, basis=processing.rule))


async def records(session: AsyncSession, actor: Actor) -> Sequence[Record]:
    """For the mottak, the newest first. Raises NotFound for everybody else."""
    check_recipient(actor)
    query = (
        select(DestroyedReport.reference, DestroyedReport.destroyed_on, DestroyedReport.basis)
        .order_by(DestroyedReport.destroyed_on.desc(), DestroyedReport.reference)
        .limit(SHOWN)
    )
    return [Record(*row) for row in await session.execute(query)]
