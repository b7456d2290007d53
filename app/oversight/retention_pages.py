"""GET /kontroll/oppbevaring, /kontroll/kassasjon/…, /kontroll/arkiv: what is over its time, who agrees, what the archive gets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import obstore
from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.approvals.models import Outcome
from app.catalogue.handling import time_of
from app.catalogue.published import Current, Published
from app.database.session import Sessions, transaction
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, Problem, refuse
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import MeBriefly
from app.retention import destroying, packages
from app.retention.due import DueCount, Standing, due_counts, rules_of
from app.retention.holds import lift_hold, place_hold, standing_holds
from app.retention.leavers import LeaverCount, leaver_counts
from app.retention.models import Action, HoldOn, Leaving
from app.retention.policy import may_look, may_package
from app.retention.queries import ListRow, WholeList, newest_lists, newest_packages, whole_list
from app.settings import Settings
from app.tickets.lifecycle import number_of
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.problems import field_errors
from app.web.refusals import record_refusal
from app.web.rooms import Room
from service_catalog.processing import CONTACTS, LEAVERS
from sla.zone import day_of

router = Room(include_in_schema=False)
LINES_PER_PAGE = 100
RECEIPT_MAX = 200
Id = Annotated[int, Path(ge=1, lt=2**63)]
OUTCOMES = {"godkjenn": Outcome.APPROVED, "avsla": Outcome.REJECTED}
STANDINGS = {
    Standing.READY: (_("Kan slettes nå"), "success"),
    Standing.NOT_TRANSFERRED: (_("Må til arkivet først"), "warning"),
    Standing.HELD: (_("Stanset"), "info"),
    Standing.LISTED: (_("Står på en liste"), "neutral"),
}
LEAVINGS = {
    Leaving.NOTICED: (_("Går innen en måned"), "warning"),
    Leaving.HELD: (_("Stanset"), "info"),
    Leaving.NEEDED: (_("Trengs ennå"), "neutral"),
    Leaving.FORGOTTEN: (_("Anonymisert"), "success"),
}
ACTIONS = {Action.DELETE: _("Slettes"), Action.ANONYMISE: _("Anonymiseres")}
SCOPES = {
    HoldOn.TICKET: _("Sak (saksnummer)"),
    HoldOn.PERSON: _("Person (ansattnummer eller e-post)"),
    HoldOn.SERVICE: _("Tjeneste (nøkkel)"),
    HoldOn.UNIT: _("Fagenhet (nøkkel)"),
}
HELD = {
    HoldOn.TICKET: _("Sak"),
    HoldOn.PERSON: _("Person"),
    HoldOn.SERVICE: _("Tjeneste"),
    HoldOn.UNIT: _("Fagenhet"),
}


@dataclass(frozen=True)
class DueLine:
    title: str
    count: DueCount
    word: str
    colour: str


@dataclass(frozen=True)
class LeaverLine:
    word: str
    colour: str
    count: LeaverCount


@dataclass(frozen=True)
class HoldLine:
    id: int
    scope: str
    subject: str
    reason: str
    placed_by: str
    placed_at: datetime


@dataclass(frozen=True)
class Tried:
    """A form that was not saved."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetentionPage:
    due: tuple[DueLine, ...]
    ready: int
    """How many the next list would have."""
    lists: tuple[ListRow, ...]
    leavers: tuple[LeaverLine, ...]
    contacts_kept: str
    names_kept: str
    """How long, in words; empty where the catalogue has no such rule."""
    holds: tuple[HoldLine, ...]
    scopes: tuple[tuple[str, str], ...]
    today: date
    tried: Tried


@dataclass(frozen=True)
class ListPage:
    whole: WholeList
    titles: Mapping[str, str]
    actions: Mapping[Action, str]
    numbers: Mapping[int, str]
    next_url: str | None
    tried: Tried


@dataclass(frozen=True)
class ArchivePage:
    packages: tuple[Any, ...]
    to_pack: int
    may_package: bool
    most: int
    tried: Tried


def archive_unit(request: Request) -> str:
    settings: Settings = request.app.state.settings
    return settings.archive_unit


@router.get("/kontroll/oppbevaring", name="retention")
async def show(request: Request, me: MeBriefly, published: Current) -> Response:
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        page = await _retention_page(request, session, me, published, Tried())
    return render(request, "oversight/retention.html", page)


