"""Insight as pages: one's own request and its file; the officer's list and what must be looked through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.people.models import Person
from app.people.queries import person_named
from app.privacy import insight, insight_file, sources
from app.privacy.judging import grounds
from app.privacy.models import InsightItem, InsightRequest, ItemKind
from app.privacy.policy import is_officer
from app.privacy.shown import JudgedView, judged_view, options, read_verdict
from app.tickets import attachments
from app.tickets.lifecycle import number_of
from app.tickets.models import Attachment
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.rooms import Room
from service_catalog.processing import LawKind

router = Room(include_in_schema=False, prefix="/personvern")
Id = Annotated[int, Path(ge=1, lt=2**63)]


@dataclass(frozen=True)
class MineView:
    requests: Sequence[InsightRequest]
    is_under_way: bool
    error: str


@dataclass(frozen=True)
class RequestRow:
    id: int
    name: str
    asked_at: datetime
    due_on: date
    left: int
    state: str
    has_left: bool
    """They cannot fetch the file themselves."""


@dataclass(frozen=True)
class OfficerView:
    rows: tuple[RequestRow, ...]
    error: str


@dataclass(frozen=True)
class ItemView(JudgedView):
    id: int
    kind: str
    number: str
    subject: str
    author: str
    at: datetime | None


@dataclass(frozen=True)
class ReviewView:
    id: int
    name: str
    due_on: date
    left: int
    given: int
    items: tuple[ItemView, ...]
    grounds: tuple[tuple[str, str], ...]
    error: str


@router.get("/innsyn")
async def mine(request: Request, me: Me, session: Db) -> HTMLResponse:
    return await _mine(request, session, me)


@router.post("/innsyn")
async def ask(request: Request, me: MeBriefly) -> Response:
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await insight.ask(session, me.person_id or 0, by=me)
    except Conflict as problem:
        async with transaction(sessions) as session:
            return await _mine(request, session, me, problem)
    return RedirectResponse("/personvern/innsyn", 303)


@router.post("/innsyn/{request_id}/trekk")
async def withdraw(request_id: Id, me: Me, session: Db) -> Response:
    await insight.withdraw(session, request_id, by=me)
    return RedirectResponse("/personvern/innsyn", 303)


@router.get("/innsyn/{request_id}/fil")
async def file(request: Request, request_id: Id, me: MeBriefly) -> Response:
    """The bytes move with no connection held; who fetched it is recorded first."""
    async with transaction(request.app.state.sessions) as session:
        download = await insight_file.fetch(session, request_id, by=me)
    chunks: AsyncIterator[bytes] = await attachments.read(request.app.state.attachments, download)
    return StreamingResponse(chunks, media_type=download.media_type, headers=download.headers)


@router.get("/ombud")
async def officer(request: Request, me: Me, session: Db) -> HTMLResponse:
    return await _officer(request, session, me)


@router.post("/ombud")
async def ask_for(request: Request, me: MeBriefly) -> Response:
    if not is_officer(me):
        raise NotFound
    form = await read_form(request)
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            # Also somebody who has left, and cannot ask here themselves (GDPR article 15 knows no last day of work).
            asked = str(form.get("person") or "").strip()
            person_id = await person_named(session, asked, also_ended=True)
            if person_id is None:
                raise Conflict("privacy.no_such_person")
            await insight.ask(session, person_id, by=me)
    except Conflict as problem:
        async with transaction(sessions) as session:
            return await _officer(request, session, me, problem)
    return RedirectResponse("/personvern/ombud", 303)


@router.get("/ombud/{request_id}")
async def review(request: Request, request_id: Id, me: MeBriefly, published: Current) -> HTMLResponse:
    """Reading writes here: what the officer sees of others' cases is recorded in the same transaction."""
    async with transaction(request.app.state.sessions) as session:
        return await _review(request, session, request_id, me, published)


@router.post("/ombud/{request_id}/frigi")
async def approve(request: Request, request_id: Id, me: MeBriefly, published: Current) -> Response:
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await insight.approve(session, request_id, by=me)
    except (Conflict, Forbidden) as problem:
        async with transaction(sessions) as session:
            return await _review(request, session, request_id, me, published, problem)
    return RedirectResponse("/personvern/ombud", 303)


@router.post("/ombud/{request_id}/{item_id}")
async def decide(
    request: Request, request_id: Id, item_id: Id, me: MeBriefly, published: Current
) -> Response:
    verdict = read_verdict(await read_form(request))
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await insight.decide(session, request_id, item_id, verdict, by=me, published=published)
    except (Conflict, Forbidden, Invalid) as problem:
        async with transaction(sessions) as session:
            return await _review(request, session, request_id, me, published, problem)
    return RedirectResponse(f"/personvern/ombud/{request_id}#ting-{item_id}", 303)


