"""Breaking the glass: reading a case that is not yours, for a reason, for some hours, and everybody concerned is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail, write
from app.deliveries.queue import deliver_later
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from app.events.log import record, take
from app.identity.actor import Actor, Office
from app.identity.me import load_actor
from app.identity.models import GlassOpening
from app.people.models import Person
from app.people.offices import holders_of
from app.people.queries import leads
from app.people.ties import too_near
from app.settings import Settings
from app.tickets.lifecycle import id_of, number_of
from app.tickets.models import Ticket
from app.tickets.policy import visible_to
from app.tickets.reading import is_told_of
from app.tickets.rights import Operation, Role, right_of
from app.web.i18n import _, say
from app.web.paging import Page, decode_cursor, encode_cursor
from integrations.mail.client import Mail, MailServer
from service_catalog.schema import Confidentiality

LASTS = timedelta(hours=4)
REASON_MAX = 500
TOPIC = "glass.broken"
EVENT = "ticket.glass_broken"
SUBJECT = _("Noen har brukt nødtilgang til sak %(number)s")
BODY_PERSON = _(
    "En saksbehandler utenfor enheten har åpnet saken din med nødtilgang. Se hvem, når og hvorfor, her:"
)
BODY_OFFICER = _("En saksbehandler har åpnet en sak med nødtilgang. Se hvem, når og hvorfor, her:")
PAGE = "/nodtilgang"


@dataclass(frozen=True, slots=True)
class Opening:
    """One time somebody broke the glass, as the officer and the person it concerns read it."""

    id: int
    number: str
    who: str
    reason: str
    opened_at: datetime
    ends_at: datetime


async def break_glass(session: AsyncSession, number: str, reason: str, *, by: Actor) -> GlassOpening:
    """Read the case for four hours. Raises NotFound for what does not exist and for what no reason opens to this actor,
    Conflict when they see it already."""
    if not by.is_agent:
        raise Forbidden("glass.agents_only")
    number, reason = number.strip(), reason.strip()
    given = (("number", number), ("reason", reason))
    wrong = [FieldProblem(name, "field.required") for name, value in given if not value]
    if len(reason) > REASON_MAX:
        wrong.append(FieldProblem("reason", "field.too_long", (("max", str(REASON_MAX)),)))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    asked = Ticket.id == (id_of(number) or 0)
    query = select(Ticket.requester_id, Ticket.about_id, visible_to(by).label("is_seen")).where(
        asked, _breakable()
    )
    found = (await session.execute(query)).one_or_none()
    # Asked of nobody when there is no such case: both answers take as long.
    concerned = [each for each in (found.requester_id, found.about_id) if each is not None] if found else []
    led = await leads(session, by, *concerned)
    if found is None or led or by.person_id == found.about_id or too_near(by, *concerned) is not None:
        raise NotFound
    if found.is_seen:
        raise Conflict("glass.not_needed")
    ticket, at = await take(session, Ticket, asked)
    opening = GlassOpening(
        ticket_id=ticket.id, person_id=by.person_id, reason=reason, opened_at=at, ends_at=at + LASTS
    )
    session.add(opening)
    await session.flush()
    record(ticket, EVENT, by=by, at=at, opening_id=opening.id, ends_at=opening.ends_at)
    await audit(
        session,
        by,
        AuditKind.GLASS_BROKEN,
        subject_kind="ticket",
        subject_id=ticket.id,
        concerns_id=ticket.concerns_id,
        payload={"opening_id": opening.id},
    )
    await deliver_later(
        session,
        TOPIC,
        key=f"{TOPIC}:{opening.id}",
        payload={"ticket_id": ticket.id, "opening_id": opening.id},
    )
    return opening


def _breakable() -> ColumnElement[bool]:
    """The classes of which the table lets an agent of another unit break the glass."""
    breakable = [
        each
        for each in Confidentiality
        if Operation.BREAK_GLASS in right_of(Role.OTHER_AGENT, each).operations
    ]
    return Ticket.confidentiality.in_(breakable)


async def openings(
    session: AsyncSession, actor: Actor, *, after: str | None = None, limit: int = 50
) -> Page[Opening]:
    """Every opening, for the officer; for everybody else those of the cases that concern them. Newest first."""
    query = (
        select(GlassOpening, Person.name)
        .join(Person, Person.id == GlassOpening.person_id)
        .order_by(GlassOpening.opened_at.desc(), GlassOpening.id.desc())
    )
    if not actor.holds(Office.PRIVACY_OFFICER):
        about_me = and_(Ticket.about_id == actor.person_id, is_told_of())
        concerned = or_(Ticket.requester_id == actor.person_id, about_me)
        mine = and_(Ticket.id == GlassOpening.ticket_id, concerned)
        query = query.where(select(Ticket.id).where(mine).correlate(GlassOpening).exists())
    if after:
        opened_at, opening_id = decode_cursor(after, datetime, int)
        at, number = GlassOpening.opened_at, GlassOpening.id
        query = query.where((at < opened_at) | ((at == opened_at) & (number < opening_id)))
    found = (await session.execute(query.limit(limit + 1))).all()
    rows = [row.GlassOpening for row in found[:limit]]
    more = encode_cursor(rows[-1].opened_at, rows[-1].id) if len(found) > limit else None
    return Page([_opening(row.GlassOpening, row.name) for row in found[:limit]], more)


def _opening(row: GlassOpening, who: str) -> Opening:
    return Opening(row.id, number_of(row.ticket_id), who, row.reason, row.opened_at, row.ends_at)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await _mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {TOPIC: Effect(recipients=_concerned, prepare=prepare)}


async def _concerned(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Whom it is for, whom it is about when it is solved, and every privacy officer."""
    officers = await holders_of(session, Office.PRIVACY_OFFICER)
    return list(dict.fromkeys([*await _persons_of(session, payload["ticket_id"]), *officers]))


async def _persons_of(session: AsyncSession, ticket_id: int) -> list[int]:
    told = case((is_told_of(), Ticket.about_id))
    query = select(Ticket.requester_id, told).where(Ticket.id == ticket_id)
    return [each for each in (await session.execute(query)).one() if each is not None]


async def _mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when they are neither any more, or have no address."""
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    concerns = reader.person_id in await _persons_of(session, due.payload["ticket_id"])
    if not concerns and not reader.holds(Office.PRIVACY_OFFICER):
        return None
    address = (await session.execute(select(Person.email).where(Person.id == due.recipient_id))).scalar_one()
    if address is None:
        return None
    number = number_of(due.payload["ticket_id"])
    return write(
        due,
        settings,
        to=address,
        subject=say(reader.language, SUBJECT, number=number),
        body=say(reader.language, BODY_PERSON if concerns else BODY_OFFICER),
        page=PAGE,
        language=reader.language,
        about=number,
    )
