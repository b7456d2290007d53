"""What an agent may do on the ticket page: each verb's form, and the action it calls. No rule stands here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.desk import forms
from app.identity.actor import Actor
from app.tickets import actions
from app.tickets.models import Ticket
from app.web.idempotency import Once
from service_catalog.schema import Channel
from sla.zone import ZONE


@dataclass(frozen=True)
class Doing:
    """One verb under way: the locked row, when it happens, and who does it."""

    session: AsyncSession
    ticket: Ticket
    at: datetime
    by: Actor
    published: Published
    attachment_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Verb:
    """`name` is what `TicketView.may` calls it."""

    name: str
    form: type[forms.Posted]
    act: Callable[[Doing, Any], Awaitable[None]]
    takes_files: bool = False


async def reply(doing: Doing, form: forms.ReplyForm) -> None:
    await actions.reply(
        doing.session,
        doing.ticket,
        body=form.body,
        kind=form.kind,
        channel=Channel.PORTAL,
        by=doing.by,
        at=doing.at,
        attachment_ids=doing.attachment_ids,
    )


async def take(doing: Doing, _form: forms.VersionForm) -> None:
    await actions.assign(
        doing.session, doing.ticket, assignee_id=doing.by.person_id, by=doing.by, at=doing.at
    )


async def assign(doing: Doing, form: forms.AssignForm) -> None:
    await actions.assign(doing.session, doing.ticket, assignee_id=form.assignee_id, by=doing.by, at=doing.at)


async def hand_over(doing: Doing, form: forms.HandOverForm) -> None:
    await actions.hand_over(
        doing.session,
        doing.ticket,
        unit=form.unit,
        reason=form.reason,
        by=doing.by,
        at=doing.at,
        published=doing.published,
    )


async def accept_handover(doing: Doing, _form: forms.VersionForm) -> None:
    await actions.accept_handover(doing.session, doing.ticket, by=doing.by, at=doing.at)


async def return_handover(doing: Doing, form: forms.ReasonForm) -> None:
    await actions.return_handover(doing.session, doing.ticket, reason=form.reason, by=doing.by, at=doing.at)


async def reroute(doing: Doing, form: forms.RerouteForm) -> None:
    await actions.reroute(
        doing.session, doing.ticket, unit=form.unit, by=doing.by, at=doing.at, published=doing.published
    )


async def change_service(doing: Doing, form: forms.ServiceForm) -> None:
    await actions.change_service(
        doing.session,
        doing.ticket,
        service=form.service,
        reason=form.reason,
        by=doing.by,
        at=doing.at,
        published=doing.published,
    )


async def move_to_version(doing: Doing, form: forms.AgreementForm) -> None:
    await actions.move_to_version(
        doing.session,
        doing.ticket,
        version=form.agreement_version,
        reason=form.reason,
        by=doing.by,
        at=doing.at,
    )


async def fetch(doing: Doing, form: forms.RerouteForm) -> None:
    """Out of the list that all units share: to one's own unit, and to oneself."""
    await reroute(doing, form)
    await take(doing, form)


async def wait(doing: Doing, form: forms.WaitForm) -> None:
    until = opening_of(form.until, doing) if form.until else None
    await actions.wait(
        doing.session, doing.ticket, reason=form.waiting_for, until=until, by=doing.by, at=doing.at
    )


def opening_of(day: date, doing: Doing) -> datetime:
    """A ticket wakes when the unit opens that day, or the next day it is open."""
    agreement = doing.published.agreement(doing.ticket.agreement, doing.ticket.agreement_version)
    midnight = datetime.combine(day, time(), tzinfo=ZONE)
    return doing.published.calendar(agreement.calendar).next_open(midnight)


async def resume(doing: Doing, _form: forms.VersionForm) -> None:
    await actions.resume(doing.session, doing.ticket, by=doing.by, at=doing.at)


async def set_priority(doing: Doing, form: forms.PriorityForm) -> None:
    await actions.set_priority(
        doing.session, doing.ticket, impact=form.impact, urgency=form.urgency, by=doing.by, at=doing.at
    )


async def explain_delay(doing: Doing, form: forms.DelayForm) -> None:
    await actions.explain_delay(
        doing.session,
        doing.ticket,
        reason=form.delay,
        text=form.text,
        channel=Channel.PORTAL,
        by=doing.by,
        at=doing.at,
    )


async def resolve(doing: Doing, form: forms.ResolveForm) -> None:
    await actions.resolve(doing.session, doing.ticket, text=form.text, by=doing.by, at=doing.at)


async def reopen(doing: Doing, form: forms.ReasonForm) -> None:
    await actions.reopen(doing.session, doing.ticket, reason=form.reason, by=doing.by, at=doing.at)


VERBS: dict[str, Verb] = {
    "svar": Verb("reply", forms.ReplyForm, reply, takes_files=True),
    "ta": Verb("take", forms.VersionForm, take),
    "tildel": Verb("assign", forms.AssignForm, assign),
    "send-videre": Verb("hand_over", forms.HandOverForm, hand_over),
    "ta-imot": Verb("accept_handover", forms.VersionForm, accept_handover),
    "returner": Verb("return_handover", forms.ReasonForm, return_handover),
    "flytt": Verb("reroute", forms.RerouteForm, reroute),
    "tjeneste": Verb("service", forms.ServiceForm, change_service),
    "avtale": Verb("move_to_version", forms.AgreementForm, move_to_version),
    "hent": Verb("reroute", forms.RerouteForm, fetch),
    "vent": Verb("wait", forms.WaitForm, wait),
    "fortsett": Verb("resume", forms.VersionForm, resume),
    "prioritet": Verb("priority", forms.PriorityForm, set_priority),
    "forsinket": Verb("explain_delay", forms.DelayForm, explain_delay),
    "los": Verb("resolve", forms.ResolveForm, resolve),
    "gjenapne": Verb("reopen", forms.ReasonForm, reopen),
}
"""By the last word of the address the form posts to."""


async def carry_out(
    session: AsyncSession,
    number: str,
    verb: Verb,
    form: forms.Posted,
    *,
    by: Actor,
    published: Published,
    files: tuple[int, ...] = (),
    once: Once | None = None,
) -> None:
    """Take the ticket and do it; with `once`, a twin of a form that was already carried out does nothing."""
    if once is not None and await once.begin() is not None:
        return
    version = form.version if isinstance(form, forms.VersionForm) else None
    ticket, at = await actions.take_ticket(session, number, by=by, expected_version=version)
    await verb.act(Doing(session, ticket, at, by, published, files), form)
    await session.flush()
    if once is not None:
        await once.finish(status=303, location=number)
