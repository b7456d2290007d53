"""Who may see a ticket, and who may do what with it."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, or_, select, true

from app.approvals.models import Approval
from app.approvals.policy import answerable_by
from app.errors import Refusal
from app.identity.actor import Actor
from app.tickets.lifecycle import Status, WaitingFor
from app.tickets.models import Message, MessageKind, Ticket
from service_catalog.schema import Authority, Confidentiality, Mandate, Service

FIRST_LINE_SEES = (Confidentiality.OPEN, Confidentiality.PERSONAL)


@lru_cache(maxsize=1024)  # putting it together costs more than a small query
def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one predicate of every list, look-up, search, count, stream, attachment and delivery.

    The requester sees their own; the unit that holds it or is offered it; the first line what is not a personnel
    case; a bestiller the open orders of their org units; whoever is asked to approve it; all units and leaders what
    lies in the list of needs. A whistle-blowing case is
    in none of these ways: its requester sees it, and the leads of the unit that holds it, who are the named mottak
    (arbeidsmiljøloven § 2 A-3; checked 2026-11-22).
    """
    if actor.person_id is None:
        return true()
    me = actor.person_id
    whistle = Ticket.confidentiality == Confidentiality.WHISTLEBLOWING
    ways: list[ColumnElement[bool]] = [
        and_(Ticket.opened_by_id == me, Ticket.confidentiality.in_(FIRST_LINE_SEES)),
    ]
    if actor.units:
        ways.append(Ticket.unit.in_(sorted(actor.units)))
        ways.append(Ticket.handover_to.in_(sorted(actor.units)))
    if actor.first_line:
        ways.append(Ticket.confidentiality.in_(FIRST_LINE_SEES))
    if actor.orders_for:
        ways.append(
            and_(
                Ticket.org_unit_id.in_(sorted(actor.orders_for)),
                Ticket.confidentiality == Confidentiality.OPEN,
            )
        )
    if may_see_needs(actor) is None:
        ways.append(Ticket.shared_as.is_not(None))
    # Asked per ticket, through the approvals' own index: as a list it would be read whole for one ticket.
    of_this = (Approval.subject_kind == "ticket", Approval.subject_id == Ticket.id)
    ways.append(select(Approval.id).where(*of_this, answerable_by(actor)).correlate(Ticket).exists())
    seen = or_(Ticket.requester_id == me, and_(~whistle, or_(*ways)))
    if actor.leads_units:
        return or_(seen, and_(whistle, Ticket.unit.in_(sorted(actor.leads_units))))
    return seen


def may_see_needs(actor: Actor) -> Refusal | None:
    """The one list of what the municipality needs: every unit's agents, and leaders, who order and decide (need B7)."""
    return None if actor.is_agent or actor.is_leader else Refusal("needs.agents_and_leaders")


def visible_messages_to(actor: Actor) -> ColumnElement[bool]:
    """Internal notes are for agents; in one's own case an agent is a requester like any other."""
    public = Message.kind != MessageKind.INTERNAL
    if actor.person_id is None:
        return true()
    if not actor.is_agent:
        return public
    others = select(Ticket.id).where(Ticket.id == Message.ticket_id, Ticket.requester_id != actor.person_id)
    return or_(public, others.correlate(Message).exists())


def is_party(actor: Actor, ticket: Ticket) -> bool:
    return actor.person_id is not None and actor.person_id in (
        ticket.requester_id,
        ticket.opened_by_id,
    )


def may_handle(actor: Actor, ticket: Ticket) -> Refusal | None:
    """Everything an agent does. Nobody handles their own case (habilitet, forvaltningsloven kap. II)."""
    if actor.system is not None:
        return None
    if actor.person_id == ticket.requester_id:
        return Refusal("ticket.own_case")
    if not actor.works_in(ticket.unit):
        return Refusal("ticket.other_unit")
    return None


def may_reply(actor: Actor, ticket: Ticket) -> Refusal | None:
    if ticket.status is Status.CLOSED:
        return Refusal("ticket.closed")
    if is_party(actor, ticket):
        return None
    return may_handle(actor, ticket)


def may_note(actor: Actor, ticket: Ticket) -> Refusal | None:
    """Whoever is offered it or stands in the first line may leave a note too; on a need, every unit's agents."""
    if actor.person_id == ticket.requester_id:
        return Refusal("ticket.own_case")
    if actor.works_in(ticket.unit) or actor.works_in(ticket.handover_to) or _reaches(actor, ticket):
        return None
    return Refusal("ticket.other_unit")


def may_answer_handover(actor: Actor, ticket: Ticket) -> Refusal | None:
    if actor.person_id == ticket.requester_id:
        return Refusal("ticket.own_case")
    return None if actor.works_in(ticket.handover_to) else Refusal("ticket.not_offered_to_you")


