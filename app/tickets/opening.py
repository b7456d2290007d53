"""Opening a ticket: what was asked, for whom, where it goes, what it costs and who must approve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.actions import ask
from app.approvals.chasing import answer_by
from app.catalogue.published import Published
from app.clocks import actions as clocks
from app.clocks.models import ClockRow
from app.database.model import NEVER
from app.database.session import run
from app.database.together import insert_together
from app.deliveries.models import Delivery
from app.deliveries.queue import delivery
from app.errors import FieldProblem, Forbidden, Invalid
from app.identity.actor import Actor, system_actor
from app.masking.hiding import Hidden
from app.people.authorities import Holder, leader_beside, nearest_holder, professional_holder
from app.people.models import Engagement, OrgUnit, Person
from app.people.queries import may_order_for
from app.routing.rules import Route, route
from app.tickets import attachments
from app.tickets.answering import Answered, check_answers
from app.tickets.lifecycle import PRIORITY, WaitingFor
from app.tickets.models import Ticket, number_sequence
from app.tickets.terms import legal_dates
from service_catalog import forms
from service_catalog.schema import (
    ApprovalRule,
    Authority,
    Channel,
    Confidentiality,
    Impact,
    Service,
    Urgency,
    Whose,
)

ROUTER = system_actor("tickets.opening")
SUBJECT_MAX = 200
DESCRIPTION_MAX = 20_000
ORE = Decimal("0.01")


@dataclass(frozen=True)
class NewTicket:
    """What somebody asks for; nothing in it has been checked yet."""

    service: str
    subject: str
    description: str
    answers: dict[str, Any]
    requester_id: int
    channel: Channel
    impact: Impact | None = None
    urgency: Urgency | None = None
    attachment_ids: tuple[int, ...] = ()
    unit: str | None = None
    """Decided by whoever opens it; None: routed."""
    approvals: tuple[ApprovalRule, ...] | None = None
    """Who must say yes; None: as the service says."""
    about: int | None = None
    """Whom a rule of ours opens it about: named in it though shielded. From a form, the form says (`concerns`)."""


@dataclass(frozen=True)
class Place:
    """Where the requester works, and the number and instant the new ticket gets."""

    ticket_id: int
    at: datetime
    org_unit_id: int
    area: str
    ansvar: str
    tjeneste: str


@dataclass(frozen=True)
class Question:
    """One approval the service demands, with whoever is asked first."""

    authority: Authority
    holder: Holder
    recent_sign_in: bool


async def open_ticket(session: AsyncSession, new: NewTicket, *, by: Actor, published: Published) -> Ticket:
    """Open a ticket for `new.requester_id`; it is routed, its clocks run, and its approvals are asked.

    Raises Forbidden when the actor may not ask for this person, Invalid with the fields that are wrong, and for what
    reads like whistle-blowing: that is no ticket, and has a room of its own.
    """
    service = published.service(new.service)
    if by.system is None and not await may_order_for(session, by, new.requester_id):
        raise Forbidden("ticket.not_on_behalf")
    place = await _place_of(session, new.requester_id)
    answered = await check_answers(
        session, service, _with_kontering(new, service, place), by=by, at=place.at, about=new.about
    )
    _check(new, answered)
    new, answered = _without_numbers(session, new, answered, ticket_id=place.ticket_id)
    about = new.about or forms.concerned(service, answered.answers)
    new = replace(new, about=about if about != new.requester_id else None)
    questions = await _questions(session, service, new, place, answered, by=by)
    ticket = _ticket(new, service, place, answered, by=by, published=published)
    session.add(ticket)
    facts = [ticket.open(legal=legal_dates(published, service, answered.answers), by=by, at=place.at)]
    await _ask(session, ticket, questions, by=by, at=place.at, published=published)
    if questions:
        facts.append(ticket.wait(WaitingFor.APPROVAL, until=None, by=ROUTER, at=place.at))
    started, dues = clocks.start(("ticket", ticket.id), facts, published=published)
    ticket.promise(dues)
    told = delivery(
        "ticket.opened",
        key=f"ticket.opened:{ticket.id}",
        payload={"ticket_id": ticket.id},
        subject=f"ticket:{ticket.id}",
    )
    # Ticket, events, clocks and delivery go in as they will stand, in one statement.
    await insert_together(session, also={ClockRow: started}, once={Delivery: [told]})
    files = dict.fromkeys((*new.attachment_ids, *answered.file_ids))
    await attachments.link(session, tuple(files), ticket_id=ticket.id, message_id=None, by=by)
    return ticket


def _without_numbers(
    session: AsyncSession, new: NewTicket, answered: Answered, *, ticket_id: int
) -> tuple[NewTicket, Answered]:
    """Before anything is made of the words: the approvals' digest, the search index and the row hold the same."""
    hidden = Hidden(("ticket", ticket_id))
    new = replace(new, subject=hidden.out_of(new.subject), description=hidden.out_of(new.description))
    answered = replace(
        answered,
        answers=hidden.out_of(answered.answers),
        description=hidden.out_of(answered.description),
    )
    hidden.keep(session)
    return new, answered


