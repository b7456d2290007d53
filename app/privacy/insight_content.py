"""What stands in the file: everything of one person that is let go, and of the rest that there is something, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Grant, Paper
from app.approvals.models import Approval
from app.catalogue.handling import Handling, handling_of, of_processing
from app.catalogue.published import Published, load_published
from app.deliveries.models import Delivery
from app.events.models import Event
from app.identity.models import ApiToken, BrowserSession
from app.people.models import Delegation, Engagement, Membership, Orderer, OrgUnit, Person
from app.privacy import sources
from app.privacy.facts import Fact, Section, days
from app.privacy.insight_sections import sections_of
from app.privacy.judging import cuts_of, still_holds
from app.privacy.models import InsightItem, InsightRequest, ItemKind, Outcome
from app.privacy.redaction import redacted
from app.tickets.lifecycle import number_of
from app.tickets.models import Attachment, Ticket
from service_catalog.processing import OF_THE_HOUSE, Law
from service_catalog.schema import Confidentiality


@dataclass(frozen=True)
class FileIn:
    """An attachment on its way into the zip."""

    key: str
    path: str


@dataclass(frozen=True)
class Said:
    at: datetime
    who: str
    kind: str
    text: str


@dataclass(frozen=True)
class Case:
    number: str
    service: str
    subject: str
    """Empty where the case is somebody else's."""
    status: str
    opened_at: datetime
    text: str
    said: tuple[Said, ...]
    files: tuple[str, ...]
    """Paths in the zip."""
    is_about: bool
    """Somebody else asked for it; the person is named in it."""


@dataclass(frozen=True)
class Withheld:
    number: str
    kind: str
    ground: str
    says: str


@dataclass(frozen=True)
class Done:
    at: datetime
    what: str
    number: str


@dataclass(frozen=True)
class Sent:
    at: datetime
    what: str


@dataclass(frozen=True)
class Export:
    """All of it; plain values, so that page and JSON cannot differ."""

    made_at: datetime
    asked_at: datetime
    municipality: str
    email: str
    person: tuple[Fact, ...]
    work: tuple[Fact, ...]
    rights: tuple[Fact, ...]
    cases: tuple[Case, ...]
    withheld: tuple[Withheld, ...]
    decided: tuple[Done, ...]
    """Approvals the person has answered."""
    done: dict[str, int]
    """How many things of each kind the person has done in cases, their own and others'."""
    sent: tuple[Sent, ...]
    """Messages sent to the person."""
    sessions: tuple[Fact, ...]
    sections: tuple[Section, ...]
    """What the other rooms keep."""
    handling: tuple[Handling, ...]
    files: tuple[FileIn, ...]


async def export_of(session: AsyncSession, request_id: int, language: str) -> Export:
    request = (await session.scalars(select(InsightRequest).where(InsightRequest.id == request_id))).one()
    published = await load_published(session)
    municipality = published.catalogue.municipality
    cases, files, withheld = await _cases(session, request, published, language)
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return Export(
        made_at=now,
        asked_at=request.asked_at,
        municipality=municipality.name,
        email=municipality.email,
        person=await _person(session, request.person_id),
        work=await _work(session, request.person_id),
        rights=await _rights(session, request.person_id),
        cases=cases,
        withheld=withheld,
        decided=await _decided(session, request.person_id),
        done=await _done(session, request.person_id),
        sent=await _sent(session, request.person_id),
        sessions=await _sessions(session, request.person_id),
        sections=await sections_of(session, request.person_id),
        handling=await _handling(session, request.person_id, published, language),
        files=files,
    )


