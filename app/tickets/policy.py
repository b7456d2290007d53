"""Who may see a ticket, and who may do what with it: the table of `rights.py`, asked of one actor."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from app.approvals.models import Approval
from app.approvals.policy import answerable_by
from app.errors import Refusal
from app.identity.actor import Actor, Office
from app.people.models import Engagement
from app.people.ties import too_near
from app.tickets.lifecycle import Status, WaitingFor
from app.tickets.models import Message, MessageKind, Ticket
from app.tickets.rights import (
    BY_WORK,
    PASSING_ON,
    Field,
    Operation,
    Role,
    classes_seen,
    fields_of,
    operations_of,
)
from service_catalog.schema import Authority, Confidentiality, Mandate, Service

EVERY_CLASS = frozenset(Confidentiality) - {Confidentiality.WHISTLEBLOWING}
WHY_NOT: dict[Operation, str] = {
    Operation.ANSWER_HANDOVER: "ticket.not_offered_to_you",
    Operation.WITHDRAW: "ticket.only_the_requester",
    Operation.CORRECT: "ticket.only_the_requester",
    Operation.MOVE_TO_VERSION: "ticket.not_your_agreement",
}


FOR_PARTIES_ALONE = frozenset({Operation.WITHDRAW, Operation.CORRECT})


def standing(actor: Actor) -> dict[Role, ColumnElement[bool]]:
    """The places this actor may have beside a ticket, each as what must hold of the row."""
    me = actor.person_id
    places: dict[Role, ColumnElement[bool]] = {
        Role.REQUESTER: Ticket.requester_id == me,
        Role.OPENER: Ticket.opened_by_id == me,
    }
    if actor.units:
        places[Role.AGENT] = Ticket.unit.in_(sorted(actor.units))
        places[Role.RECEIVER] = Ticket.handover_to.in_(sorted(actor.units))
        places[Role.NEEDS_AGENT] = Ticket.shared_as.is_not(None)
    elif actor.is_leader:
        places[Role.NEEDS_LEADER] = Ticket.shared_as.is_not(None)
    if actor.first_line:
        places[Role.FIRST_LINE] = true()
    if actor.orders_for:
        places[Role.ORDERER] = Ticket.org_unit_id.in_(sorted(actor.orders_for))
    if owned := actor.scopes_of(Office.PROCESS_OWNER):
        places[Role.PROCESS_OWNER] = Ticket.service.in_(sorted(owned))
    if actor.glass:
        places[Role.GLASS] = Ticket.id.in_(sorted(actor.glass))
    # Asked per ticket, through the approvals' own index: as a list it would be read whole for one ticket.
    of_this = (Approval.subject_kind == "ticket", Approval.subject_id == Ticket.id)
    places[Role.APPROVER] = (
        select(Approval.id).where(*of_this, answerable_by(actor)).correlate(Ticket).exists()
    )
    return places


def roles_of(actor: Actor, ticket: Ticket) -> frozenset[Role]:
    """The same places for one ticket that was read; whether they are asked to approve it only the database knows."""
    in_shared_list = ticket.shared_as is not None
    held = {
        Role.REQUESTER: actor.person_id == ticket.requester_id,
        Role.OPENER: actor.person_id == ticket.opened_by_id,
        Role.AGENT: actor.works_in(ticket.unit),
        Role.RECEIVER: actor.works_in(ticket.handover_to),
        Role.LEAD: ticket.unit in actor.leads_units
        or (Authority.PROFESSIONAL.value, ticket.unit) in actor.authorities,
        Role.NEEDS_AGENT: in_shared_list and actor.is_agent,
        Role.NEEDS_LEADER: in_shared_list and actor.is_leader and not actor.is_agent,
        Role.FIRST_LINE: actor.first_line,
        Role.ORDERER: ticket.org_unit_id in actor.orders_for,
        Role.PROCESS_OWNER: actor.holds(Office.PROCESS_OWNER, ticket.service),
        Role.OTHER_AGENT: actor.is_agent and not actor.works_in(ticket.unit),
        Role.GLASS: ticket.id in actor.glass,
    }
    return frozenset(role for role, holds in held.items() if holds)


@lru_cache(maxsize=1024)  # putting it together costs more than a small query
def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one predicate of every list, look-up, search, count, stream, attachment and delivery.

    Every place the actor may have beside a ticket, for the classes of which the table lets that place see the case.
    """
    return true() if actor.person_id is None else _sees(actor, Field.CASE)


