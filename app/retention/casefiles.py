"""Everything that lies in closed cases, read for a package: by ids the archive asked for, not by what a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.catalogue.published import Published
from app.events.models import Event
from app.people.models import OrgUnit, Person
from app.retention.noark import CaseFile, Kept, Record
from app.tickets.lifecycle import number_of
from app.tickets.models import Attachment, Message, MessageKind, Ticket
from app.web.answers import answer_lines
from app.web.words import local
from service_catalog.forms import references
from service_catalog.processing import ArchiveDuty, Processing
from service_catalog.schema import Confidentiality

SHIELDED_BY = "Offentleglova § 13, jf. forvaltningsloven § 13 første ledd nr. 1"
Requester, Opener, Assignee = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True)
class Piece:
    """One document to write: `text`, or the bytes under `key` in the store."""

    name: str
    title: str
    format: str
    at: datetime
    by: str
    text: str = ""
    key: str | None = None


@dataclass(frozen=True)
class Loaded:
    """A case with what is to be written for each of its records."""

    case: CaseFile
    service: str
    records: tuple[tuple[Record, tuple[Piece, ...]], ...]
    events: tuple[dict[str, Any], ...]


async def load_cases(session: AsyncSession, published: Published, ids: Sequence[int]) -> list[Loaded]:
    """In the order of their numbers; a constant number of queries."""
    query = (
        select(
            Ticket,
            Requester.name.label("requester"),
            Opener.name.label("opener"),
            Assignee.name.label("assignee"),
        )
        .join(Requester, Requester.id == Ticket.requester_id)
        .join(Opener, Opener.id == Ticket.opened_by_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .where(Ticket.id.in_(ids))
        .order_by(Ticket.id)
    )
    rows = (await session.execute(query)).all()
    messages = await _by_ticket(session, ids, Message, Message.author_id, Message.id)
    files = await _by_ticket(session, ids, Attachment, Attachment.uploaded_by_id, Attachment.id)
    events = await _events(session, ids)
    names = await _names(session, published, [row.Ticket for row in rows])
    return [
        _loaded(row, published, names, messages.get(row.Ticket.id, []), files.get(row.Ticket.id, []), events)
        for row in rows
    ]


async def _by_ticket(
    session: AsyncSession, ids: Sequence[int], model: Any, author_id: Any, order: Any
) -> dict[int, list[tuple[Any, str]]]:
    query = select(model, Person.name).outerjoin(Person, Person.id == author_id)
    found: dict[int, list[tuple[Any, str]]] = {}
    for row, name in await session.execute(query.where(model.ticket_id.in_(ids)).order_by(order)):
        found.setdefault(row.ticket_id, []).append((row, name or "Skranke"))
    return found


async def _events(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    query = (
        select(Event.subject_id, Event.seq, Event.kind, Event.at, Event.system, Event.payload, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_kind == "ticket", Event.subject_id.in_(ids))
        .order_by(Event.subject_id, Event.seq)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in await session.execute(query):
        told = {"case": number_of(row.subject_id), "seq": row.seq, "kind": row.kind, "at": row.at}
        told |= {"by": row.name, "system": row.system, "payload": row.payload}
        found.setdefault(row.subject_id, []).append(told)
    return found


async def _names(session: AsyncSession, published: Published, tickets: Sequence[Ticket]) -> dict[str, str]:
    """«person:7», «org_unit:3» of the answers, in one query."""
    persons: set[str] = set()
    places: set[str] = set()
    for ticket in tickets:
        service = published.catalogue.services.get(ticket.service)
        if service is not None:
            asked = references(service, ticket.answers)
            persons |= asked.persons
            places |= asked.org_units
    people = select(func.concat("person:", Person.id), Person.name).where(Person.id.in_(_ids(persons)))
    units = select(func.concat("org_unit:", OrgUnit.id), OrgUnit.name).where(OrgUnit.id.in_(_ids(places)))
    return {row[0]: row[1] for row in await session.execute(people.union_all(units))}


def _ids(written: set[str]) -> list[int]:
    return sorted(int(one) for one in written if one.isascii() and one.isdigit())


def _loaded(
    row: Any,
    published: Published,
    names: dict[str, str],
    messages: list[tuple[Message, str]],
    files: list[tuple[Attachment, str]],
    events: dict[int, list[dict[str, Any]]],
) -> Loaded:
    ticket: Ticket = row.Ticket
    service = published.catalogue.services.get(ticket.service)
    unit = published.catalogue.units.get(ticket.unit)
    title = service.title.nb if service else ticket.service
    answers = answer_lines(service, ticket.answers, names, "nb") if service else ()
    unit_name = unit.title.nb if unit else ticket.unit
    records = [_order(ticket, row, title, [(line.label, line.value) for line in answers], files, unit_name)]
    records += [_message(ticket, message, by, row.requester, files, unit_name) for message, by in messages]
    if ticket.resolution_text:
        records.append(_solution(ticket, row, unit_name))
    processing = published.catalogue.processing_of(service) if service else None
    case = CaseFile(
        number=ticket.number,
        sequence=ticket.id,
        title=ticket.subject,
        public_title=title,
        unit=unit_name,
        handler=row.assignee or unit_name,
        requester=row.requester,
        opened_at=ticket.opened_at,
        closed_at=ticket.closed_at or ticket.last_event_at,
        shielded_by="" if ticket.confidentiality is Confidentiality.OPEN else SHIELDED_BY,
        kept=kept_of(processing, local(ticket.closed_at).date()) if processing and ticket.closed_at else None,
        records=(),
    )
    return Loaded(case, ticket.service, tuple(records), tuple(events.get(ticket.id, ())))


def _order(
    ticket: Ticket,
    row: Any,
    title: str,
    answers: list[tuple[str, str]],
    files: list[tuple[Attachment, str]],
    unit: str,
) -> tuple[Record, tuple[Piece, ...]]:
    told = [
        f"{title}\n{ticket.subject}",
        ticket.description,
        *(f"{label}\n{value}" for label, value in answers),
    ]
    text = "\n\n".join(part for part in told if part) + "\n"
    main = Piece("001-bestilling.txt", ticket.subject, "text/plain", ticket.opened_at, row.opener, text=text)
    record = Record("1", ticket.subject, ticket.opened_at, row.opener, row.requester, unit, ())
    return record, (main, *_attached(files, None))


def _message(
    ticket: Ticket, message: Message, by: str, requester: str, files: list[tuple[Attachment, str]], unit: str
) -> tuple[Record, tuple[Piece, ...]]:
    internal = message.kind is MessageKind.INTERNAL
    word = "Internt notat" if internal else "Melding"
    from_requester = message.author_id == ticket.requester_id
    sender, receiver = (requester, unit) if from_requester else (unit, unit if internal else requester)
    name = f"{message.id}-{'notat' if internal else 'melding'}.txt"
    main = Piece(name, word, "text/plain", message.at, by, text=f"{message.body}\n")
    record = Record(f"m{message.id}", word, message.at, by, sender, receiver, ())
    return record, (main, *_attached(files, message.id))


def _solution(ticket: Ticket, row: Any, unit: str) -> tuple[Record, tuple[Piece, ...]]:
    at = ticket.resolved_at or ticket.last_event_at
    by = row.assignee or unit
    piece = Piece("999-losning.txt", "Løsning", "text/plain", at, by, text=f"{ticket.resolution_text}\n")
    return Record("l", "Løsning", at, by, unit, row.requester, ()), (piece,)


def _attached(files: list[tuple[Attachment, str]], message_id: int | None) -> tuple[Piece, ...]:
    """Under the row's id: two files of one case may have the same name."""
    return tuple(
        Piece(f"v{file.id}-{file.name}", file.name, file.media_type, file.uploaded_at, by, key=file.key)
        for file, by in files
        if file.message_id == message_id
    )


def kept_of(processing: Processing, closed_on: date) -> Kept | None:
    """None for what is kept for ever, and for what runs from an end that is not known yet."""
    retention = processing.retention
    if processing.archive is not ArchiveDuty.TEMPORARY:
        return None
    ends_on = retention.due_on(closed_on)
    if ends_on is None:
        return None
    return Kept("Kasseres", ", ".join(processing.archive_basis), retention.years, ends_on)
