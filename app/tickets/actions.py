"""What people do with a ticket, each with its consequences, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import actions as approvals
from app.approvals.models import Approval, Outcome
from app.catalogue.published import Published, load_published
from app.clocks import actions as clocks
from app.deliveries.queue import deliver_later
from app.errors import Conflict, FieldProblem, Invalid, Stale, refuse
from app.events.log import EVENT_STEP, take
from app.events.models import Event
from app.identity.actor import Actor, system_actor
from app.masking.hiding import hide
from app.people.models import Membership
from app.people.ties import near_to
from app.settings import get_settings
from app.tickets import attachments, policy
from app.tickets.accounting import check_accounted
from app.tickets.lifecycle import DelayReason, NewTerms, Resolution, Status, WaitingFor, id_of
from app.tickets.models import Message, MessageKind, Ticket
from app.tickets.opening import DESCRIPTION_MAX, NewTicket, open_ticket
from app.tickets.rights import Operation
from app.tickets.terms import terms_of
from service_catalog.schema import Channel, Impact, Urgency

ALARM = system_actor("tickets.wake")
CLOSER = system_actor("tickets.close")
DECISION = system_actor("tickets.approval")
NO_NEW_VERSION = (
    "ticket.opened",
    "ticket.replied",
    "ticket.noted",
    "ticket.delay_expected",
    "ticket.delay_explained",
    "ticket.corrected",
    "ticket.access_answered",
    "ticket.glass_broken",
)
"""Every other event is a change of fields or state, and makes one new version."""

__all__ = ["NewTicket", "open_ticket"]


async def take_ticket(
    session: AsyncSession,
    number: str,
    *,
    by: Actor,
    expected_version: int | None = None,
) -> tuple[Ticket, datetime]:
    """Lock the ticket and tell when this verb happens.

    Raises NotFound for a number that is mistyped or not for this actor, Stale when it changed since it was read.
    """
    ticket, at = await take(session, Ticket, Ticket.id == (id_of(number) or 0), policy.visible_to(by))
    if expected_version is not None and ticket.version != expected_version:
        raise Stale("stale", changed=await _changes_since(session, ticket, expected_version))
    return ticket, at


async def _changes_since(session: AsyncSession, ticket: Ticket, version: int) -> list[str]:
    """The kinds of the events that made the newer versions, oldest first; each made one."""
    newer = (
        select(Event.kind)
        .where(
            Event.subject_kind == "ticket", Event.subject_id == ticket.id, Event.kind.not_in(NO_NEW_VERSION)
        )
        .order_by(Event.seq.desc())
        .limit(max(0, ticket.version - version))
    )
    return list(reversed((await session.scalars(newer)).all()))


async def reply(
    session: AsyncSession,
    ticket: Ticket,
    *,
    body: str,
    kind: MessageKind,
    channel: Channel,
    by: Actor,
    at: datetime,
    attachment_ids: Sequence[int] = (),
) -> Message:
    """Say something to the other party, or leave a note for colleagues.

    The unit's first public answer stops the response clock; the requester's answer wakes what waited for it.
    """
    internal = kind is MessageKind.INTERNAL
    refuse(policy.may_note(by, ticket) if internal else policy.may_reply(by, ticket))
    message = await _write(session, ticket, body, kind=kind, channel=channel, by=by, at=at)
    await attachments.link(session, attachment_ids, ticket_id=ticket.id, message_id=message.id, by=by)
    if internal:
        ticket.noted(message.id, by=by, at=at)
        return message
    from_unit = by.works_in(ticket.unit) and by.person_id != ticket.requester_id
    ticket.replied(message.id, answer=from_unit, by=by, at=at)
    if not from_unit and ticket.waiting_for is WaitingFor.REQUESTER:
        ticket.resume(by=by, at=at)
    await _keep_clocks(session, ticket, at=at)
    await _tell(session, "ticket.replied", ticket, message_id=message.id)
    return message


async def correct(
    session: AsyncSession, ticket: Ticket, *, text: str, channel: Channel, by: Actor, at: datetime
) -> Message:
    """Retting (GDPR article 16): what the case's own person says is right stands beside what was written.

    It reopens nothing and stops no clock; whoever holds the ticket is told.
    """
    refuse(policy.may_correct(by, ticket))
    message = await _write(session, ticket, text, kind=MessageKind.CORRECTION, channel=channel, by=by, at=at)
    ticket.corrected(message.id, by=by, at=at)
    await _tell(session, "ticket.corrected", ticket, message_id=message.id)
    return message


async def explain_delay(
    session: AsyncSession,
    ticket: Ticket,
    *,
    reason: DelayReason,
    text: str,
    channel: Channel,
    by: Actor,
    at: datetime,
) -> Message:
    """Tell whoever waits why it takes longer than agreed. It is an answer like any other, and says one thing more."""
    refuse(policy.may(by, ticket, Operation.EXPLAIN_DELAY))
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    message = await reply(session, ticket, body=text, kind=MessageKind.PUBLIC, channel=channel, by=by, at=at)
    ticket.explain_delay(reason, message_id=message.id, by=by, at=at + EVENT_STEP)
    return message


async def assign(
    session: AsyncSession,
    ticket: Ticket,
    *,
    assignee_id: int | None,
    by: Actor,
    at: datetime,
) -> None:
    """Give it to an agent of the unit that holds it, or back to the queue (None)."""
    refuse(policy.may(by, ticket, Operation.ASSIGN))
    if ticket.status not in (Status.NEW, Status.IN_PROGRESS, Status.WAITING):
        raise Conflict("ticket.not_open")
    if assignee_id is not None:
        if assignee_id in ticket.concerned:
            raise Invalid("request.invalid", fields=(FieldProblem("assignee_id", "field.own_case"),))
        works_there = select(near_to(Membership.person_id, *ticket.concerned)).where(
            Membership.person_id == assignee_id, Membership.unit == ticket.unit
        )
        if assignee_id != by.person_id:
            too_near = (await session.scalars(works_there)).one_or_none()
            if too_near is None:
                raise Invalid("request.invalid", fields=(FieldProblem("assignee_id", "field.not_in_unit"),))
            if too_near:
                raise Invalid("request.invalid", fields=(FieldProblem("assignee_id", "field.cannot_take"),))
    ticket.assign(assignee_id, by=by, at=at)


async def hand_over(
    session: AsyncSession,
    ticket: Ticket,
    *,
    unit: str,
    reason: str,
    by: Actor,
    at: datetime,
    published: Published,
) -> None:
    """Offer it to another unit, saying why. Until they accept, the giver holds it and its clock."""
    refuse(policy.may(by, ticket, Operation.HAND_OVER))
    _check_unit(ticket, unit, published)
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    if ticket.handover_to is not None:
        raise Conflict("ticket.already_handed_over", unit=ticket.handover_to)
    message = await _write(session, ticket, reason, kind=MessageKind.INTERNAL, by=by, at=at)
    ticket.hand_over(unit, message_id=message.id, by=by, at=at)
    await _tell(session, "ticket.handed_over", ticket, to_unit=unit)


async def accept_handover(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    refuse(policy.may(by, ticket, Operation.ANSWER_HANDOVER))
    ticket.accept_handover(by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def return_handover(
    session: AsyncSession, ticket: Ticket, *, reason: str, by: Actor, at: datetime
) -> None:
    """It is not ours: back to the giver, who held it all along."""
    refuse(policy.may(by, ticket, Operation.ANSWER_HANDOVER))
    message = await _write(session, ticket, reason, kind=MessageKind.INTERNAL, by=by, at=at)
    ticket.return_handover(message_id=message.id, by=by, at=at)


async def reroute(
    session: AsyncSession,
    ticket: Ticket,
    *,
    unit: str,
    by: Actor,
    at: datetime,
    published: Published,
) -> None:
    """Correct where it landed, in one action; the log remembers the rule that was wrong."""
    refuse(policy.may_reroute(by, ticket))
    _check_unit(ticket, unit, published)
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    ticket.reroute(unit, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def wait(
    session: AsyncSession,
    ticket: Ticket,
    *,
    reason: WaitingFor,
    until: datetime | None,
    by: Actor,
    at: datetime,
) -> None:
    """Put it aside for a reason; `until` wakes it by itself, and waiting for a date needs one."""
    refuse(policy.may(by, ticket, Operation.WAIT))
    if reason is WaitingFor.APPROVAL:
        raise Invalid("request.invalid", fields=(FieldProblem("reason", "field.not_choice"),))
    if reason is WaitingFor.DATE and until is None:
        raise Invalid("request.invalid", fields=(FieldProblem("until", "field.required"),))
    if until is not None and until <= at:
        raise Invalid("request.invalid", fields=(FieldProblem("until", "field.in_the_past"),))
    ticket.wait(reason, until=until, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def resume(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    refuse(policy.may_resume(by, ticket))
    if ticket.status is not Status.WAITING:
        raise Conflict("ticket.not_waiting")
    ticket.resume(by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def set_priority(
    session: AsyncSession,
    ticket: Ticket,
    *,
    impact: Impact,
    urgency: Urgency,
    by: Actor,
    at: datetime,
) -> None:
    """Judge it anew; the clocks are computed from the opening with the new targets."""
    refuse(policy.may(by, ticket, Operation.PRIORITY))
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    ticket.judge(impact, urgency, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def change_service(
    session: AsyncSession,
    ticket: Ticket,
    *,
    service: str,
    reason: str,
    by: Actor,
    at: datetime,
    published: Published,
) -> None:
    """It was asked for as one thing and is another: the right unit gets it, and its promise counts from the opening.

    Raises Conflict when somebody was asked to approve what it is now.
    """
    refuse(policy.may_reroute(by, ticket))
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    if service == ticket.service:
        raise Invalid("request.invalid", fields=(FieldProblem("service", "field.already_there"),))
    asked = select(Approval.id).where(Approval.subject_kind == "ticket", Approval.subject_id == ticket.id)
    if (await session.execute(asked.limit(1))).one_or_none() is not None:
        raise Conflict("ticket.was_approved")
    new = terms_of(published, service, answers=ticket.answers, confidentiality=ticket.confidentiality, at=at)
    message = await _write(session, ticket, reason, kind=MessageKind.INTERNAL, by=by, at=at)
    if new.unit != ticket.unit:
        ticket.reroute(new.unit, by=by, at=at)
        at += EVENT_STEP
    ticket.change_service(new, message_id=message.id, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def move_to_version(
    session: AsyncSession, ticket: Ticket, *, version: int, reason: NewTerms, by: Actor, at: datetime
) -> None:
    """Let another adopted version of its agreement count, from the opening; nothing else ever changes a promise.

    Raises Invalid for a version that nobody adopted, or the one it has.
    """
    refuse(policy.may(by, ticket, Operation.MOVE_TO_VERSION))
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    newest = await load_published(session)
    if all(each.version != version for each in newest.versions.get(ticket.agreement, ())):
        raise Invalid("request.invalid", fields=(FieldProblem("version", "field.unknown_version"),))
    if version == ticket.agreement_version:
        raise Invalid("request.invalid", fields=(FieldProblem("version", "field.already_there"),))
    ticket.move_to_version(version, reason, catalogue_version=newest.version, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)


async def resolve(
    session: AsyncSession,
    ticket: Ticket,
    *,
    text: str,
    by: Actor,
    at: datetime,
) -> None:
    """Answer the request: the unit that holds it, or the first line by its mandate. The requester is told."""
    if ticket.waiting_for is WaitingFor.APPROVAL and by.system is None:
        raise Conflict("ticket.waits_for_approval")
    service = (await load_published(session, ticket.catalogue_version)).service(ticket.service)
    refuse(policy.may_resolve(by, ticket, service))
    check_accounted(service, text, by.language)
    by_mandate = policy.is_by_mandate(by, ticket)
    await end(session, ticket, Resolution.SOLVED, text, by_mandate=by_mandate, by=by, at=at)


async def resolve_at_once(session: AsyncSession, ticket: Ticket, *, text: str, by: Actor) -> None:
    """The answer was given while the caller was there: on the ticket just opened, whoever may see it now."""
    ticket, at = await take(session, Ticket, Ticket.id == ticket.id)
    await resolve(session, ticket, text=text, by=by, at=at)


async def withdraw(session: AsyncSession, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """The requester does not need it any more; open questions about it are withdrawn too."""
    refuse(policy.may(by, ticket, Operation.WITHDRAW))
    if not ticket.is_open:
        raise Conflict("ticket.not_open")
    await approvals.withdraw_open(session, ("ticket", ticket.id), by=by)
    await end(session, ticket, Resolution.WITHDRAWN, "", by=by, at=at)


async def reopen(session: AsyncSession, ticket: Ticket, *, reason: str, by: Actor, at: datetime) -> None:
    """It was not solved: say why, and the clock goes on where it stopped."""
    refuse(policy.may(by, ticket, Operation.REOPEN))
    message = await _write(session, ticket, reason, kind=MessageKind.PUBLIC, by=by, at=at)
    ticket.reopen(message_id=message.id, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)
    await _tell(session, "ticket.reopened", ticket, message_id=message.id)


async def approvals_decided(session: AsyncSession, answered: Sequence[Approval], *, at: datetime) -> None:
    """Carry out what was decided by one press: go on when everybody said yes, end when somebody said no."""
    approval = answered[0]
    ticket, at = await take(session, Ticket, Ticket.id == approval.subject_id)
    await deliver_later(
        session,
        "approval.decided",
        key=f"approval.decided:{approval.id}",
        payload={"approval_id": approval.id, "ticket_id": ticket.id},
    )
    if ticket.waiting_for is not WaitingFor.APPROVAL:
        return
    if approval.outcome is Outcome.REJECTED:
        await approvals.withdraw_open(session, ("ticket", ticket.id), by=DECISION)
        await end(session, ticket, Resolution.REJECTED, approval.comment or "", by=DECISION, at=at)
        return
    waiting = select(Approval.id).where(
        Approval.subject_kind == "ticket",
        Approval.subject_id == ticket.id,
        Approval.outcome.is_(None),
    )
    if (await session.execute(waiting.limit(1))).one_or_none() is None:
        await resume(session, ticket, by=DECISION, at=at)


async def wake_due(session: AsyncSession, *, limit: int = 100) -> int:
    """Tickets whose date has come go back to work; how many."""
    due = (
        select(Ticket.id)
        .where(Ticket.wake_at <= func.statement_timestamp())
        .order_by(Ticket.wake_at)
        .limit(limit)
    )
    ids = (await session.scalars(due.with_for_update(skip_locked=True))).all()
    for ticket_id in ids:
        ticket, at = await take(session, Ticket, Ticket.id == ticket_id)
        await resume(session, ticket, by=ALARM, at=at)
    return len(ids)


async def close_due(session: AsyncSession, *, limit: int = 200) -> int:
    """Resolved tickets that nobody reopened in time are closed; how many."""
    due = (
        select(Ticket.id)
        .where(Ticket.status == Status.RESOLVED, Ticket.closes_at <= func.statement_timestamp())
        .order_by(Ticket.closes_at)
        .limit(limit)
    )
    ids = (await session.scalars(due.with_for_update(skip_locked=True))).all()
    for ticket_id in ids:
        ticket, at = await take(session, Ticket, Ticket.id == ticket_id)
        ticket.close(by=CLOSER, at=at)
    return len(ids)


async def end(
    session: AsyncSession,
    ticket: Ticket,
    resolution: Resolution,
    text: str,
    *,
    by: Actor,
    at: datetime,
    by_mandate: bool = False,
) -> None:
    """Solved, or not after all; whether the actor may is asked before."""
    if resolution is Resolution.SOLVED and not text.strip():
        raise Invalid("request.invalid", fields=(FieldProblem("text", "field.required"),))
    closes_at = at + timedelta(days=get_settings().reopen_days)
    text = hide(session, ("ticket", ticket.id), text.strip())
    ticket.resolve(resolution, text, closes_at=closes_at, by_mandate=by_mandate, by=by, at=at)
    await _keep_clocks(session, ticket, at=at)
    await _tell(session, "ticket.resolved", ticket)


async def _write(
    session: AsyncSession,
    ticket: Ticket,
    body: str,
    *,
    kind: MessageKind,
    by: Actor,
    at: datetime,
    channel: Channel = Channel.PORTAL,
) -> Message:
    """What somebody says, with its identity numbers hidden. Raises Invalid for nothing, and for too much."""
    if not body.strip():
        raise Invalid("request.invalid", fields=(FieldProblem("body", "field.required"),))
    if len(body) > DESCRIPTION_MAX:
        raise Invalid(
            "request.invalid",
            fields=(FieldProblem("body", "field.too_long", (("max", str(DESCRIPTION_MAX)),)),),
        )
    message = Message(
        ticket_id=ticket.id,
        author_id=by.person_id,
        kind=kind,
        channel=channel,
        body=hide(session, ("ticket", ticket.id), body.strip()),
        at=at,
    )
    session.add(message)
    await session.flush()
    return message


def _check_unit(ticket: Ticket, unit: str, published: Published) -> None:
    if unit not in published.catalogue.units:
        raise Invalid("request.invalid", fields=(FieldProblem("unit", "field.unknown_unit"),))
    if unit == ticket.unit:
        raise Invalid("request.invalid", fields=(FieldProblem("unit", "field.already_there"),))


async def _keep_clocks(session: AsyncSession, ticket: Ticket, *, at: datetime) -> None:
    """The clocks follow the version the ticket was opened under, whatever has been published since."""
    await session.flush()
    published = await load_published(session, ticket.catalogue_version)
    dues = await clocks.keep(session, ("ticket", ticket.id), published=published, at=at)
    ticket.promise(dues)


async def _tell(session: AsyncSession, topic: str, ticket: Ticket, **more: int | str) -> None:
    """One effect per event: the event's number in the log makes the key."""
    await deliver_later(
        session,
        topic,
        key=f"{topic}:{ticket.id}:{ticket.event_seq}",
        payload={"ticket_id": ticket.id} | more,
        subject=f"ticket:{ticket.id}",
    )