def _sees(actor: Actor, field: Field) -> ColumnElement[bool]:
    """Whether some place of the actor's sees this part. Places that see the same classes ask about the class once."""
    by_classes: defaultdict[frozenset[Confidentiality], list[ColumnElement[bool]]] = defaultdict(list)
    leads_somebody = bool(actor.leads_org_units)
    for role, stands in standing(actor).items():
        seen = classes_seen(role, field)
        if role in BY_WORK:
            apart = [Ticket.about_id.is_distinct_from(actor.person_id)]
            if leads_somebody:
                apart.append(~_leads_requester(actor))
            stands = and_(stands, or_(Ticket.confidentiality == Confidentiality.OPEN, and_(*apart)))
        by_classes[seen].append(stands)
    by_classes.pop(frozenset(), None)
    return or_(false(), *(and_(_of_class(classes), or_(*ways)) for classes, ways in by_classes.items()))


def _leads_requester(actor: Actor) -> ColumnElement[bool]:
    """A leader who is an agent too leaves the personal cases of those they lead to their colleagues."""
    today = func.current_date()
    in_force = (
        Engagement.starts_on <= today,
        or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today),
    )
    led = or_(
        Engagement.leader_id == actor.person_id, Engagement.org_unit_id.in_(sorted(actor.leads_org_units))
    )
    concerned = Engagement.person_id.in_((Ticket.requester_id, Ticket.about_id))
    query = select(Engagement.id).where(concerned, *in_force, led)
    return query.correlate(Ticket).exists()


def _of_class(classes: frozenset[Confidentiality]) -> ColumnElement[bool]:
    if classes == EVERY_CLASS:
        return Ticket.confidentiality != Confidentiality.WHISTLEBLOWING
    return Ticket.confidentiality.in_(sorted(classes))


@lru_cache(maxsize=1024)
def visible_messages_to(actor: Actor) -> ColumnElement[bool]:
    """Internal notes are for those who work with the case; in one's own case an agent is a requester like any other."""
    public = Message.kind != MessageKind.INTERNAL
    if actor.person_id is None:
        return true()
    if not actor.is_agent and not actor.glass:
        return public
    noted = _sees(actor, Field.NOTES)
    others = select(Ticket.id).where(
        Ticket.id == Message.ticket_id,
        Ticket.requester_id != actor.person_id,
        Ticket.about_id.is_distinct_from(actor.person_id),
        noted,
    )
    return or_(public, others.correlate(Message).exists())


def may_see_field(actor: Actor, ticket: Ticket, field: Field) -> bool:
    """Of a ticket the actor sees, and of what not everybody who sees it is shown: notes, identity numbers.

    In one's own case an agent is a requester like any other.
    """
    if actor.person_id is None:
        return True
    roles = roles_of(actor, ticket)
    own = {Role.REQUESTER} if actor.person_id in ticket.concerned else roles
    return field in fields_of(own, ticket.confidentiality)


def may_see_needs(actor: Actor) -> Refusal | None:
    """The one list of what the municipality needs: every unit's agents, and leaders, who order and decide (need B7)."""
    return None if actor.is_agent or actor.is_leader else Refusal("needs.agents_and_leaders")


def is_party(actor: Actor, ticket: Ticket) -> bool:
    return actor.person_id is not None and actor.person_id in (
        ticket.requester_id,
        ticket.opened_by_id,
    )


def barred(actor: Actor, ticket: Ticket) -> Refusal | None:
    """Habilitet: nobody handles their own case, their family's or their own leader's (forvaltningsloven kap. II)."""
    if actor.person_id in ticket.concerned:
        return Refusal("ticket.own_case")
    return too_near(actor, *ticket.concerned)


def may(actor: Actor, ticket: Ticket, operation: Operation) -> Refusal | None:
    """What the table says of the actor's places, less what habilitet takes away. The state is asked elsewhere."""
    if actor.system is not None:
        return None
    roles = roles_of(actor, ticket)
    party = roles & {Role.REQUESTER, Role.OPENER}
    if operation in operations_of(party, ticket.confidentiality):
        return None
    too_close = barred(actor, ticket)
    passing_on = operation in PASSING_ON and actor.person_id not in ticket.concerned
    if too_close is not None and operation not in FOR_PARTIES_ALONE and not passing_on:
        return too_close
    if operation in operations_of(roles, ticket.confidentiality):
        return None
    return Refusal(WHY_NOT.get(operation, "ticket.other_unit"))