async def _mine(
    request: Request, session: AsyncSession, me: Actor, problem: Problem | None = None
) -> HTMLResponse:
    found = await insight.mine(session, by=me)
    view = MineView(found, any(each.is_under_way for each in found), _sentence(request, problem))
    return render(request, "privacy/insight.html", view, status=problem.status if problem else 200)


async def _officer(
    request: Request, session: AsyncSession, me: Actor, problem: Problem | None = None
) -> HTMLResponse:
    if not is_officer(me):
        raise NotFound
    left = (
        select(func.count())
        .where(
            InsightItem.request_id == InsightRequest.id,
            InsightItem.needs_review,
            InsightItem.outcome.is_(None),
        )
        .correlate(InsightRequest)
        .scalar_subquery()
    )
    query = (
        select(
            InsightRequest.id,
            Person.name,
            InsightRequest.asked_at,
            InsightRequest.due_on,
            left.label("left"),
            InsightRequest.state,
            Person.active,
        )
        .join(Person, Person.id == InsightRequest.person_id)
        .order_by(InsightRequest.id.desc())
        .limit(100)
    )
    rows = tuple(
        RequestRow(row.id, row.name, row.asked_at, row.due_on, row.left, row.state.value, not row.active)
        for row in (await session.execute(query)).all()
    )
    view = OfficerView(rows, _sentence(request, problem))
    return render(request, "privacy/officer.html", view, status=problem.status if problem else 200)


async def _review(
    request: Request,
    session: AsyncSession,
    request_id: int,
    me: Actor,
    published: Published,
    problem: Problem | None = None,
) -> HTMLResponse:
    found, _at = await insight.take_for_review(session, request_id, by=me)
    items = (
        await session.scalars(
            select(InsightItem)
            .where(InsightItem.request_id == found.id, InsightItem.needs_review)
            .order_by(InsightItem.ticket_id, InsightItem.id)
        )
    ).all()
    given = select(func.count()).where(InsightItem.request_id == found.id, ~InsightItem.needs_review)
    name = (await session.execute(select(Person.name).where(Person.id == found.person_id))).scalar_one()
    await insight.note_reading(session, found, [item.ticket_id for item in items], by=me)
    language = language_of(request)
    view = ReviewView(
        id=found.id,
        name=name,
        due_on=found.due_on,
        left=sum(item.outcome is None for item in items),
        given=int((await session.execute(given)).scalar_one()),
        items=await _items(session, items),
        grounds=options(grounds(published.catalogue, LawKind.INSIGHT), language),
        error=_sentence(request, problem),
    )
    return render(request, "privacy/review.html", view, status=problem.status if problem else 200)


async def _items(session: AsyncSession, items: Sequence[InsightItem]) -> tuple[ItemView, ...]:
    """All texts in two queries, and the files' names in one."""
    whole = {item.source_id for item in items if item.kind in (ItemKind.CASE, ItemKind.ABOUT)}
    said = {item.source_id for item in items if item.kind in (ItemKind.MESSAGE, ItemKind.NOTE)}
    cases, messages = await sources.cases(session, whole), await sources.messages(session, said)
    named = select(Attachment.id, Attachment.name).where(
        Attachment.id.in_({item.source_id for item in items if item.kind is ItemKind.FILE})
    )
    files = {row.id: row.name for row in await session.execute(named)}
    views = []
    for item in items:
        source = (
            cases if item.source_id in whole and item.kind in (ItemKind.CASE, ItemKind.ABOUT) else messages
        ).get(item.source_id)
        is_file = item.kind is ItemKind.FILE
        judged = await judged_view(session, item, None if is_file or source is None else source.text)
        views.append(
            ItemView(
                **{name: getattr(judged, name) for name in JudgedView.__dataclass_fields__},
                id=item.id,
                kind=item.kind.value,
                number=number_of(item.ticket_id),
                subject=files.get(item.source_id, "") if is_file else source.subject if source else "",
                author=source.author if source and not is_file else "",
                at=source.at if source and not is_file else None,
            )
        )
    return tuple(views)


def _sentence(request: Request, problem: Problem | None) -> str:
    if problem is None:
        return ""
    code = problem.fields[0].code if problem.fields else problem.code
    return sentence_of(code, language_of(request), problem.params) or ""
