"""The texts that a decision is about, as they stand now: a case as one text, or one message of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import load_published
from app.people.models import OrgUnit, Person
from app.tickets.lifecycle import number_of
from app.tickets.models import Message, Ticket
from app.web.answers import answer_lines
from service_catalog.forms import References, references

LANGUAGE = "nb"
"""Of the questions in a case's text: the places of cuts must not move with the reader's language."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text. `subject` is the case's own title, which is not for everybody."""

    ticket_id: int
    subject: str
    author: str
    at: datetime
    text: str

    @property
    def number(self) -> str:
        return number_of(self.ticket_id)


async def cases(session: AsyncSession, ids: Collection[int]) -> dict[int, Source]:
    """By the ticket's id: what was asked, the answers, and the solution, as one text. Never a whistle-blowing case."""
    query = (
        select(Ticket, Person.name)
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.id.in_(ids), Ticket.confidentiality != "whistleblowing")
    )
    rows = (await session.execute(query)).all() if ids else []
    return {
        ticket.id: Source(ticket.id, ticket.subject, name, ticket.opened_at, await case_text(session, ticket))
        for ticket, name in rows
    }


async def messages(session: AsyncSession, ids: Collection[int]) -> dict[int, Source]:
    """By the message's id."""
    query = (
        select(
            Message.id, Message.body, Message.at, Ticket.id.label("ticket_id"), Ticket.subject, Person.name
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .outerjoin(Person, Person.id == Message.author_id)
        .where(Message.id.in_(ids), Ticket.confidentiality != "whistleblowing")
    )
    rows = (await session.execute(query)).all() if ids else []
    return {row.id: Source(row.ticket_id, row.subject, row.name or "", row.at, row.body) for row in rows}


async def case_text(session: AsyncSession, ticket: Ticket) -> str:
    """Title, what was written, each question with its answer, and the solution; a blank line between."""
    published = await load_published(session, ticket.catalogue_version)
    service = published.service(ticket.service)
    names = await named(session, references(service, ticket.answers))
    lines = [f"{line.label}\n{line.value}" for line in answer_lines(service, ticket.answers, names, LANGUAGE)]
    # What was written in the form's long texts stands among the answers already.
    own = [ticket.description] if not any(ticket.description in line for line in lines) else []
    solution = [f"Løsning\n{ticket.resolution_text}"] if ticket.resolution_text else []
    return "\n\n".join(part for part in (ticket.subject, *own, *lines, *solution) if part)


async def named(session: AsyncSession, asked: References) -> Mapping[str, str]:
    """«person:7» → a name, «org_unit:3» → a place, of the ids that a form's answers hold."""
    persons = [int(each) for each in asked.persons if each.isdigit()]
    places = [int(each) for each in asked.org_units if each.isdigit()]
    found: dict[str, str] = {}
    if persons:
        rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(persons)))
        found |= {f"person:{row.id}": row.name for row in rows}
    if places:
        rows = await session.execute(select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(places)))
        found |= {f"org_unit:{row.id}": row.name for row in rows}
    return found