def may_handle(actor: Actor, ticket: Ticket) -> Refusal | None:
    """Everything an agent of the unit does; the operations of handling are given together."""
    return may(actor, ticket, Operation.RESOLVE)


def may_reply(actor: Actor, ticket: Ticket) -> Refusal | None:
    return Refusal("ticket.closed") if ticket.status is Status.CLOSED else may(actor, ticket, Operation.REPLY)


def may_note(actor: Actor, ticket: Ticket) -> Refusal | None:
    """Whoever is offered it or stands in the first line may leave a note too; on a need, every unit's agents."""
    return may(actor, ticket, Operation.NOTE)


def may_reroute(actor: Actor, ticket: Ticket) -> Refusal | None:
    """The first line corrects what landed wrong until the unit has begun; the unit itself hands over or corrects.

    A need that nobody has begun on may be moved by every unit's agents: they share the list.
    """
    refusal = may(actor, ticket, Operation.REROUTE)
    if refusal is not None or actor.system is not None or actor.works_in(ticket.unit):
        return refusal
    return None if ticket.status is Status.NEW else Refusal("ticket.other_unit")


def may_resolve(actor: Actor, ticket: Ticket, service: Service) -> Refusal | None:
    """The unit that holds it; and the first line by its mandate, until the unit has begun (need B10)."""
    refusal = may(actor, ticket, Operation.RESOLVE)
    if refusal is None or may(actor, ticket, Operation.RESOLVE_BY_MANDATE) is not None:
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


def may_correct(actor: Actor, ticket: Ticket) -> Refusal | None:
    """In every state: what was handled is not rewritten, so it must be possible to add to it."""
    return may(actor, ticket, Operation.CORRECT)


def may_resume(actor: Actor, ticket: Ticket) -> Refusal | None:
    """What waits for an approval goes on when that is decided, and not before."""
    if ticket.waiting_for is WaitingFor.APPROVAL and actor.system is None:
        return Refusal("ticket.waits_for_approval")
    return may(actor, ticket, Operation.RESUME)


def allowed(actor: Actor, ticket: Ticket, service: Service) -> frozenset[str]:
    """The names of everything this actor may do with the ticket as it is now; pages and API show just these."""

    def can(operation: Operation) -> bool:
        return may(actor, ticket, operation) is None

    handling = can(Operation.RESOLVE)
    offered = ticket.handover_to is not None
    running = ticket.status in (Status.NEW, Status.IN_PROGRESS)
    waits_for_approval = ticket.waiting_for is WaitingFor.APPROVAL
    answers_offer = offered and can(Operation.ANSWER_HANDOVER)
    possible = {
        "reply": may_reply(actor, ticket) is None,
        "note": ticket.status is not Status.CLOSED and can(Operation.NOTE),
        "take": can(Operation.TAKE) and running and ticket.assignee_id != actor.person_id,
        "assign": can(Operation.ASSIGN) and running,
        "hand_over": can(Operation.HAND_OVER) and ticket.is_open and not offered,
        "accept_handover": answers_offer,
        "return_handover": answers_offer,
        "reroute": ticket.is_open and not offered and may_reroute(actor, ticket) is None,
        "service": ticket.is_open and not offered and may_reroute(actor, ticket) is None,
        "wait": can(Operation.WAIT) and running,
        "resume": ticket.status is Status.WAITING and may_resume(actor, ticket) is None,
        "priority": can(Operation.PRIORITY) and ticket.is_open,
        "explain_delay": can(Operation.EXPLAIN_DELAY) and ticket.is_open,
        "move_to_version": ticket.is_open and can(Operation.MOVE_TO_VERSION),
        "resolve": handling and ticket.is_open and not waits_for_approval,
        "resolve_by_mandate": not handling and ticket.is_open and may_resolve(actor, ticket, service) is None,
        "reopen": ticket.status is Status.RESOLVED and can(Operation.REOPEN),
        "withdraw": ticket.is_open and can(Operation.WITHDRAW),
        "correct": may_correct(actor, ticket) is None,
    }
    return frozenset(name for name, is_possible in possible.items() if is_possible)