async def _person(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    person = (await session.scalars(select(Person).where(Person.id == person_id))).one()
    return (
        Fact("name", person.name),
        Fact("email", person.email or ""),
        Fact("phone", person.phone or ""),
        Fact("employee_number", person.employee_number or ""),
        Fact("language", person.language),
        Fact("shielded", "yes" if person.shielded else "no"),
        Fact("issuer", person.issuer),
        Fact("subject", person.subject),
    )


async def _work(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    query = (
        select(Engagement, OrgUnit.name)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Engagement.person_id == person_id)
        .order_by(Engagement.starts_on, Engagement.id)
    )
    return tuple(
        Fact(place, f"{row.title}, {row.percent} %, {days(row.starts_on, row.ends_on)} ({row.position_code})")
        for row, place in (await session.execute(query)).all()
    )


async def _rights(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    units = await session.scalars(select(Membership).where(Membership.person_id == person_id))
    given = await session.scalars(select(Delegation).where(Delegation.person_id == person_id))
    orders = await session.execute(
        select(OrgUnit.name)
        .join(Orderer, Orderer.org_unit_id == OrgUnit.id)
        .where(Orderer.person_id == person_id)
    )
    leads = await session.execute(select(OrgUnit.name).where(OrgUnit.leader_id == person_id))
    return (
        *(Fact("lead" if row.lead else "agent", row.unit) for row in units.all()),
        *(
            Fact(row.authority.value, f"{row.scope}, {days(row.valid_from, row.valid_to)}")
            for row in given.all()
        ),
        *(Fact("orders_for", name) for (name,) in orders.all()),
        *(Fact("leads", name) for (name,) in leads.all()),
        *await _access(session, person_id),
    )


async def _access(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    """What they have had access to, and that they showed what it takes."""
    granted = select(Grant).where(Grant.person_id == person_id).order_by(Grant.entitlement, Grant.id)
    shown = select(Paper).where(Paper.person_id == person_id).order_by(Paper.kind)
    return (
        *(
            Fact("access", ", ".join(filter(None, (row.entitlement, row.state, str(row.since or "")))))
            for row in (await session.scalars(granted)).all()
        ),
        *(
            Fact("paper", f"{row.kind}, {days(row.shown_on, row.valid_until)}")
            for row in (await session.scalars(shown)).all()
        ),
    )


async def _cases(
    session: AsyncSession, request: InsightRequest, published: Published, language: str
) -> tuple[tuple[Case, ...], tuple[FileIn, ...], tuple[Withheld, ...]]:
    found = await session.scalars(
        select(InsightItem).where(InsightItem.request_id == request.id).order_by(InsightItem.id)
    )
    by_ticket: dict[int, list[InsightItem]] = defaultdict(list)
    for item in found.all():
        by_ticket[item.ticket_id].append(item)
    texts = await _texts(session, [item for items in by_ticket.values() for item in items])
    names = {
        row.id: row
        for row in await session.scalars(
            select(Attachment).where(Attachment.ticket_id.in_(by_ticket), Attachment.key.is_not(None))
        )
    }
    tickets = await session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(by_ticket), Ticket.confidentiality != Confidentiality.WHISTLEBLOWING)
        .order_by(Ticket.opened_at, Ticket.id)
    )
    cases, files, withheld = [], [], []
    for ticket in tickets.all():
        items = by_ticket[ticket.id]
        given = [item for item in items if _is_given(item, texts)]
        withheld += [_withheld(item, published, language) for item in items if item not in given]
        inside = [
            _file(item, names[item.source_id]) for item in given if item.source_id in names and _is_file(item)
        ]
        files += inside
        cases.append(_case(ticket, given, texts, inside, published, language))
    return tuple(cases), tuple(files), tuple(withheld)


def _is_file(item: InsightItem) -> bool:
    return item.kind is ItemKind.FILE


async def _texts(
    session: AsyncSession, items: Sequence[InsightItem]
) -> dict[tuple[ItemKind, int], sources.Source]:
    whole = {item.source_id for item in items if item.kind in (ItemKind.CASE, ItemKind.ABOUT)}
    said = {item.source_id for item in items if item.kind in (ItemKind.MESSAGE, ItemKind.NOTE)}
    cases, messages = await sources.cases(session, whole), await sources.messages(session, said)
    return {
        (item.kind, item.source_id): read[item.source_id]
        for item in items
        for read in ((cases if item.kind in (ItemKind.CASE, ItemKind.ABOUT) else messages),)
        if not _is_file(item) and item.source_id in read
    }


def _is_given(item: InsightItem, texts: dict[tuple[ItemKind, int], sources.Source]) -> bool:
    """What somebody must look through is given only as it was when they did."""
    if item.outcome is Outcome.WITHHOLD or (item.needs_review and item.outcome is None):
        return False
    if _is_file(item):
        return True
    source = texts.get((item.kind, item.source_id))
    return source is not None and still_holds(item, source.text)


def _withheld(item: InsightItem, published: Published, language: str) -> Withheld:
    law: Law | None = published.catalogue.laws.get(item.ground or "pol-16-e")
    return Withheld(
        number=number_of(item.ticket_id),
        kind=item.kind.value,
        ground=law.paragraph if law else "",
        says=law.says.in_language(language) if law else "",
    )


def _file(item: InsightItem, row: Attachment) -> FileIn:
    safe = "".join(c if c.isalnum() or c in "._- " else "_" for c in row.name).lstrip(".")
    return FileIn(row.key, f"vedlegg/{number_of(item.ticket_id)}/{item.source_id}-{safe}")


def _case(
    ticket: Ticket,
    given: Sequence[InsightItem],
    texts: dict[tuple[ItemKind, int], sources.Source],
    inside: Sequence[FileIn],
    published: Published,
    language: str,
) -> Case:
    whole = [item for item in given if item.kind in (ItemKind.CASE, ItemKind.ABOUT)]
    said = [item for item in given if item.kind in (ItemKind.MESSAGE, ItemKind.NOTE)]
    is_about = any(item.kind is ItemKind.ABOUT for item in whole)
    service = published.catalogue.services.get(ticket.service)
    shown = [(item, texts[item.kind, item.source_id]) for item in (*whole, *said)]
    return Case(
        number=number_of(ticket.id),
        service=service.title.in_language(language) if service else ticket.service,
        subject="" if is_about or not whole or whole[0].cuts else ticket.subject,
        status=ticket.status.value,
        opened_at=ticket.opened_at,
        text="\n".join(redacted(source.text, cuts_of(item)) for item, source in shown if item in whole),
        said=tuple(
            Said(source.at, source.author, item.kind.value, redacted(source.text, cuts_of(item)))
            for item, source in sorted(shown, key=lambda each: each[1].at)
            if item in said
        ),
        files=tuple(file.path for file in inside),
        is_about=is_about,
    )


async def _decided(session: AsyncSession, person_id: int) -> tuple[Done, ...]:
    query = (
        select(Approval.decided_at, Approval.outcome, Approval.subject_id)
        .where(Approval.decided_by_id == person_id, Approval.subject_kind == "ticket")
        .order_by(Approval.decided_at)
    )
    return tuple(
        Done(at, outcome.value, number_of(of))
        for at, outcome, of in await session.execute(query)
        if at is not None and outcome is not None
    )


async def _done(session: AsyncSession, person_id: int) -> dict[str, int]:
    query = select(Event.kind, func.count()).where(Event.actor_id == person_id).group_by(Event.kind)
    return dict(sorted((kind, count) for kind, count in await session.execute(query)))


async def _sent(session: AsyncSession, person_id: int) -> tuple[Sent, ...]:
    query = (
        select(Delivery.sent_at, Delivery.topic)
        .where(Delivery.recipient_id == person_id, Delivery.sent_at.is_not(None))
        .order_by(Delivery.sent_at)
    )
    return tuple(Sent(at, topic) for at, topic in await session.execute(query) if at is not None)


async def _sessions(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    rows = await session.scalars(select(BrowserSession).where(BrowserSession.person_id == person_id))
    keys = await session.scalars(select(ApiToken).where(ApiToken.person_id == person_id))
    return (
        *(Fact("session", f"{row.created_at.isoformat()} – {row.seen_at.isoformat()}") for row in rows.all()),
        *(Fact("key", f"{row.name}, {row.created_at.isoformat()}") for row in keys.all()),
    )


async def _handling(
    session: AsyncSession, person_id: int, published: Published, language: str
) -> tuple[Handling, ...]:
    """Why, by which law and for how long, of each processing that the person's cases belong to, and of what is kept
    beside the cases (article 15(1))."""
    query = select(Ticket.service).where(
        or_(*(each == person_id for each in (Ticket.requester_id, Ticket.opened_by_id, Ticket.about_id))),
        Ticket.confidentiality != Confidentiality.WHISTLEBLOWING,
    )
    used = set(await session.scalars(query.distinct()))
    known = published.catalogue.processing
    of_the_house = [
        of_processing(known[key], published.catalogue, language)
        for key in sorted(OF_THE_HOUSE & known.keys())
    ]
    found: dict[str, Any] = {}
    for key in sorted(used & published.catalogue.services.keys()):
        handling = handling_of(published.service(key), published.catalogue, language)
        if handling is not None:
            found.setdefault(handling.title, handling)
    return (*found.values(), *of_the_house)
