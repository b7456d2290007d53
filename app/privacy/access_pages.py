"""A request for access as the one who handles it works with it, and the answer as the public gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.agreements import pdf
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.privacy import access
from app.privacy.judging import grounds
from app.privacy.models import AccessAnswer, AccessDocument
from app.privacy.redaction import Part
from app.privacy.shown import JudgedView, judged_view, options, read_verdict
from app.privacy.sources import Source
from app.tickets.lifecycle import number_of
from app.tickets.queries import search_tickets
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render, rendered
from app.web.problem_texts import sentence_of
from app.web.rooms import Room
from service_catalog.processing import LawKind

router = Room(include_in_schema=False, prefix="/desk/saker/{number}/innsyn")
Number = Annotated[str, Path(max_length=20)]
Id = Annotated[int, Path(ge=1, lt=2**63)]
Words = Annotated[str, Query(max_length=200)]
FOUND = 10


@dataclass(frozen=True)
class Hit:
    number: str
    subject: str
    service: str


@dataclass(frozen=True)
class DocumentView(JudgedView):
    id: int
    number: str
    title: str
    subject: str
    author: str
    at: datetime | None
    may_see: bool
    """False where the ticket is another unit's, which assesses it, or this is a note in one's own."""


@dataclass(frozen=True)
class AccessView:
    number: str
    subject: str
    due_at: datetime
    query: str
    hits: tuple[Hit, ...]
    documents: tuple[DocumentView, ...]
    left: int
    answers: Sequence[AccessAnswer]
    grounds: tuple[tuple[str, str], ...]
    has_pdf: bool
    words: str
    error: str


@dataclass(frozen=True)
class GivenView:
    title: str
    outcome: str
    ground: str
    says: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class AnswerView:
    """What the public reads: made from the answer alone, never from the documents."""

    number: str
    municipality: str
    email: str
    answered_at: datetime
    words: str
    documents: tuple[GivenView, ...]
    provisions: Mapping[str, str]
    """Key → paragraph, of the blocks in the text."""


@router.get("")
async def page(
    request: Request, number: Number, me: MeBriefly, published: Current, q: Words = ""
) -> HTMLResponse:
    """Reading writes here: what is shown of protected cases is recorded in the same transaction."""
    async with transaction(request.app.state.sessions) as session:
        return await _page(request, session, number, me, published, query=q)


@router.post("/legg-til")
async def add(request: Request, number: Number, me: MeBriefly, published: Current) -> Response:
    form = await read_form(request)
    wanted = str(form.get("number") or "").strip()

    async def act(session: AsyncSession) -> None:
        at = await database_now(session)
        await access.add(session, number, wanted, by=me, published=published, at=at)

    return await _do(request, number, me, published, act, anchor="#dokumenter")


@router.post("/svar")
async def answer(request: Request, number: Number, me: MeBriefly, published: Current) -> Response:
    words = str((await read_form(request)).get("body") or "")

    async def act(session: AsyncSession) -> None:
        await access.answer(session, number, words, by=me, published=published)

    return await _do(request, number, me, published, act, anchor="#svar", words=words)


@router.post("/{document_id}")
async def assess(
    request: Request, number: Number, document_id: Id, me: MeBriefly, published: Current
) -> Response:
    form = await read_form(request)
    verdict, title = read_verdict(form), str(form.get("title") or "")

    async def act(session: AsyncSession) -> None:
        at = await database_now(session)
        await access.assess(
            session, number, document_id, verdict, title=title, by=me, published=published, at=at
        )

    return await _do(request, number, me, published, act, anchor=f"#dokument-{document_id}")


@router.post("/{document_id}/fjern")
async def remove(
    request: Request, number: Number, document_id: Id, me: MeBriefly, published: Current
) -> Response:
    async def act(session: AsyncSession) -> None:
        await access.remove(session, number, document_id, by=me, published=published)

    return await _do(request, number, me, published, act, anchor="#dokumenter")


@router.get("/svar/{answer_id}")
async def given(
    request: Request, number: Number, answer_id: Id, me: Me, session: Db, published: Current
) -> HTMLResponse:
    view = await _answer(request, session, number, answer_id, me, published)
    return HTMLResponse(rendered(request, "privacy/access_paper.html", view))


@router.get("/svar/{answer_id}/pdf")
async def paper(
    request: Request, number: Number, answer_id: Id, me: MeBriefly, published: Current
) -> Response:
    async with transaction(request.app.state.sessions) as session:
        view = await _answer(request, session, number, answer_id, me, published)
    made = await pdf.make(rendered(request, "privacy/access_paper.html", view))
    name = f'inline; filename="innsyn-{view.number}.pdf"'
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": name})


async def _do(
    request: Request,
    number: str,
    me: Actor,
    published: Published,
    act: Any,
    *,
    anchor: str,
    words: str = "",
) -> Response:
    """Do it and go back to where one was; or show the page as it is, with what is in the way."""
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await act(session)
    except (Conflict, Invalid, Forbidden) as problem:
        async with transaction(sessions) as session:
            return await _page(request, session, number, me, published, problem=problem, words=words)
    return RedirectResponse(f"/desk/saker/{number}/innsyn{anchor}", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    number: str,
    me: Actor,
    published: Published,
    *,
    query: str = "",
    problem: Problem | None = None,
    words: str = "",
) -> HTMLResponse:
    found = await access.load(session, number, by=me, published=published)
    language = language_of(request)
    texts = await access.shown(session, found.documents, by=me)
    view = AccessView(
        number=found.ticket.number,
        subject=found.ticket.subject,
        due_at=found.due_at,
        query=query,
        hits=await _hits(session, query, number, me, published, language),
        documents=tuple([await _document(session, each, texts.get(each.id)) for each in found.documents]),
        left=sum(each.outcome is None for each in found.documents),
        answers=found.answers,
        grounds=options(grounds(published.catalogue, LawKind.WITHHOLDING), language),
        has_pdf=pdf.is_installed(),
        words=words,
        error=_sentence(request, problem),
    )
    return render(request, "privacy/access.html", view, status=problem.status if problem else 200)


async def _hits(
    session: AsyncSession, query: str, number: str, me: Actor, published: Published, language: str
) -> tuple[Hit, ...]:
    if not query.strip():
        return ()
    found = await search_tickets(session, me, query, published=published, limit=FOUND)
    services = published.catalogue.services
    return tuple(
        Hit(
            row.number,
            row.subject,
            services[row.service].title.in_language(language) if row.service in services else row.service,
        )
        for row in found.items
        if row.number != number
    )


async def _document(session: AsyncSession, document: AccessDocument, source: Source | None) -> DocumentView:
    judged = await judged_view(session, document, source.text if source else None)
    return DocumentView(
        **{name: getattr(judged, name) for name in JudgedView.__dataclass_fields__},
        id=document.id,
        number=number_of(document.ticket_id),
        title=document.title,
        subject=source.subject if source else "",
        author=source.author if source else "",
        at=source.at if source else None,
        may_see=source is not None,
    )


async def _answer(
    request: Request, session: AsyncSession, number: str, answer_id: int, me: Actor, published: Published
) -> AnswerView:
    found = await access.load(session, number, by=me, published=published)
    answer = next((each for each in found.answers if each.id == answer_id), None)
    if answer is None:
        raise NotFound
    language = language_of(request)
    laws = published.catalogue.laws
    documents = []
    for each in answer.content["documents"]:
        law = laws.get(each["ground"] or "")
        documents.append(
            GivenView(
                title=each["title"],
                outcome=each["outcome"],
                ground=law.paragraph if law else "",
                says=law.says.in_language(language) if law else "",
                parts=tuple(Part(text, ground) for text, ground in each["parts"]),
            )
        )
    return AnswerView(
        number=found.ticket.number,
        municipality=published.catalogue.municipality.name,
        email=published.catalogue.municipality.email,
        answered_at=answer.answered_at,
        words=answer.words,
        documents=tuple(documents),
        provisions={key: law.paragraph for key, law in laws.items() if law.kind is LawKind.WITHHOLDING},
    )


def _sentence(request: Request, problem: Problem | None) -> str:
    if problem is None:
        return ""
    code = problem.fields[0].code if problem.fields else problem.code
    return sentence_of(code, language_of(request), problem.params) or ""
