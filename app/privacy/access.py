"""Innsynskrav (offentleglova): find the documents, assess each, cut what may not be given, and answer.

The request is a ticket like any other, so who asks, its deadline, its conversation and who handles it are the ticket's.
Whoever assesses a document sees the ticket it is from: another unit's documents are added by handing the request over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.errors import Conflict, FieldProblem, Invalid, NotFound, Refusal, refuse
from app.events.log import EVENT_STEP, record
from app.identity.actor import Actor
from app.masking.hiding import hide
from app.privacy import sources
from app.privacy.judging import Verdict, cuts_of, grounds, judge, still_holds
from app.privacy.models import AccessAnswer, AccessDocument, DocumentKind, Outcome
from app.privacy.redaction import parts
from app.tickets import actions
from app.tickets.lifecycle import id_of
from app.tickets.models import Message, MessageKind, Ticket
from app.tickets.policy import may_handle, visible_messages_to, visible_to
from app.tickets.reading import note_reading
from app.web.i18n import _, say
from app.web.words import long_date
from service_catalog.processing import LawKind
from service_catalog.schema import Channel, Confidentiality

WORKING_DAYS = 5
"""Not answered within five working days, it counts as refused and may be appealed (offentleglova § 32)."""
TITLE_MAX = 200
TITLES = {
    DocumentKind.CASE: _("Sak om «%(service)s», %(day)s"),
    DocumentKind.MESSAGE: _("Melding i sak om «%(service)s», %(day)s"),
}
NOTE_TITLE = _("Internt notat i sak om «%(service)s», %(day)s")


@dataclass(frozen=True)
class Request:
    """The ticket of a request, with what has been found for it."""

    ticket: Ticket
    due_at: datetime
    documents: Sequence[AccessDocument]
    answers: Sequence[AccessAnswer]


async def load(session: AsyncSession, number: str, *, by: Actor, published: Published) -> Request:
    """Raises NotFound for a ticket that is not there for this actor, or is no request for access."""
    ticket = await _ticket(session, number, by=by)
    service = published.catalogue.services.get(ticket.service)
    if service is None or not service.access_request:
        raise NotFound
    refuse(may_assess(by, ticket))
    documents = await session.scalars(
        select(AccessDocument)
        .where(AccessDocument.request_ticket_id == ticket.id)
        .order_by(AccessDocument.id)
    )
    answers = await session.scalars(
        select(AccessAnswer)
        .where(AccessAnswer.request_ticket_id == ticket.id)
        .order_by(AccessAnswer.id.desc())
    )
    calendar = published.calendar(published.unit(service.unit).calendar)
    due_at = calendar.add_days(ticket.opened_at, WORKING_DAYS)
    return Request(ticket, due_at, documents.all(), answers.all())


def may_assess(actor: Actor, ticket: Ticket) -> Refusal | None:
    return may_handle(actor, ticket)


async def add(
    session: AsyncSession, number: str, wanted: str, *, by: Actor, published: Published, at: datetime
) -> int:
    """The documents of one ticket: the case itself and each message in it that this actor may read; how many are new.

    Raises Invalid for a ticket that is not there for this actor: they could not assess what they may not see.
    """
    request = await load(session, number, by=by, published=published)
    try:
        ticket = await _ticket(session, wanted, by=by)
    except NotFound:
        raise Invalid("request.invalid", fields=(FieldProblem("number", "privacy.no_such_case"),)) from None
    if ticket.confidentiality is Confidentiality.WHISTLEBLOWING or ticket.id == request.ticket.id:
        raise Invalid("request.invalid", fields=(FieldProblem("number", "privacy.no_such_case"),))
    service = published.catalogue.services.get(ticket.service)
    what = service.title.nb if service else ticket.service

    def row(kind: DocumentKind, source_id: int, title: str, when: datetime) -> dict[str, Any]:
        return {
            "request_ticket_id": request.ticket.id,
            "kind": kind,
            "source_id": source_id,
            "ticket_id": ticket.id,
            "title": say("nb", title, service=what, day=long_date(when, "nb")),
            "added_by_id": by.person_id,
            "added_at": at,
        }

    readable = select(Message.id, Message.kind, Message.at).where(
        Message.ticket_id == ticket.id, visible_messages_to(by)
    )
    rows = [row(DocumentKind.CASE, ticket.id, TITLES[DocumentKind.CASE], ticket.opened_at)]
    for message_id, kind, when in await session.execute(readable.order_by(Message.id)):
        title = NOTE_TITLE if kind is MessageKind.INTERNAL else TITLES[DocumentKind.MESSAGE]
        rows.append(row(DocumentKind.MESSAGE, message_id, title, when))
    added = await session.scalars(
        insert(AccessDocument).values(rows).on_conflict_do_nothing().returning(AccessDocument.id)
    )
    return len(added.all())


async def assess(
    session: AsyncSession,
    number: str,
    document_id: int,
    verdict: Verdict,
    *,
    title: str,
    by: Actor,
    published: Published,
    at: datetime,
) -> None:
    """What of one document is given, and what the public calls it."""
    document = await _document(session, number, document_id, by=by, published=published)
    title = title.strip()
    if not title or len(title) > TITLE_MAX:
        raise Invalid("request.invalid", fields=(FieldProblem("title", "field.required"),))
    source = await source_of(session, document) if await _readable(session, document, by=by) else None
    if source is None:
        raise NotFound
    allowed = grounds(published.catalogue, LawKind.WITHHOLDING)
    judge(document, source.text, verdict, allowed=allowed, by=by, at=at)
    document.title = hide(session, ("ticket", document.request_ticket_id), title)


async def remove(
    session: AsyncSession, number: str, document_id: int, *, by: Actor, published: Published
) -> None:
    """It was not asked for after all."""
    document = await _document(session, number, document_id, by=by, published=published)
    await session.execute(delete(AccessDocument).where(AccessDocument.id == document.id))


async def answer(
    session: AsyncSession, number: str, words: str, *, by: Actor, published: Published
) -> AccessAnswer:
    """Give out what was decided: the answer is kept as it is, holds nothing of what was cut, and is logged.

    Raises Conflict while a document is not assessed, or has changed since it was.
    """
    request = await load(session, number, by=by, published=published)
    ticket, at = await actions.take_ticket(session, number, by=by)
    given = [await _given(session, document) for document in request.documents]
    message = await actions.reply(
        session, ticket, body=words, kind=MessageKind.PUBLIC, channel=Channel.PORTAL, by=by, at=at
    )
    made = AccessAnswer(
        request_ticket_id=ticket.id,
        answered_by_id=by.person_id,
        answered_at=at,
        words=message.body,
        content={"documents": given},
    )
    session.add(made)
    await session.flush()
    counts = {
        outcome: sum(each["outcome"] == outcome for each in given) for outcome in ("give", "part", "withhold")
    }
    moment = ticket.last_event_at + EVENT_STEP
    record(ticket, "ticket.access_answered", by=by, at=moment, answer_id=made.id, **counts)
    await audit(
        session,
        by,
        AuditKind.ACCESS_ANSWERED,
        subject_kind="ticket",
        subject_id=ticket.id,
        payload={"answer": made.id, **counts},
    )
    return made


async def _given(session: AsyncSession, document: AccessDocument) -> dict[str, Any]:
    """One document as it leaves: its neutral title, and the parts that are given with blocks for the rest."""
    source = await source_of(session, document)
    if document.outcome is None or source is None or not still_holds(document, source.text):
        raise Conflict("privacy.not_all_assessed")
    if document.outcome is Outcome.WITHHOLD:
        return {"title": document.title, "outcome": "withhold", "ground": document.ground, "parts": []}
    shown = parts(source.text, cuts_of(document))
    return {
        "title": document.title,
        "outcome": "part" if document.cuts else "give",
        "ground": document.ground,
        "parts": [[part.text, part.ground] for part in shown],
    }


async def shown(
    session: AsyncSession, documents: Sequence[AccessDocument], *, by: Actor
) -> dict[int, sources.Source]:
    """By the document's id: the texts this actor may read, notes only where they read notes. What is shown of a protected
    case is kept as a reading of it; the others belong to another unit, or to the actor's own case.
    """
    found: dict[int, sources.Source] = {}
    read: dict[int, Ticket] = {}
    for document in documents:
        ticket = await _readable(session, document, by=by)
        source = await source_of(session, document) if ticket else None
        if ticket is not None and source is not None:
            found[document.id], read[ticket.id] = source, ticket
    for ticket in read.values():
        await note_reading(session, by, "access", ticket)
    return found


async def _readable(session: AsyncSession, document: AccessDocument, *, by: Actor) -> Ticket | None:
    """Its ticket, where the actor sees both that and this part of it."""
    query = select(Ticket).where(Ticket.id == document.ticket_id, visible_to(by))
    if document.kind is DocumentKind.MESSAGE:
        query = query.where(
            select(Message.id).where(Message.id == document.source_id, visible_messages_to(by)).exists()
        )
    ticket: Ticket | None = (await session.scalars(query)).one_or_none()
    return ticket


async def source_of(session: AsyncSession, document: AccessDocument) -> sources.Source | None:
    read = sources.cases if document.kind is DocumentKind.CASE else sources.messages
    return (await read(session, [document.source_id])).get(document.source_id)


async def _document(
    session: AsyncSession, number: str, document_id: int, *, by: Actor, published: Published
) -> AccessDocument:
    request = await load(session, number, by=by, published=published)
    for document in request.documents:
        if document.id == document_id:
            return document
    raise NotFound


async def _ticket(session: AsyncSession, number: str, *, by: Actor) -> Ticket:
    return await _ticket_by_id(session, id_of(number) or 0, by=by)


async def _ticket_by_id(session: AsyncSession, ticket_id: int, *, by: Actor) -> Ticket:
    found = await session.scalars(select(Ticket).where(Ticket.id == ticket_id, visible_to(by)))
    ticket = found.one_or_none()
    if ticket is None:
        raise NotFound
    return ticket
