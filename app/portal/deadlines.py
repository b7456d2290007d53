"""«Slik er fristen regnet ut»: every clock of a ticket, and each span that counted or not, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from app.catalogue.published import Published, load_published
from app.clocks.compute import ClockState
from app.clocks.explain import Changed, Law, Reckoned
from app.clocks.promised import ClockKind
from app.database.session import Db
from app.identity.actor import Actor
from app.identity.me import Me
from app.portal.clock_names import clock_name
from app.tickets.reckoning import reckoned
from app.tickets.view import TicketView
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.rooms import Room
from app.web.words import clock_time, local, promised, short_day, worked
from sla.reckoning import Line, Why, counted_in

router = Room(include_in_schema=False, prefix="/saker")

FIRST_SHOWN = (ClockKind.SOLUTION, ClockKind.RESPONSE, ClockKind.UPDATE, ClockKind.STATUTORY)
"""What the requester was promised, and the law; then the units' shares and the requester's own time."""
WHY: dict[Why, str] = {
    Why.OPEN: _("åpent"),
    Why.NIGHT: _("natt"),
    Why.BREAK: _("stengt midt på dagen"),
    Why.WEEKEND: _("helg"),
}
AWAY: dict[str, str] = {
    "requester": _("ventet på svar fra den som spurte"),
    "approval": _("ventet på godkjenning"),
    "supplier": _("ventet på en leverandør"),
    "date": _("ventet til en avtalt dato"),
    "resolved": _("var løst"),
    "elsewhere": _("var hos en annen enhet"),
    "stopped": _("sto stille"),
}
WAITED_FOR_YOU = _("ventet på deg")
STATES: dict[ClockState, tuple[str, str]] = {
    ClockState.RUNNING: (_("Går"), "info"),
    ClockState.PAUSED: (_("Står stille"), "warning"),
    ClockState.MET: (_("Holdt"), "success"),
    ClockState.MISSED: (_("Ikke holdt"), "danger"),
    ClockState.CANCELLED: (_("Ikke lovet lenger"), "neutral"),
}
CHANGES: dict[str, str] = {
    "ticket.priority_changed": _("Saken fikk en annen prioritet, og alt ble regnet på nytt fra begynnelsen."),
    "ticket.service_changed": _("Saken fikk en annen tjeneste, og alt ble regnet på nytt fra begynnelsen."),
    "ticket.agreement_changed": _("Saken fikk en annen avtale, og alt ble regnet på nytt fra begynnelsen."),
    "ticket.reopened": _("Saken ble åpnet igjen. Tida gikk videre der den stoppet."),
    "ticket.handover_accepted": _("Saken kom tilbake til enheten. Tida gikk videre der den stoppet."),
    "ticket.rerouted": _("Saken kom tilbake til enheten. Tida gikk videre der den stoppet."),
}
OVERDUE = (_("Over fristen"), "danger")
A_SECOND = timedelta(seconds=1)
"""What is shorter is not shown: the verbs of one request lie microseconds apart."""
BEGAN_ANEW = _("Ny beskjed eller nytt spørsmål: tida begynte på nytt.")


@dataclass(frozen=True)
class LineView:
    """`counts`: the span is part of the sum."""

    when: str
    why: str
    counted: str
    counts: bool


@dataclass(frozen=True)
class ChangeView:
    at: datetime
    text: str


@dataclass(frozen=True)
class LawView:
    """A legal clock: the rule in our words, where it stands, and the date it counts from."""

    paragraph: str
    text: str
    source: str
    starts_on: date
    checked_on: date


@dataclass(frozen=True)
class ClockPage:
    key: str
    """Names it on the page."""
    name: str
    state: str
    colour: str
    promised: str | None
    """As it was agreed; None of a legal clock."""
    target: str | None
    """In hours too, when it was agreed in days."""
    used: str
    due_at: datetime | None
    stopped_at: datetime | None
    started_at: datetime
    agreement: tuple[str, str, int] | None
    """Key, title and version."""
    calendar: str
    priority: str
    lines: tuple[LineView, ...]
    sum: str
    changes: tuple[ChangeView, ...]
    law: LawView | None


@dataclass(frozen=True)
class DeadlinePage:
    number: str
    subject: str
    back: str
    clocks: tuple[ClockPage, ...]


@router.get("/{number}/frister")
async def page(request: Request, number: str, me: Me, session: Db) -> Response:
    view, found = await reckoned(session, me, number)
    opened_under = await load_published(session, view.ticket.catalogue_version)
    language = language_of(request)
    is_mine = me.person_id in (view.requester.id, view.opened_by.id)
    clocks = sorted(found, key=_place)
    shown = tuple(_clock(each, opened_under, language, is_mine=is_mine) for each in clocks)
    return render(
        request,
        "portal/deadlines.html",
        DeadlinePage(view.number, view.ticket.subject, _back(me, view, is_mine=is_mine), shown),
    )


def _back(me: Actor, view: TicketView, *, is_mine: bool) -> str:
    """To the face of the ticket that this reader works in."""
    return f"/desk/saker/{view.number}" if me.is_agent and not is_mine else f"/saker/{view.number}"


def _place(each: Reckoned) -> int:
    kind = each.course.kind
    return FIRST_SHOWN.index(kind) if kind in FIRST_SHOWN else len(FIRST_SHOWN) + list(ClockKind).index(kind)


def _clock(each: Reckoned, published: Published, language: str, *, is_mine: bool) -> ClockPage:
    course, reading, period = each.course, each.reading, each.course.period
    agreed = course.promised.agreement
    amount = course.promised.amount(course.kind, course.part, period.priority)
    is_overdue = reading.state is ClockState.RUNNING and reading.breached_at is not None
    state, colour = OVERDUE if is_overdue else STATES[reading.state]
    legal = course.kind is ClockKind.STATUTORY
    title = each.source.title
    return ClockPage(
        key=f"{course.kind}-{course.part}".rstrip("-"),
        name=clock_name(course.kind, course.part, published, language),
        state=state,
        colour=colour,
        promised=promised(amount, language) if amount else None,
        target=worked(period.target, language) if amount and amount.days else None,
        used=worked(reading.used, language),
        due_at=reading.due_at,
        stopped_at=reading.stopped_at,
        started_at=period.begun_at,
        agreement=None if legal else (agreed.name, str(getattr(agreed.title, language)), agreed.version),
        calendar=str(getattr(title, language)) if title else each.source.name,
        priority=period.priority,
        lines=_lines(each.lines, language, is_mine=is_mine),
        sum=worked(counted_in(each.lines), language),
        changes=tuple(_change(change, course.kind, language) for change in each.changes),
        law=_law(each.law, language) if each.law else None,
    )


def _lines(lines: Iterable[Line], language: str, *, is_mine: bool) -> tuple[LineView, ...]:
    """Whole seconds of the running sum, so that what is shown adds up to what stands under it."""
    shown, total = [], timedelta()
    for line in lines:
        before, total = total, total + line.counted
        if line.end - line.start >= A_SECOND:
            counted = (total // A_SECOND - before // A_SECOND) * A_SECOND
            counts = line.counted > timedelta()
            shown.append(
                LineView(
                    when=_when(line.start, line.end, language),
                    why=_why(line, language, is_mine=is_mine),
                    counted=worked(counted, language) if counts else "",
                    counts=counts,
                )
            )
    return tuple(shown)


def _when(start: datetime, end: datetime, language: str) -> str:
    """«man. 23. nov. 08.12–15.30», with the second day too when it is another."""
    first = f"{short_day(start, language)} {clock_time(start, language)}"
    if local(start).date() == local(end).date():
        return f"{first}–{clock_time(end, language)}"
    return f"{first} – {short_day(end, language)} {clock_time(end, language)}"


def _why(line: Line, language: str, *, is_mine: bool) -> str:
    if line.away is not None:
        yours = line.away == "requester" and is_mine
        return say(language, WAITED_FOR_YOU if yours else AWAY[line.away])
    words = [say(language, WHY[why]) for why in line.why if why in WHY]
    return ", ".join((*line.names, *words))


def _change(change: Changed, kind: ClockKind, language: str) -> ChangeView:
    anew = kind in (ClockKind.UPDATE, ClockKind.REPLY) and change.kind not in (
        "ticket.priority_changed",
        "ticket.service_changed",
        "ticket.agreement_changed",
    )
    return ChangeView(change.at, say(language, BEGAN_ANEW if anew else CHANGES.get(change.kind, BEGAN_ANEW)))


def _law(law: Law, language: str) -> LawView:
    statute = law.statute
    return LawView(
        paragraph=statute.paragraph,
        text=str(getattr(statute.text, language)),
        source=statute.source,
        starts_on=law.dates.starts_on,
        checked_on=statute.checked_on,
    )
