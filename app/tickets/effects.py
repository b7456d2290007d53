"""What happens outside when something happened to a ticket: who is told, and in which words.

No mail carries what people wrote: only the number, what happened, and a link through ordinary sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.catalogue.published import load_published
from app.clocks.promised import ClockKind
from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail, write
from app.errors import NotFound
from app.identity.me import load_actor
from app.people.models import Person
from app.people.queries import leaders_of_org, leads_of
from app.reminders.choices import choice_of
from app.settings import Settings
from app.tickets.lifecycle import number_of
from app.tickets.models import Message, Ticket
from app.tickets.policy import visible_messages_to, visible_to
from app.tickets.told_approvers import approvers, why_they
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer
from sla.agreement import Recipient

SUBJECTS: dict[str, str] = {
    "ticket.opened": _("Vi har fått saken din, %(number)s"),
    "ticket.replied": _("Nytt svar i sak %(number)s"),
    "ticket.corrected": _("Rettelse i sak %(number)s"),
    "ticket.delay_expected": _("Sak %(number)s blir trolig forsinket"),
    "ticket.resolved": _("Sak %(number)s er løst"),
    "ticket.reopened": _("Sak %(number)s er åpnet igjen"),
    "ticket.handed_over": _("Sak %(number)s venter på at dere tar imot"),
    "approval.asked": _("En bestilling venter på godkjenning, %(number)s"),
    "approval.reminded": _("En bestilling venter fortsatt på godkjenning, %(number)s"),
    "approval.decided": _("Det er avgjort om sak %(number)s kan gå videre"),
    "clock.warned": _("Fristen nærmer seg i sak %(number)s"),
    "clock.breached": _("Fristen er ute i sak %(number)s"),
    "clock.escalated": _("Fristen er godt overskredet i sak %(number)s"),
}
BODIES: dict[str, str] = {
    "ticket.opened": _("Saken er registrert. Du ser hvor lang tid det tar, og kan følge den hele veien her:"),
    "ticket.replied": _("Det er kommet en ny melding i saken. Les og svar her:"),
    "ticket.corrected": _("Den saken gjelder, har skrevet hva som er riktig. Les det her:"),
    "ticket.delay_expected": _(
        "Vi rekker trolig ikke fristen vi har avtalt. Se når vi regner med å være ferdige, her:"
    ),
    "ticket.resolved": _("Saken er løst. Er det ikke i orden, kan du åpne den igjen her:"),
    "ticket.reopened": _("Den som meldte saken, sier at den ikke er løst. Se saken her:"),
    "ticket.handed_over": _("En annen enhet vil gi dere denne saken. Ta imot eller send tilbake her:"),
    "approval.asked": _("Du er bedt om å si ja eller nei til en bestilling. Se hva den gjelder, her:"),
    "approval.reminded": _("Noen venter på et ja eller nei fra deg. Se hva det gjelder, og svar her:"),
    "approval.decided": _("Se svaret og hva som skjer videre, her:"),
    "clock.warned": _("Det meste av tida er brukt. Se saken og hvordan fristen er regnet ut, her:"),
    "clock.breached": _("En frist dere har lovet, er ute. Se saken her:"),
    "clock.escalated": _("En frist gikk ut for en stund siden, og saken er ikke løst. Se saken her:"),
}
TO_APPROVERS = frozenset({"approval.asked", "approval.reminded"})
OF_CLOCKS = frozenset({"clock.warned", "clock.breached", "clock.escalated"})
FOR_AGENTS = frozenset({"ticket.handed_over", "ticket.reopened", "ticket.corrected"}) | OF_CLOCKS


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """Every topic of this slice, sent as e-mail."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {topic: Effect(recipients=_FIND[topic], prepare=prepare) for topic in SUBJECTS}


