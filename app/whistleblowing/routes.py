"""Pages of the room: for whoever reports, signed in or not, and for the named mottak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Path, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.catalogue.handling import time_of
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Invalid, NotFound, Problem
from app.events.log import database_now
from app.identity.codes import new_code, read_code
from app.identity.me import Me, MeBriefly
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.idempotency import new_key
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.rate_limit import LimitedByAddress
from app.web.rooms import Room
from app.whistleblowing import destroying, receiving, reporting
from app.whistleblowing.destroying import Record
from app.whistleblowing.models import Kind, State
from app.whistleblowing.receiving import ReportRow, ReportView
from app.whistleblowing.reporting import Dialogue, NewReport, Recipient
from service_catalog.processing import Processing
from service_catalog.schema import Confidentiality, Service
from sla.zone import day_of

router = Room(include_in_schema=False, prefix="/varsling")
STATES: dict[State, tuple[str, str]] = {
    State.RECEIVED: (_("Mottatt"), "neutral"),
    State.EXAMINED: (_("Undersøkes"), "info"),
    State.CLOSED: (_("Avsluttet"), "success"),
}
"""Words and colour."""
LABELS = {
    "body": _("Hva har skjedd?"),
    "about": _("Hvem eller hva gjelder det?"),
    "signature": _("Navn og hvordan vi når deg"),
    "withheld": _("Hvem i mottaket skal ikke lese det?"),
}
Reference = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True)
class FilingView:
    title: str
    promise: str
    recipients: tuple[Recipient, ...]
    code: str
    """The form's own, which becomes the report's: sent twice, it is one report."""
    sent: Mapping[str, str]
    withheld: frozenset[int]
    errors: tuple[tuple[str, str], ...]
    by_field: Mapping[str, str]
    unknown_code: bool


@dataclass(frozen=True)
class ReceiptView:
    code: str


@dataclass(frozen=True)
class DialogueView:
    dialogue: Dialogue
    state: str
    colour: str
    code: str
    key: str
    draft: str
    error: str | None


@dataclass(frozen=True)
class MottakView:
    rows: tuple[ReportRow, ...]
    due: frozenset[str]
    """References of those that have stood as long as they may."""
    records: tuple[Record, ...]
    kept_for: str
    """«2 år»"""
    states: Mapping[State, tuple[str, str]]


@dataclass(frozen=True)
class OneReportView:
    report: ReportView
    states: Mapping[State, tuple[str, str]]
    key: str
    due_on: date | None
    """When it may be destroyed; None while it is open."""
    is_due: bool


def channel(published: Published) -> Service:
    """The service that describes the channel. Raises NotFound in a municipality that has none."""
    for service in published.catalogue.services.values():
        if service.confidentiality is Confidentiality.WHISTLEBLOWING:
            return service
    raise NotFound


def rule_of(published: Published) -> Processing:
    """How long a report is kept, and by which law. Raises NotFound where there is no channel."""
    found = published.catalogue.processing_of(channel(published))
    if found is None:
        raise NotFound
    return found


# No route of the reporter's asks who is signed in: whoever is, is nobody here, and the page shows no name. How often an
# address asks is counted in memory and kept nowhere: a refusal here leaves no trace.


@router.get("")
async def form_page(
    request: Request, session: Db, published: Current, _limited: LimitedByAddress
) -> HTMLResponse:
    return await _form(request, session, published, {}, frozenset(), None)


async def _form(
    request: Request,
    session: Db,
    published: Published,
    sent: Mapping[str, str],
    withheld: frozenset[int],
    problem: Invalid | None,
    *,
    unknown_code: bool = False,
) -> HTMLResponse:
    service, language = channel(published), language_of(request)
    by_field = {
        wrong.field: sentence_of(wrong.code, language, dict(wrong.params)) or ""
        for wrong in (problem.fields if problem else ())
    }
    view = FilingView(
        title=service.title.in_language(language),
        promise=service.gets.in_language(language),
        recipients=tuple(await reporting.recipients(session)),
        code=sent.get("code") or new_code(),
        sent=sent,
        withheld=withheld,
        errors=tuple(
            (field, f"{say(language, LABELS[field])} {sentence}")
            for field, sentence in by_field.items()
            if field in LABELS
        ),
        by_field=by_field,
        unknown_code=unknown_code,
    )
    status = 422 if problem else 404 if unknown_code else 200
    return render(request, "whistleblowing/filing.html", view, status=status)


@router.post("")
async def file_report(request: Request, published: Current, _limited: LimitedByAddress) -> HTMLResponse:
    """The receipt is the answer itself: its code must stand in no address and in no redirect."""
    channel(published)
    form = await read_form(request)
    sent = _texts(form)
    withheld = frozenset(int(str(each)) for each in form.getlist("withheld") if _is_id(each))
    code = sent.get("code", "")
    new = NewReport(sent.get("about", ""), sent.get("body", ""), sent.get("signature", ""), withheld)
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await reporting.file_report(session, new, code)
    except Invalid as problem:
        if any(wrong.field == "code" for wrong in problem.fields):
            sent = {**sent, "code": new_code()}
        async with transaction(sessions) as session:
            return await _form(request, session, published, sent, withheld, problem)
    return render(request, "whistleblowing/receipt.html", ReceiptView(read_code(code) or ""))


@router.post("/samtale")
async def dialogue(
    request: Request, session: Db, published: Current, _limited: LimitedByAddress
) -> HTMLResponse:
    """The code comes in the body, so that no address, log or history holds it."""
    code = _texts(await read_form(request)).get("code", "")
    try:
        found = await reporting.dialogue(session, code)
    except NotFound:
        return await _form(request, session, published, {}, frozenset(), None, unknown_code=True)
    return _dialogue(request, found, read_code(code) or "")


@router.post("/samtale/svar")
async def say_more(request: Request, published: Current, _limited: LimitedByAddress) -> HTMLResponse:
    sent = _texts(await read_form(request))
    code, body = sent.get("code", ""), sent.get("body", "")
    sessions: Sessions = request.app.state.sessions
    problem: Problem | None = None
    try:
        async with transaction(sessions) as session:
            await reporting.say(session, code, body, key=sent.get("key", ""))
    except (Invalid, Conflict) as wrong:
        problem = wrong
    except NotFound:
        async with transaction(sessions) as session:
            return await _form(request, session, published, {}, frozenset(), None, unknown_code=True)
    async with transaction(sessions) as session:
        found = await reporting.dialogue(session, code)
    return _dialogue(request, found, read_code(code) or "", draft=body if problem else "", problem=problem)


def _dialogue(
    request: Request, found: Dialogue, code: str, *, draft: str = "", problem: Problem | None = None
) -> HTMLResponse:
    error = None
    if problem is not None:
        first = problem.fields[0].code if problem.fields else problem.code
        error = sentence_of(first, language_of(request))
    view = DialogueView(found, *STATES[found.state], code, new_key(), draft, error)
    return render(request, "whistleblowing/dialogue.html", view, status=problem.status if problem else 200)


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18


@router.get("/mottak")
async def mottak(request: Request, me: Me, session: Db, published: Current) -> HTMLResponse:
    rows = await receiving.reports(session, me)
    rule = rule_of(published)
    today = day_of(await database_now(session))
    view = MottakView(
        rows=tuple(rows),
        due=frozenset(
            row.reference
            for row in rows
            if row.closed_on and (due := rule.retention.due_on(row.closed_on)) and due <= today
        ),
        records=tuple(await destroying.records(session, me)),
        kept_for=time_of(rule.retention, language_of(request)),
        states=STATES,
    )
    return render(request, "whistleblowing/mottak.html", view)


@router.get("/mottak/{reference}")
async def one_report(
    request: Request, reference: Reference, me: Me, session: Db, published: Current
) -> HTMLResponse:
    found = await receiving.report(session, me, reference)
    due = rule_of(published).retention.due_on(found.closed_on) if found.closed_on else None
    is_due = due is not None and due <= day_of(await database_now(session))
    view = OneReportView(found, STATES, new_key(), due, is_due)
    return render(request, "whistleblowing/report.html", view)


@router.post("/mottak/{reference}/slett")
async def destroy(request: Request, reference: Reference, me: MeBriefly, published: Current) -> Response:
    """For good. The record that is left stands at the foot of the list."""
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        await destroying.destroy(session, me, reference, rule_of(published))
    return RedirectResponse("/varsling/mottak", 303)


@router.post("/mottak/{reference}/svar")
async def answer(request: Request, reference: Reference, me: MeBriefly) -> Response:
    """An answer to the reporter, or a note that only the mottak reads."""
    sent = _texts(await read_form(request))
    kind = Kind.NOTE if sent.get("kind") == Kind.NOTE else Kind.RECIPIENT
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        await receiving.answer(
            session, me, reference, sent.get("body", ""), kind=kind, key=sent.get("key", "")
        )
    return RedirectResponse(f"/varsling/mottak/{reference}", 303)


@router.post("/mottak/{reference}/tilstand")
async def set_state(request: Request, reference: Reference, me: MeBriefly) -> Response:
    sent = _texts(await read_form(request))
    if sent.get("state") not in set(State):
        raise Invalid("bad_value")
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        await receiving.set_state(session, me, reference, State(sent["state"]))
    return RedirectResponse(f"/varsling/mottak/{reference}", 303)
