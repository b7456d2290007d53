"""GET /leder/folk and /leder/folk/{id}: who is new, moves or leaves, how ready it is, and one journey with its steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, Problem, refuse
from app.feed.deciding import asked_count
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.journeys import correcting, hiring, welcome
from app.journeys.page import JourneyPage, ListPage, journey_page, list_page
from app.journeys.policy import orders_people
from app.journeys.schema import read_day
from app.journeys.steps import Verb, act
from app.people.engaging import LAST_SHIFT
from app.settings import Settings
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.paging import After, next_link
from app.web.problem_texts import sentence_of, title_of
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
Id = Annotated[int, Path(ge=1, lt=2**63)]
PER_PAGE = 50
NEAREST = 3


@dataclass(frozen=True)
class PeoplePage:
    found: ListPage
    next_url: str | None
    over: bool
    asked: int
    """So many in the HR system may be somebody who was ordered, and wait for the reader to say."""


@dataclass(frozen=True)
class NewLink:
    """Shown once."""

    url: str
    code: str
    mailed_to: str


@dataclass(frozen=True)
class OnePage:
    journey: JourneyPage
    new_link: NewLink | None
    is_new: bool
    """It was ordered just now."""
    sentence: str
    """Why the last thing was not done."""


@router.get("/leder/folk", name="people")
async def show(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    after: After = None,
    avsluttet: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """The same number of queries however many there are."""
    refuse(orders_people(me))
    found, page = await list_page(
        session, me, published, after=after, limit=PER_PAGE, over=avsluttet, language=language_of(request)
    )
    settings: Settings = request.app.state.settings
    asked = await asked_count(session, me, settings.hr_unit)
    view = PeoplePage(found, next_link(request, page), avsluttet, asked)
    return render(request, "leader/people.html", view)


@router.get("/leder/folk/naermest", name="nearest_people")
async def nearest(request: Request, me: Me, session: Db, published: Current) -> HTMLResponse:
    """A part of the leader's page that comes after the list, so that the list need not wait for it."""
    refuse(orders_people(me))
    found, _page = await list_page(
        session, me, published, after=None, limit=NEAREST, over=False, language=language_of(request)
    )
    return render(request, "leader/nearest.html", found)


@router.get("/leder/folk/{journey_id}", name="journey")
async def one(
    request: Request,
    journey_id: Id,
    me: Me,
    session: Db,
    published: Current,
    ny: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    return await _page(request, session, me, published, journey_id, is_new=ny)


@router.post("/leder/folk/{journey_id}/steg/{step_id}", name="journey_step")
async def step(
    request: Request,
    journey_id: Id,
    step_id: Id,
    me: MeBriefly,
    published: Current,
    til: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """`til`: the journey on whose page the step stands, when it is the contract's."""
    posted = str((await read_form(request)).get("verb") or "")

    async def do(session: AsyncSession) -> None:
        if posted not in set(Verb):
            raise Invalid("bad_value")
        await act(session, journey_id, step_id, Verb(posted), by=me, published=published)

    return await _done(request, me, published, til or journey_id, do, part=f"steg-{step_id}")


@router.post("/leder/folk/{journey_id}/bekreft", name="journey_confirm")
async def confirm(request: Request, journey_id: Id, me: MeBriefly, published: Current) -> Response:
    async def do(session: AsyncSession) -> None:
        await hiring.confirm(session, journey_id, by=me, published=published)

    return await _done(request, me, published, journey_id, do)


@router.post("/leder/folk/{journey_id}/dag", name="journey_day")
async def change_day(request: Request, journey_id: Id, me: MeBriefly, published: Current) -> Response:
    posted = await read_form(request)
    sent = {name: str(posted.get(name) or "") for name in ("day", LAST_SHIFT)}

    async def do(session: AsyncSession) -> None:
        said = read_day(sent)
        await correcting.change_day(
            session,
            journey_id,
            said.day,
            by=me,
            published=published,
            last_shift_ends_at=said.last_shift_ends_at,
        )

    return await _done(request, me, published, journey_id, do)


@router.post("/leder/folk/{journey_id}/trekk", name="journey_withdraw")
async def withdraw(request: Request, journey_id: Id, me: MeBriefly, published: Current) -> Response:
    async def do(session: AsyncSession) -> None:
        await correcting.withdraw(session, journey_id, by=me)

    return await _done(request, me, published, journey_id, do)


@router.post("/leder/folk/{journey_id}/lenke", name="journey_link")
async def make_link(request: Request, journey_id: Id, me: MeBriefly, published: Current) -> Response:
    """The answer itself shows the link: its code must stand in no address of ours and in no redirect."""
    sessions: Sessions = request.app.state.sessions
    settings: Settings = request.app.state.settings
    try:
        async with transaction(sessions) as session:
            code, mailed_to = await welcome.make_link(session, journey_id, by=me, settings=settings)
    except Conflict as problem:
        async with transaction(sessions) as session:
            return await _page(request, session, me, published, journey_id, problem=problem)
    new = NewLink(f"{settings.public_url}/velkommen/{code}", code, mailed_to)
    async with transaction(sessions) as session:
        return await _page(request, session, me, published, journey_id, new_link=new)


@router.post("/leder/folk/{journey_id}/lenke/trekk", name="journey_link_revoke")
async def revoke_link(request: Request, journey_id: Id, me: MeBriefly, published: Current) -> Response:
    async def do(session: AsyncSession) -> None:
        await welcome.revoke_link(session, journey_id, by=me)

    return await _done(request, me, published, journey_id, do)


async def _done(
    request: Request,
    me: Actor,
    published: Published,
    journey_id: int,
    do: Callable[[AsyncSession], Awaitable[None]],
    *,
    part: str = "",
) -> Response:
    """Back to the journey; when it could not be done, the same page says why."""
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await do(session)
    except (Conflict, Invalid, Forbidden) as problem:
        await record_refusal(request, problem)
        async with transaction(sessions) as session:
            return await _page(request, session, me, published, journey_id, problem=problem)
    return RedirectResponse(f"/leder/folk/{journey_id}{f'#{part}' if part else ''}", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    journey_id: int,
    *,
    is_new: bool = False,
    problem: Problem | None = None,
    new_link: NewLink | None = None,
) -> HTMLResponse:
    language = language_of(request)
    journey = await journey_page(session, me, published, journey_id, language=language)
    sentence = ""
    if problem is not None:
        sentence = sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)
        for field in problem.fields:
            sentence = sentence_of(field.code, language, dict(field.params)) or sentence
    view = OnePage(journey, new_link, is_new, sentence)
    return render(request, "leader/journey.html", view, status=problem.status if problem else 200)