def _with_kontering(new: NewTicket, service: Service, place: Place) -> dict[str, Any]:
    """The answers with who pays: as the form says, else the requester's own unit."""
    if not service.kontering:
        return new.answers
    return {"ansvar": place.ansvar, "tjeneste": place.tjeneste} | new.answers


def _check(new: NewTicket, answered: Answered) -> None:
    """Everything that is wrong, told at once."""
    problems = list(answered.problems)
    if not new.subject.strip():
        problems.append(FieldProblem("subject", "field.required"))
    if len(new.subject) > SUBJECT_MAX:
        problems.append(FieldProblem("subject", "field.too_long", (("max", str(SUBJECT_MAX)),)))
    if len(new.description) > DESCRIPTION_MAX:
        problems.append(FieldProblem("description", "field.too_long", (("max", str(DESCRIPTION_MAX)),)))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))


def _place() -> Select[*tuple[Any, ...]]:
    """The engagement with the largest percent today decides; whoever has none asks from the top of the house."""
    in_force = (
        select(Engagement.org_unit_id)
        .where(
            Engagement.person_id == bindparam("requester_id"),
            Engagement.starts_on <= func.current_date(),
            func.coalesce(Engagement.ends_on, func.current_date()) >= func.current_date(),
        )
        .order_by(Engagement.percent.desc(), Engagement.id)
        .limit(1)
        .scalar_subquery()
    )
    top = (
        select(OrgUnit.id).where(OrgUnit.parent_id.is_(None)).order_by(OrgUnit.id).limit(1).scalar_subquery()
    )
    return (
        select(
            number_sequence.next_value(),
            func.clock_timestamp(),
            OrgUnit.id,
            OrgUnit.area,
            OrgUnit.ansvar,
            OrgUnit.tjeneste,
        )
        .join(Person, Person.id == bindparam("requester_id"))
        .where(OrgUnit.id == func.coalesce(in_force, top), Person.active)
    )


_PLACE = _place()


async def _place_of(session: AsyncSession, requester_id: int) -> Place:
    found = (await run(session, _PLACE, {"requester_id": requester_id})).one_or_none()
    if found is None:
        raise Invalid("request.invalid", fields=(FieldProblem("requester_id", "field.unknown_person"),))
    return Place(*found)


