"""The mottak's side: the reports they may read, answering, notes among themselves, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.errors import NotFound
from app.identity.actor import Actor
from app.people.models import Person
from app.whistleblowing.models import Kind, Line, Report, State, Withheld
from app.whistleblowing.policy import check_recipient, visible_to
from app.whistleblowing.reporting import add_line

ANSWER_WITHIN = timedelta(days=14)
"""What the channel promises whoever reports (service_catalog/services/hr/varsling.yaml)."""
SHOWN = 200


@dataclass(frozen=True, slots=True)
class ReportRow:
    reference: str
    about: str
    filed_on: date
    state: State
    closed_on: date | None
    answered: bool

    @property
    def answer_by(self) -> date:
        return self.filed_on + ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class LineView:
    kind: Kind
    author: str | None
    body: str
    said_on: date


@dataclass(frozen=True, slots=True)
class ReportView:
    reference: str
    about: str
    body: str
    signature: str
    filed_on: date
    state: State
    closed_on: date | None
    lines: tuple[LineView, ...]
    withheld_from: tuple[str, ...]


async def reports(session: AsyncSession, actor: Actor) -> list[ReportRow]:
    """Open ones first, the oldest of them on top. Raises NotFound for everybody but the mottak."""
    check_recipient(actor)
    answers = select(Line.id).where(Line.report_id == Report.id, Line.kind == Kind.RECIPIENT)
    query = (
        select(
            Report.reference,
            Report.about,
            Report.filed_on,
            Report.state,
            Report.closed_on,
            answers.correlate(Report).exists().label("answered"),
        )
        .where(visible_to(actor))
        .order_by(Report.state == State.CLOSED, Report.filed_on, Report.id)
        .limit(SHOWN)
    )
    return [ReportRow(*row) for row in await session.execute(query)]


async def report(session: AsyncSession, actor: Actor, reference: str) -> ReportView:
    """Raises NotFound for what is not there and what is not for this actor."""
    found = await _seen(session, actor, reference)
    # Kept in the chain and shown to nobody: there is no list of readers here.
    await audit(
        session,
        actor,
        AuditKind.WHISTLE_READ,
        subject_kind="whistleblowing_report",
        subject_id=found.id,
        payload={"part": "case"},
    )
    said = (
        select(Line.kind, Person.name, Line.body, Line.said_on)
        .outerjoin(Person, Person.id == Line.author_id)
        .where(Line.report_id == found.id)
        .order_by(Line.id)
    )
    withheld = (
        select(Person.name)
        .join(Withheld, Withheld.person_id == Person.id)
        .where(Withheld.report_id == found.id)
    )
    return ReportView(
        reference=found.reference,
        about=found.about,
        body=found.body,
        signature=found.signature,
        filed_on=found.filed_on,
        state=found.state,
        closed_on=found.closed_on,
        lines=tuple(LineView(*row) for row in await session.execute(said)),
        withheld_from=tuple(await session.scalars(withheld.order_by(Person.sort_key))),
    )


async def answer(
    session: AsyncSession, actor: Actor, reference: str, body: str, *, kind: Kind, key: str
) -> None:
    """To the reporter, who reads it with the code; or a note that only the mottak reads. An answer begins the work."""
    found = await _seen(session, actor, reference)
    added = await add_line(session, found.id, body, kind=kind, author_id=actor.person_id, key=key)
    if added and kind is Kind.RECIPIENT and found.state is State.RECEIVED:
        found.state = State.EXAMINED


async def set_state(session: AsyncSession, actor: Actor, reference: str, state: State) -> None:
    """A report that is closed has its time running; opened again, it has not."""
    found = await take_seen(session, actor, reference)
    if state is State.CLOSED and found.closed_on is None:
        found.closed_on = (await session.scalars(select(func.current_date()))).one()
    elif state is not State.CLOSED:
        found.closed_on = None
    found.state = state


async def take_seen(session: AsyncSession, actor: Actor, reference: str) -> Report:
    """The report, and its row. Raises NotFound for what is not there and what is not for this actor."""
    await _seen(session, actor, reference)
    query = select(Report).where(Report.reference == reference, visible_to(actor)).with_for_update()
    found = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def _seen(session: AsyncSession, actor: Actor, reference: str) -> Report:
    check_recipient(actor)
    query = select(Report).where(Report.reference == reference, visible_to(actor))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound
    return found