@router.post("/kontroll/oppbevaring", name="retention_propose")
async def propose(request: Request, me: MeBriefly, published: Current) -> Response:
    """Everything that may go now, on one list."""
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            row = await destroying.propose(session, published, archive_unit=archive_unit(request), by=me)
    except (Invalid, Forbidden) as problem:
        return await _retention_again(request, me, published, problem, "propose", {})
    return RedirectResponse(f"/kontroll/kassasjon/{row.id}", 303)


@router.post("/kontroll/sperrer", name="retention_hold")
async def hold(request: Request, me: MeBriefly, published: Current) -> Response:
    values = await _posted(request)
    sessions: Sessions = request.app.state.sessions
    try:
        scope = _scope(values.get("scope", ""))
        async with transaction(sessions) as session:
            on, why = values.get("subject", "").strip(), values.get("reason", "")[:500]
            await place_hold(session, published, scope, on, why, archive_unit=archive_unit(request), by=me)
    except (Invalid, Forbidden) as problem:
        return await _retention_again(request, me, published, problem, "hold", values)
    return RedirectResponse("/kontroll/oppbevaring#sperrer", 303)


def _scope(value: str) -> HoldOn:
    if value not in set(HoldOn):
        raise Invalid("request.invalid", fields=(FieldProblem("scope", "field.required"),))
    return HoldOn(value)


@router.post("/kontroll/sperrer/{hold_id}/slutt", name="retention_lift")
async def lift(request: Request, hold_id: Id, me: MeBriefly) -> Response:
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        await lift_hold(session, hold_id, archive_unit=archive_unit(request), by=me)
    return RedirectResponse("/kontroll/oppbevaring#sperrer", 303)


@router.get("/kontroll/kassasjon/{list_id}", name="destruction_list")
async def show_list(
    request: Request,
    list_id: Id,
    me: MeBriefly,
    published: Current,
    fra: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    page = await _list_page(request, list_id, me, published, fra, Tried())
    return render(request, "oversight/destruction.html", page)


@router.post("/kontroll/kassasjon/{list_id}", name="destruction_answer")
async def answer(request: Request, list_id: Id, me: MeBriefly, published: Current) -> Response:
    values = await _posted(request)
    outcome = OUTCOMES.get(values.get("answer", ""))
    if outcome is None:
        raise Invalid("request.invalid")
    asked = await _list_page(request, list_id, me, published, 0, Tried())
    sessions: Sessions = request.app.state.sessions
    try:
        if asked.whole.approval_id is None:
            raise Conflict("approval.already_decided", outcome="")
        async with transaction(sessions) as session:
            comment = values.get("comment", "").strip()[:2000] or None
            await destroying.decide(session, asked.whole.approval_id, outcome, comment, by=me)
    except (Invalid, Conflict, Forbidden) as problem:
        await record_refusal(request, problem)
        tried = _tried(request, problem, "answer", values)
        page = await _list_page(request, list_id, me, published, 0, tried)
        return render(request, "oversight/destruction.html", page, status=problem.status)
    return RedirectResponse(f"/kontroll/kassasjon/{list_id}", 303)


@router.get("/kontroll/arkiv", name="archive_packages")
async def show_packages(request: Request, me: MeBriefly, published: Current) -> Response:
    page = await _archive_page(request, me, published, Tried())
    return render(request, "oversight/archive.html", page)


@router.post("/kontroll/arkiv", name="archive_pack")
async def pack(request: Request, me: MeBriefly, published: Current) -> Response:
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await packages.ask_for_package(session, published, archive_unit=archive_unit(request), by=me)
    except Conflict as problem:
        page = await _archive_page(request, me, published, _tried(request, problem, "pack", {}))
        return render(request, "oversight/archive.html", page, status=problem.status)
    return RedirectResponse("/kontroll/arkiv", 303)


@router.post("/kontroll/arkiv/{package_id}/kvittering", name="archive_receipt")
async def receipt(request: Request, package_id: Id, me: MeBriefly, published: Current) -> Response:
    values = await _posted(request)
    given = values.get("receipt", "").strip()
    sessions: Sessions = request.app.state.sessions
    try:
        if not given or len(given) > RECEIPT_MAX:
            raise Invalid("request.invalid", fields=(FieldProblem("receipt", "field.required"),))
        async with transaction(sessions) as session:
            await packages.receive(session, package_id, given, archive_unit=archive_unit(request), by=me)
    except (Invalid, Conflict) as problem:
        page = await _archive_page(request, me, published, _tried(request, problem, str(package_id), values))
        return render(request, "oversight/archive.html", page, status=problem.status)
    return RedirectResponse("/kontroll/arkiv", 303)


@router.get("/kontroll/arkiv/{package_id}.zip", name="archive_package")
async def download(request: Request, package_id: Id, me: MeBriefly) -> Response:
    """The fetching is written before a byte has left; no connection is held while they move."""
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        package = await packages.fetched(session, package_id, archive_unit=archive_unit(request), by=me)
    assert package.key is not None
    found = await obstore.get_async(request.app.state.attachments, package.key)
    headers = {
        "Content-Disposition": f'attachment; filename="avsluttede-saker-{package.id}.zip"',
        "Content-Length": str(package.size),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_bytes(found), media_type="application/zip", headers=headers)


async def _bytes(found: Any) -> AsyncIterator[bytes]:
    async for piece in found.stream():
        yield bytes(piece)


async def _posted(request: Request) -> dict[str, str]:
    posted = await read_form(request)
    return {name: value for name, value in posted.items() if isinstance(value, str)}


def _tried(request: Request, problem: Problem, form: str, values: Mapping[str, str]) -> Tried:
    language = language_of(request)
    sentence = sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)
    return Tried(
        form, values, sentence, {each["field"]: each["detail"] for each in field_errors(problem, language)}
    )