def _ticket(
    new: NewTicket, service: Service, place: Place, answered: Answered, *, by: Actor, published: Published
) -> Ticket:
    description = new.description.strip() or answered.description
    words = f"{new.subject}\n{description}"
    where: Route = route(published.catalogue, service, text=words, area=place.area, channel=new.channel)
    if where.confidentiality is Confidentiality.WHISTLEBLOWING:
        raise Invalid("request.invalid", fields=(FieldProblem("subject", "ticket.is_a_report"),))
    impact, urgency = new.impact or answered.impact, new.urgency or answered.urgency
    agreement = published.agreement_at(service.agreement, place.at)
    return Ticket(
        id=place.ticket_id,
        version=1,
        event_seq=0,
        last_event_at=place.at,
        subject=new.subject.strip(),
        description=description,
        service=service.key,
        catalogue_version=published.version,
        answers=answered.answers,
        requester_id=new.requester_id,
        # What is opened by itself, as the log says, is theirs whom it is for.
        opened_by_id=by.person_id or new.requester_id,
        about_id=new.about,
        org_unit_id=place.org_unit_id,
        unit=new.unit or where.unit,
        handover_to=None,
        routed_by=where.rule,
        confidentiality=where.confidentiality,
        shared_as=shared_as(service, where, answered.answers),
        impact=impact,
        urgency=urgency,
        priority=PRIORITY[impact, urgency],
        channel=new.channel,
        # Two decimals from the start, so that it reads the same before and after the row is saved.
        price=None if answered.price is None else Decimal(answered.price).quantize(ORE),
        # The form's, and no other: whoever holds this ansvar is the one who is asked.
        ansvar=answered.answers.get("ansvar") if service.kontering else None,
        tjeneste=answered.answers.get("tjeneste") if service.kontering else None,
        prosjekt=answered.answers.get("prosjekt") if service.kontering else None,
        opened_at=place.at,
        agreement=agreement.name,
        agreement_version=agreement.version,
        sort_due=NEVER,
    )


def shared_as(service: Service, where: Route, answers: Mapping[str, Any]) -> str | None:
    """Which sort of need it is. A rule that makes a ticket confidential also keeps it out of the shared list."""
    if service.shared is None or where.confidentiality is not Confidentiality.OPEN:
        return None
    return str(answers[service.shared.kind])


async def _questions(
    session: AsyncSession, service: Service, new: NewTicket, place: Place, answered: Answered, *, by: Actor
) -> list[Question]:
    """Who must say yes. Nobody is asked about what costs nothing and was only to be approved for its cost."""
    questions = []
    for rule in service.approvals if new.approvals is None else new.approvals:
        if rule.authority == Authority.BUDGET and answered.price == 0:
            continue
        concerned = {each for each in (new.requester_id, new.about, by.person_id) if each is not None}
        authority = Authority(rule.authority)
        if authority is Authority.PROFESSIONAL:
            unit = new.unit or service.unit
            holder = await professional_holder(session, unit, concerned=concerned)
            if holder is None:
                authority = Authority.PERSONAL
                holder = await leader_beside(session, unit, concerned=concerned)
        else:
            holder = await nearest_holder(
                session,
                authority,
                org_unit_id=place.org_unit_id,
                ansvar=answered.answers.get("ansvar", place.ansvar) if rule.whose == Whose.ANSVAR else None,
                concerned=concerned,
            )
        if holder is None:
            raise Invalid("request.invalid", fields=(FieldProblem("ansvar", "field.nobody_can_approve"),))
        if by.person_id is None:
            raise Forbidden("ticket.needs_a_person")
        questions.append(Question(authority, holder, rule.recent_sign_in))
    return questions


async def _ask(
    session: AsyncSession,
    ticket: Ticket,
    questions: list[Question],
    *,
    by: Actor,
    at: datetime,
    published: Published,
) -> None:
    for step, question in enumerate(questions, start=1):
        await ask(
            session,
            subject=("ticket", ticket.id),
            step=step,
            authority=question.authority,
            scope=question.holder.scope,
            approver_id=question.holder.person_id,
            beneficiary_id=ticket.requester_id,
            about_id=ticket.about_id,
            amount=ticket.price,
            content=approved_content(ticket),
            by=by,
            at=at,
            recent_sign_in=question.recent_sign_in,
            answer_by=answer_by(published, at),
            is_chased=True,
        )


def approved_content(ticket: Ticket) -> dict[str, Any]:
    """What a yes is a yes to."""
    return {
        "ticket": ticket.id,
        "service": ticket.service,
        "catalogue_version": ticket.catalogue_version,
        "answers": ticket.answers,
        "requester": ticket.requester_id,
        # Two decimals, as the row keeps it: 11900 before it is saved and 11900.00 after are one price.
        "price": None if ticket.price is None else f"{ticket.price:.2f}",
        "kontering": [ticket.ansvar, ticket.tjeneste, ticket.prosjekt],
    }