async def mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """The mail to one recipient; None when they may not see the ticket now, or have no address."""
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    if due.topic in TO_APPROVERS and not await _wants(session, due):
        return None
    ticket_id = await _ticket_of(session, due.payload)
    seen = select(Ticket.id).where(Ticket.id == ticket_id, visible_to(reader))
    address = (await session.execute(select(Person.email).where(Person.id == due.recipient_id))).scalar_one()
    if address is None or (await session.execute(seen)).scalar_one_or_none() is None:
        return None
    message_id = due.payload.get("message_id")
    if message_id is not None:
        readable = select(Message.id).where(Message.id == message_id, visible_messages_to(reader))
        if (await session.execute(readable)).scalar_one_or_none() is None:
            return None
    number = number_of(ticket_id)
    body = say(reader.language, BODIES[due.topic])
    if due.topic in TO_APPROVERS and (why := await why_they(session, due.payload["approval_id"], reader)):
        body = f"{why} {body}"
    return write(
        due,
        settings,
        to=address,
        subject=say(reader.language, SUBJECTS[due.topic], number=number),
        body=body,
        page=_path(due.topic, number),
        language=reader.language,
        about=number,
    )


async def _wants(session: AsyncSession, due: Due) -> bool:
    """What they have chosen at /leder/varsler; the question stands in their list all the same."""
    choice = await choice_of(session, due.recipient_id)
    return choice.asked if due.topic == "approval.asked" else choice.reminders


def _path(topic: str, number: str) -> str:
    if topic in TO_APPROVERS:
        return "/leder"
    return f"/desk/saker/{number}" if topic in FOR_AGENTS else f"/saker/{number}"


async def _ticket_of(session: AsyncSession, payload: dict[str, Any]) -> int:
    if "ticket_id" in payload:
        return int(payload["ticket_id"])
    if payload.get("subject_kind") == "ticket":
        return int(payload["subject_id"])
    approval = select(Approval.subject_id).where(Approval.id == payload["approval_id"])
    return int((await session.execute(approval)).scalar_one())


async def _requester(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Whoever it is for, and whoever asked for them."""
    query = select(Ticket.requester_id, Ticket.opened_by_id).where(
        Ticket.id == await _ticket_of(session, payload)
    )
    requester, opener = (await session.execute(query)).one()
    return [requester, opener]


async def _other_party(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Who did not write it: the requester is told of the unit's words, the assignee of the requester's."""
    author = (
        await session.execute(select(Message.author_id).where(Message.id == payload["message_id"]))
    ).scalar_one_or_none()
    query = select(Ticket.requester_id, Ticket.opened_by_id, Ticket.assignee_id).where(
        Ticket.id == payload["ticket_id"]
    )
    requester, opener, assignee = (await session.execute(query)).one()
    if author in (requester, opener):
        return [assignee] if assignee else []
    return [requester]


async def _holders(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Whoever works with it; when nobody does, the unit's leads."""
    query = select(Ticket.assignee_id, Ticket.unit).where(Ticket.id == payload["ticket_id"])
    assignee, unit = (await session.execute(query)).one()
    return [assignee] if assignee else await leads_of(session, unit)


async def _receiving_leads(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    return await leads_of(session, payload["to_unit"])


async def _concerned(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Whoever the agreement names at this step, as the ticket stands when it is sent.

    A leg is the business of the unit whose time it was, every other clock of the one that holds the ticket now.
    """
    query = select(Ticket.unit, Ticket.assignee_id, Ticket.service, Ticket.catalogue_version)
    ticket = (await session.execute(query.where(Ticket.id == await _ticket_of(session, payload)))).one()
    unit = payload["part"] if payload["kind"] == ClockKind.LEG else ticket.unit
    found: list[int] = []
    for role in payload["to"]:
        if role == Recipient.ASSIGNEE and ticket.assignee_id is not None and unit == ticket.unit:
            found.append(ticket.assignee_id)
        elif role == Recipient.UNIT_LEAD:
            found += await leads_of(session, unit)
        elif role == Recipient.PROCESS_OWNER:
            published = await load_published(session, ticket.catalogue_version)
            owner = published.service(ticket.service).process_owner
            found += await leaders_of_org(session, owner.org.nb) or await leads_of(session, unit)
    return found


_FIND = {
    "ticket.opened": _requester,
    "ticket.replied": _other_party,
    "ticket.corrected": _holders,
    "ticket.delay_expected": _requester,
    "ticket.resolved": _requester,
    "ticket.reopened": _other_party,
    "ticket.handed_over": _receiving_leads,
    **dict.fromkeys(TO_APPROVERS, approvers),
    "approval.decided": _requester,
    **dict.fromkeys(OF_CLOCKS, _concerned),
}
