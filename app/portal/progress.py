"""How far a ticket has come, and who has had it, told in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.catalogue.published import Published
from app.tickets.lifecycle import Resolution, Status, WaitingFor
from app.tickets.queries import MyTicketRow
from app.tickets.view import EventView, TicketView
from app.web.i18n import _, say

STATUS: dict[Status, str] = {
    Status.NEW: _("Mottatt"),
    Status.IN_PROGRESS: _("Under arbeid"),
    Status.WAITING: _("Venter"),
    Status.RESOLVED: _("Løst"),
    Status.CLOSED: _("Avsluttet"),
}
WAITING: dict[WaitingFor, str] = {
    WaitingFor.REQUESTER: _("Venter på svar fra deg"),
    WaitingFor.APPROVAL: _("Til godkjenning"),
    WaitingFor.SUPPLIER: _("Venter på leverandør"),
    WaitingFor.DATE: _("Venter til avtalt dato"),
}
COLOURS: dict[Status, str] = {
    Status.NEW: "neutral",
    Status.IN_PROGRESS: "info",
    Status.WAITING: "warning",
    Status.RESOLVED: "success",
    Status.CLOSED: "neutral",
}
ENDED: dict[Resolution, str] = {
    Resolution.SOLVED: _("Løst"),
    Resolution.REJECTED: _("Avslått"),
    Resolution.WITHDRAWN: _("Trukket tilbake"),
}
STEPS_DONE: dict[Status, int] = {
    Status.NEW: 1,
    Status.WAITING: 2,
    Status.IN_PROGRESS: 2,
    Status.RESOLVED: 4,
    Status.CLOSED: 4,
}
STEPS = 4
"""Mottatt, fordelt, under arbeid, ferdig: the bar on a list."""


def status_words(status: Status, waiting_for: WaitingFor | None, resolution: Resolution | None = None) -> str:
    """A marked text; the page translates it."""
    if waiting_for is not None:
        return WAITING[waiting_for]
    if resolution is not None and status in (Status.RESOLVED, Status.CLOSED):
        return ENDED[resolution]
    return STATUS[status]


def steps_done(row: MyTicketRow) -> int:
    if row.waiting_for is WaitingFor.APPROVAL:
        return 1
    return STEPS_DONE[row.status]


@dataclass(frozen=True)
class Step:
    text: str
    state: str
    """done, current or coming."""


def steps(view: TicketView) -> tuple[Step, ...]:
    """Received, (approved,) taken, finished. The one that goes on now is current."""
    ticket = view.ticket
    finished = ticket.status in (Status.RESOLVED, Status.CLOSED)
    texts = [(_("Mottatt"), True)]
    if view.approvals:
        approved = ticket.waiting_for is not WaitingFor.APPROVAL
        done = approved and ticket.resolution is not Resolution.REJECTED
        texts.append((_("Godkjent") if done else _("Til godkjenning"), done))
    texts.append(
        (_("Under arbeid"), finished or ticket.status is Status.IN_PROGRESS or view.assignee is not None)
    )
    texts.append((ENDED[ticket.resolution] if ticket.resolution else _("Løst"), finished))
    found: list[Step] = []
    for text, done in texts:
        coming = "coming" if any(step.state == "current" for step in found) else "current"
        found.append(Step(text, "done" if done else coming))
    return tuple(found)


@dataclass(frozen=True)
class Told:
    """One thing that happened, as a sentence."""

    at: datetime
    text: str
    by: str | None


Words = dict[str, Any]
_HELD: dict[str, Callable[[Words], str]] = {
    "ticket.opened": lambda p: _("Saken kom inn til %(unit)s."),
    "ticket.assigned": lambda p: (
        _("%(assignee)s tok saken.") if p.get("assignee") else _("Saken gikk tilbake i køen.")
    ),
    "ticket.handed_over": lambda p: _("%(from_unit)s tilbød saken til %(to_unit)s."),
    "ticket.handover_accepted": lambda p: _("%(to_unit)s overtok saken fra %(from_unit)s."),
    "ticket.handover_returned": lambda p: _("%(to_unit)s ga saken tilbake til %(from_unit)s."),
    "ticket.rerouted": lambda p: _("Saken ble flyttet fra %(from_unit)s til %(to_unit)s."),
    "ticket.waiting": lambda p: WAITING_TOLD[str(p.get("reason"))],
    "ticket.resumed": lambda p: _("Arbeidet går videre."),
    "ticket.replied": lambda p: _("%(by)s skrev en melding."),
    "ticket.corrected": lambda p: _("%(by)s skrev hva som er riktig."),
    "ticket.access_answered": lambda p: _("%(by)s svarte på innsynskravet."),
    "ticket.priority_changed": lambda p: _("Saken fikk en annen prioritet."),
    "ticket.delay_expected": lambda p: _("Vi sa fra om at fristen trolig ikke holder."),
    "ticket.delay_explained": lambda p: _("%(by)s sa hvorfor det tar lengre tid."),
    "ticket.service_changed": lambda p: _("Saken gjelder nå «%(service)s», og fristen er regnet på nytt."),
    "ticket.agreement_changed": lambda p: _("Fristen regnes nå etter en annen versjon av avtalen."),
    "ticket.glass_broken": lambda p: _("%(by)s åpnet saken med nødtilgang."),
    "ticket.resolved": lambda p: RESOLVED_TOLD[str(p.get("resolution"))],
    "ticket.reopened": lambda p: _("Saken ble åpnet igjen."),
    "ticket.closed": lambda p: _("Saken ble avsluttet."),
}
"""Kind of event -> its sentence. What is not listed (notes for colleagues) is not told."""
WAITING_TOLD: dict[str, str] = {
    "requester": _("Saken venter på svar fra den som spurte."),
    "approval": _("Saken venter på godkjenning."),
    "supplier": _("Saken venter på en leverandør."),
    "date": _("Saken venter til en avtalt dato."),
}
RESOLVED_TOLD: dict[str, str] = {
    "solved": _("Saken ble løst."),
    "rejected": _("Saken ble avslått."),
    "withdrawn": _("Saken ble trukket tilbake."),
}


def history(view: TicketView, published: Published, language: str) -> tuple[Told, ...]:
    """«Hvem har hatt saken», first to last."""
    told = (_told(event, view, published, language) for event in view.events)
    return tuple(one for one in told if one is not None)


def _told(event: EventView, view: TicketView, published: Published, language: str) -> Told | None:
    sentence = _HELD.get(event.kind)
    if sentence is None:
        return None
    units = published.catalogue.units
    words: Words = dict(event.payload)
    for key in ("unit", "from_unit", "to_unit"):
        if words.get(key) in units:
            words[key] = units[words[key]].title.in_language(language)
    service = published.catalogue.services.get(str(words.get("service")))
    if service is not None:
        words["service"] = service.title.in_language(language)
    assignee = words.get("assignee_id")
    words["assignee"] = assignee and _name_of(assignee, event, view)
    words["by"] = event.actor_name or say(language, _("Systemet"))
    return Told(event.at, say(language, sentence(words), **words), event.actor_name)


def _name_of(person_id: int, event: EventView, view: TicketView) -> str:
    """The view names actors and today's assignee; whoever took it themselves is the event's actor."""
    if view.assignee is not None and view.assignee.id == person_id:
        return view.assignee.name
    return event.actor_name or ""