def may_move_to_version(actor: Actor, ticket: Ticket) -> Refusal | None:
    """A running promise is changed by whoever answers for it: the unit's lead, or who holds its field (fag)."""
    if actor.person_id == ticket.requester_id:
        return Refusal("ticket.own_case")
    owns = (Authority.PROFESSIONAL.value, ticket.unit) in actor.authorities
    answers = owns or ticket.unit in actor.leads_units
    return None if answers else Refusal("ticket.not_your_agreement")


def may_reroute(actor: Actor, ticket: Ticket) -> Refusal | None:
    """The first line corrects what landed wrong until the unit has begun; the unit itself hands over or corrects.

    A need that nobody has begun on may be moved by every unit's agents: they share the list.
    """
    untouched = ticket.status is Status.NEW and actor.person_id != ticket.requester_id
    return None if untouched and _reaches(actor, ticket) else may_handle(actor, ticket)


def _reaches(actor: Actor, ticket: Ticket) -> bool:
    """Beyond their own unit: the first line every ticket it sees, other agents what lies in the shared list."""
    return actor.first_line or (actor.is_agent and ticket.shared_as is not None)


def may_resolve(actor: Actor, ticket: Ticket, service: Service) -> Refusal | None:
    """The unit that holds it; and the first line by its mandate, until the unit has begun (need B10)."""
    refusal = may_handle(actor, ticket)
    if refusal is None or ticket.requester_id == actor.person_id or not actor.first_line:
        return refusal
    begun = (
        ticket.status is not Status.NEW or ticket.assignee_id is not None or ticket.handover_to is not None
    )
    if begun:
        return Refusal("ticket.unit_has_begun")
    return None if mandate_over(ticket, service) else Refusal("ticket.no_mandate")


def mandate_over(ticket: Ticket, service: Service) -> tuple[Mandate, ...]:
    """What the first line may decide about this ticket: every line of the mandate that its price is within."""
    price = ticket.price or 0
    return tuple(line for line in service.mandate if line.limit_nok is None or price <= line.limit_nok)


def is_by_mandate(actor: Actor, ticket: Ticket) -> bool:
    """Whoever resolves another unit's ticket does it by mandate."""
    return actor.system is None and not actor.works_in(ticket.unit)


def may_reopen(actor: Actor, ticket: Ticket) -> Refusal | None:
    return None if is_party(actor, ticket) else may_handle(actor, ticket)


def may_withdraw(actor: Actor, ticket: Ticket) -> Refusal | None:
    return None if is_party(actor, ticket) else Refusal("ticket.only_the_requester")


def may_correct(actor: Actor, ticket: Ticket) -> Refusal | None:
    """In every state: what was handled is not rewritten, so it must be possible to add to it."""
    return may_withdraw(actor, ticket)


def may_resume(actor: Actor, ticket: Ticket) -> Refusal | None:
    """What waits for an approval goes on when that is decided, and not before."""
    if ticket.waiting_for is WaitingFor.APPROVAL and actor.system is None:
        return Refusal("ticket.waits_for_approval")
    return may_handle(actor, ticket)


def allowed(actor: Actor, ticket: Ticket, service: Service) -> frozenset[str]:
    """The names of everything this actor may do with the ticket as it is now; pages and API show just these."""
    handling = may_handle(actor, ticket) is None
    offered = ticket.handover_to is not None
    resolved = ticket.status is Status.RESOLVED
    running = ticket.status in (Status.NEW, Status.IN_PROGRESS)
    waits_for_approval = ticket.waiting_for is WaitingFor.APPROVAL
    possible = {
        "reply": may_reply(actor, ticket) is None,
        "note": ticket.status is not Status.CLOSED and may_note(actor, ticket) is None,
        "take": handling and running and ticket.assignee_id != actor.person_id,
        "assign": handling and running,
        "hand_over": handling and ticket.is_open and not offered,
        "accept_handover": offered and may_answer_handover(actor, ticket) is None,
        "return_handover": offered and may_answer_handover(actor, ticket) is None,
        "reroute": ticket.is_open and not offered and may_reroute(actor, ticket) is None,
        "service": ticket.is_open and not offered and may_reroute(actor, ticket) is None,
        "wait": handling and running,
        "resume": ticket.status is Status.WAITING and may_resume(actor, ticket) is None,
        "priority": handling and ticket.is_open,
        "explain_delay": handling and ticket.is_open,
        "move_to_version": ticket.is_open and may_move_to_version(actor, ticket) is None,
        "resolve": handling and ticket.is_open and not waits_for_approval,
        "resolve_by_mandate": not handling and ticket.is_open and may_resolve(actor, ticket, service) is None,
        "reopen": resolved and may_reopen(actor, ticket) is None,
        "withdraw": ticket.is_open and may_withdraw(actor, ticket) is None,
        "correct": may_correct(actor, ticket) is None,
    }
    return frozenset(name for name, is_possible in possible.items() if is_possible)