async def _retention_again(
    request: Request, me: Actor, published: Published, problem: Problem, form: str, values: Mapping[str, str]
) -> Response:
    await record_refusal(request, problem)
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        page = await _retention_page(request, session, me, published, _tried(request, problem, form, values))
    return render(request, "oversight/retention.html", page, status=problem.status)


async def _retention_page(
    request: Request, session: AsyncSession, me: Actor, published: Published, tried: Tried
) -> RetentionPage:
    """A constant number of queries. Raises Forbidden for whoever may not look."""
    refuse(may_look(me, archive_unit(request)))
    at = await database_now(session)
    counts = await due_counts(session, rules_of(published), at=at)
    language = language_of(request)
    services = published.catalogue.services
    due = [
        DueLine(services[each.service].title.in_language(language), each, *STANDINGS[each.standing])
        for each in counts
    ]
    return RetentionPage(
        due=tuple(sorted(due, key=lambda line: (line.title, line.word))),
        ready=min(
            sum(each.cases for each in counts if each.standing is Standing.READY), destroying.LONGEST_LIST
        ),
        lists=tuple(await newest_lists(session)),
        leavers=tuple(LeaverLine(*LEAVINGS[each.standing], each) for each in await leaver_counts(session)),
        contacts_kept=_kept(published, CONTACTS, language),
        names_kept=_kept(published, LEAVERS, language),
        holds=tuple(_hold_line(row, language) for row in await standing_holds(session)),
        scopes=tuple((scope.value, say(language, word)) for scope, word in SCOPES.items()),
        today=day_of(at),
        tried=tried,
    )


def _kept(published: Published, key: str, language: str) -> str:
    processing = published.catalogue.processing.get(key)
    return time_of(processing.retention, language) if processing else ""


def _hold_line(row: Any, language: str) -> HoldLine:
    """A ticket by its number, a person by name; the rest as it was written down."""
    subject = number_of(int(row.subject)) if row.scope is HoldOn.TICKET else row.held or row.subject
    return HoldLine(row.id, say(language, HELD[row.scope]), subject, row.reason, row.name, row.placed_at)


async def _list_page(
    request: Request, list_id: int, me: Actor, published: Published, after: int, tried: Tried
) -> ListPage:
    sessions: Sessions = request.app.state.sessions
    looks = may_look(me, archive_unit(request)) is None
    async with transaction(sessions) as session:
        whole = await whole_list(session, me, list_id, may_look=looks, after=after, limit=LINES_PER_PAGE + 1)
    language = language_of(request)
    more = len(whole.lines) > LINES_PER_PAGE
    last = whole.lines[LINES_PER_PAGE - 1].ticket_id if more else 0
    return ListPage(
        whole=whole,
        titles={key: one.title.in_language(language) for key, one in published.catalogue.services.items()},
        actions={action: say(language, word) for action, word in ACTIONS.items()},
        numbers={line.ticket_id: number_of(line.ticket_id) for line in whole.lines},
        next_url=f"/kontroll/kassasjon/{list_id}?fra={last}" if more else None,
        tried=tried,
    )


async def _archive_page(request: Request, me: Actor, published: Published, tried: Tried) -> ArchivePage:
    unit = archive_unit(request)
    refuse(may_look(me, unit))
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        waiting = await packages.cases_to_pack(session, published, most=packages.MOST + 1)
        rows = await newest_packages(session)
    able = may_package(me, unit) is None
    return ArchivePage(tuple(rows), len(waiting), able, packages.MOST, tried)
