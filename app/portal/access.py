"""GET /tilganger and /tilganger/{person_id}: what somebody has, lacks, waits for and has too much of, and why; and
ordering what is lacking, or that what is too much is taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.access import ordering
from app.access.expiring import confirm
from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today
from app.access.view import PersonView, person_view
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.people.queries import person_ref
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
Id = Annotated[int, Path(ge=1, lt=2**63)]
BY_ITSELF, AT_ONCE, CONFIRMED = "selv", "straks", "trengs"
Number = Annotated[
    str, Query(max_length=20, pattern=rf"^(\d{{1,18}}-\d|{BY_ITSELF}|{AT_ONCE}|{CONFIRMED})?$")
]
Verb = Callable[..., Awaitable[str]]


@dataclass(frozen=True)
class AccessPage:
    """`ordered` is the number of the ticket just opened, BY_ITSELF, AT_ONCE or CONFIRMED; `sentence` is why nothing was ordered."""

    person: PersonView
    ordered: str
    sentence: str


@router.get("/tilganger", name="own_access")
async def own(request: Request, me: Me, session: Db, published: Current, bestilt: Number = "") -> Response:
    if me.person_id is None:
        raise NotFound
    return await _page(request, session, published, me.person_id, me, ordered=bestilt)


@router.get("/tilganger/{person_id}", name="access_of")
async def of_somebody(
    request: Request, person_id: Id, me: Me, session: Db, published: Current, bestilt: Number = ""
) -> HTMLResponse:
    """For whoever leads them. To others nobody has this number."""
    return await _page(request, session, published, person_id, me, ordered=bestilt)


@router.post("/tilganger/{person_id}/bestill", name="access_order")
async def order(request: Request, person_id: Id, me: MeBriefly, published: Current) -> Response:
    return await _ordered(request, person_id, me, published, ordering.order)


@router.post("/tilganger/{person_id}/ta-bort", name="access_take_away")
async def take_away(request: Request, person_id: Id, me: MeBriefly, published: Current) -> Response:
    return await _ordered(request, person_id, me, published, ordering.take_away)


@router.post("/tilganger/{person_id}/trengs", name="access_confirm")
async def still_needed(request: Request, person_id: Id, me: MeBriefly, published: Current) -> Response:
    async def verb(
        session: AsyncSession, published: Published, person_id: int, key: str, *, by: Actor
    ) -> str:
        await confirm(session, published, person_id, key, by=by)
        return CONFIRMED

    return await _ordered(request, person_id, me, published, verb)


@router.post("/tilganger/{person_id}/ta-farlige", name="access_take_dangerous")
async def take_dangerous(request: Request, person_id: Id, me: MeBriefly, published: Current) -> Response:
    """Everything of high risk, whatever was posted with it."""

    async def verb(
        session: AsyncSession, published: Published, person_id: int, _key: str, *, by: Actor
    ) -> str:
        await ordering.take_dangerous(session, published, person_id, by=by)
        return AT_ONCE

    return await _ordered(request, person_id, me, published, verb)


async def _ordered(request: Request, person_id: int, me: Actor, published: Published, verb: Verb) -> Response:
    """What was posted is one entitlement, by its key."""
    key = str((await read_form(request)).get("entitlement") or "")[:60]
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            number = await verb(session, published, person_id, key, by=me)
    except (Conflict, Invalid, Forbidden) as problem:
        await record_refusal(request, problem)
        async with transaction(sessions) as session:
            return await _page(request, session, published, person_id, me, problem=problem)
    return RedirectResponse(f"/tilganger/{person_id}?bestilt={number or BY_ITSELF}", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    published: Published,
    person_id: int,
    me: Actor,
    *,
    ordered: str = "",
    problem: Problem | None = None,
) -> HTMLResponse:
    await check_may_see(session, me, person_id)
    on, language = await today(session), language_of(request)
    name = "" if person_id == me.person_id else (await person_ref(session, person_id)).name
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    view = person_view(published.catalogue, person_id, name, person, on, language)
    sentence = ""
    if problem is not None:
        sentence = sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)
        for field in problem.fields:
            sentence = sentence_of(field.code, language, dict(field.params)) or sentence
    page = AccessPage(view, ordered, sentence)
    return render(request, "portal/access.html", page, status=problem.status if problem else 200)
