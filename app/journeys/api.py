"""REST routes of journeys: ordering somebody new, following, and what the pages do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import refuse
from app.identity.actor import Actor
from app.identity.me import Me
from app.journeys import changing, correcting, hiring, welcome
from app.journeys.changing import Leaving, Moving
from app.journeys.models import JourneyRow
from app.journeys.page import journey_page, list_page
from app.journeys.policy import orders_people
from app.journeys.schema import (
    DayIn,
    HireIn,
    JourneyOut,
    JourneyPageOut,
    JourneyRowOut,
    LeavingIn,
    LinkOut,
    MovingIn,
    StepIn,
    StepOut,
)
from app.journeys.steps import act
from app.settings import Settings
from app.web.i18n import language_of
from app.web.idempotency import Once, OnceOnly
from app.web.paging import After, Limit, next_link
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1/journeys", tags=["journeys"], responses=PROBLEM_RESPONSES)
Id = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("", summary="Those who begin, move or leave, the nearest day first")
async def journeys(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    over: bool = False,
    after: After = None,
    limit: Limit = 50,
) -> JourneyPageOut:
    """`over`: those that are done or withdrawn."""
    refuse(orders_people(me))
    language = language_of(request)
    found, page = await list_page(
        session, me, published, after=after, limit=limit, over=over, language=language
    )
    items = [
        JourneyRowOut(
            id=row.id,
            kind=row.kind,
            name=row.name,
            place=row.place,
            title=row.job,
            day=row.day,
            ready_percent=row.ready.percent,
            late=row.ready.late,
        )
        for row in found.rows
    ]
    return JourneyPageOut(items=items, next=next_link(request, page))


@router.post("", status_code=201, summary="Order somebody new")
async def order(
    request: Request,
    body: HireIn,
    me: Me,
    session: Db,
    published: Current,
    once: OnceOnly,
    response: Response,
) -> JourneyOut:
    """A person without an employee number, their job and their journey, all at once."""

    async def begun() -> JourneyRow:
        return await hiring.hire(session, body.order(), by=me, published=published)

    return await _begun(request, session, me, published, once, response, begun)


@router.post("/leavers", status_code=201, summary="Somebody leaves")
async def leave(
    request: Request,
    body: LeavingIn,
    me: Me,
    session: Db,
    published: Current,
    once: OnceOnly,
    response: Response,
) -> JourneyOut:
    """Of somebody you lead: the job gets its last day, and the journey begins."""

    async def begun() -> JourneyRow:
        return await changing.leave(session, Leaving(**body.model_dump()), by=me, published=published)

    return await _begun(request, session, me, published, once, response, begun)


@router.post("/movers", status_code=201, summary="Somebody moves to another job here")
async def move(
    request: Request,
    body: MovingIn,
    me: Me,
    session: Db,
    published: Current,
    once: OnceOnly,
    response: Response,
) -> JourneyOut:
    """By somebody who leads both places. The old job ends the day before."""

    async def begun() -> JourneyRow:
        return await changing.move(session, Moving(**body.model_dump()), by=me, published=published)

    return await _begun(request, session, me, published, once, response, begun)


@router.get("/{journey_id}", summary="One journey and its steps")
async def journey(request: Request, journey_id: Id, me: Me, session: Db, published: Current) -> JourneyOut:
    return await _answer(request, session, me, published, journey_id)


@router.put("/{journey_id}/confirmation", summary="Say yes to somebody whom a bestiller ordered")
async def confirm(request: Request, journey_id: Id, me: Me, session: Db, published: Current) -> JourneyOut:
    """Needs the authority to hire there. Twice changes nothing."""
    await hiring.confirm(session, journey_id, by=me, published=published)
    return await _answer(request, session, me, published, journey_id)


@router.put("/{journey_id}/day", summary="The first or last day is another")
async def change_day(
    request: Request, journey_id: Id, body: DayIn, me: Me, session: Db, published: Current
) -> JourneyOut:
    """The job, what it gives and the deadlines of what is not done follow. 409 where the day is the HR system's."""
    await correcting.change_day(
        session,
        journey_id,
        body.day,
        by=me,
        published=published,
        last_shift_ends_at=body.last_shift_ends_at,
    )
    return await _answer(request, session, me, published, journey_id)


@router.put("/{journey_id}/withdrawal", summary="They do not come, move or leave after all")
async def withdraw(request: Request, journey_id: Id, me: Me, session: Db, published: Current) -> JourneyOut:
    """The journey stops and the job is as it was. Of what the HR system tells, only the journey stops."""
    await correcting.withdraw(session, journey_id, by=me)
    return await _answer(request, session, me, published, journey_id)


@router.put("/{journey_id}/link", summary="A personal link for the newcomer; an older one is over")
async def make_link(request: Request, journey_id: Id, me: Me, session: Db) -> LinkOut:
    """Told now and never again."""
    settings: Settings = request.app.state.settings
    code, mailed_to = await welcome.make_link(session, journey_id, by=me, settings=settings)
    url = f"{settings.public_url.rstrip('/')}/velkommen/{code}"
    return LinkOut(url=url, code=code, mailed_to=mailed_to or None)


@router.delete("/{journey_id}/link", status_code=204, summary="Nobody opens the newcomer's link any more")
async def revoke_link(journey_id: Id, me: Me, session: Db) -> None:
    await welcome.revoke_link(session, journey_id, by=me)


@router.put("/{journey_id}/steps/{step_id}", summary="A step is done, undone, taken up again or left out")
async def step(
    request: Request,
    journey_id: Id,
    step_id: Id,
    body: StepIn,
    me: Me,
    session: Db,
    published: Current,
) -> JourneyOut:
    await act(session, journey_id, step_id, body.verb, by=me, published=published)
    return await _answer(request, session, me, published, journey_id)


async def _begun(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    once: Once,
    response: Response,
    begin: Callable[[], Awaitable[JourneyRow]],
) -> JourneyOut:
    """Sent twice, it is begun once."""
    answered = await once.begin()
    if answered is None:
        row = await begin()
        location = f"/api/v1/journeys/{row.id}"
        await once.finish(status=201, location=location)
    else:
        location = answered.location
    response.headers["Location"] = location
    return await _answer(request, session, me, published, int(location.rpartition("/")[2]))


async def _answer(
    request: Request, session: AsyncSession, me: Actor, published: Published, journey_id: int
) -> JourneyOut:
    await session.flush()
    page = await journey_page(session, me, published, journey_id, language=language_of(request))
    return JourneyOut(
        id=page.row.id,
        kind=page.row.kind,
        state=page.row.state,
        person_id=page.row.person_id,
        name=page.name,
        place=page.place,
        title=page.job,
        day=page.row.day,
        ready_percent=page.ready.percent,
        confirmed=not page.needs_yes,
        steps=[
            StepOut(
                id=view.id,
                key=view.key,
                title=view.title,
                owner=view.owner,
                state=view.state,
                due_at=view.due_at,
                late=view.is_late,
                ticket=view.number or None,
            )
            for view in page.steps
        ],
    )
