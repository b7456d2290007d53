"""REST routes of journeys: ordering somebody new, following, and what the pages do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import refuse
from app.identity.actor import Actor
from app.identity.me import Me
from app.journeys import changing, correcting, hiring, welcome
from app.journeys.changing import Leaving, Moving
from app.journeys.models import JourneyRow
from app.journeys.page import JourneyPage, journey_page, list_page
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


@dataclass(frozen=True)
class Asked:
    """Who asks, of what; the answer is the journey as it is then, in their language."""

    request: Request
    session: AsyncSession
    me: Actor
    published: Published

    async def answer(self, journey_id: int) -> JourneyOut:
        await self.session.flush()
        language = language_of(self.request)
        return _out(await journey_page(self.session, self.me, self.published, journey_id, language=language))


async def asked(request: Request, me: Me, session: Db, published: Current) -> Asked:
    return Asked(request, session, me, published)


Ask = Annotated[Asked, Depends(asked, scope="function")]


@dataclass(frozen=True)
class Beginning:
    """Of a journey: sent twice, it is begun once."""

    asked: Asked
    once: Once
    response: Response

    async def answer(self, begin: Callable[[Asked], Awaitable[JourneyRow]]) -> JourneyOut:
        answered = await self.once.begin()
        if answered is None:
            location = f"/api/v1/journeys/{(await begin(self.asked)).id}"
            await self.once.finish(status=201, location=location)
        else:
            location = answered.location
        self.response.headers["Location"] = location
        return await self.asked.answer(int(location.rpartition("/")[2]))


async def beginning(ask: Ask, once: OnceOnly, response: Response) -> Beginning:
    return Beginning(ask, once, response)


Begin = Annotated[Beginning, Depends(beginning, scope="function")]


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
async def order(body: HireIn, begins: Begin) -> JourneyOut:
    """A person without an employee number, their job and their journey, all at once."""
    return await begins.answer(
        lambda ask: hiring.hire(ask.session, body.order(), by=ask.me, published=ask.published)
    )


@router.post("/leavers", status_code=201, summary="Somebody leaves")
async def leave(body: LeavingIn, begins: Begin) -> JourneyOut:
    """Of somebody you lead: the job gets its last day, and the journey begins."""
    return await begins.answer(
        lambda ask: changing.leave(
            ask.session, Leaving(**body.model_dump()), by=ask.me, published=ask.published
        )
    )


@router.post("/movers", status_code=201, summary="Somebody moves to another job here")
async def move(body: MovingIn, begins: Begin) -> JourneyOut:
    """By somebody who leads both places. The old job ends the day before."""
    return await begins.answer(
        lambda ask: changing.move(
            ask.session, Moving(**body.model_dump()), by=ask.me, published=ask.published
        )
    )


@router.get("/{journey_id}", summary="One journey and its steps")
async def journey(journey_id: Id, ask: Ask) -> JourneyOut:
    return await ask.answer(journey_id)


@router.put("/{journey_id}/confirmation", summary="Say yes to somebody whom a bestiller ordered")
async def confirm(journey_id: Id, ask: Ask) -> JourneyOut:
    """Needs the authority to hire there. Twice changes nothing."""
    await hiring.confirm(ask.session, journey_id, by=ask.me, published=ask.published)
    return await ask.answer(journey_id)


@router.put("/{journey_id}/day", summary="The first or last day is another")
async def change_day(journey_id: Id, body: DayIn, ask: Ask) -> JourneyOut:
    """The job, what it gives and the deadlines of what is not done follow. 409 where the day is the HR system's."""
    ends_at = body.last_shift_ends_at
    await correcting.change_day(
        ask.session, journey_id, body.day, by=ask.me, published=ask.published, last_shift_ends_at=ends_at
    )
    return await ask.answer(journey_id)


@router.put("/{journey_id}/withdrawal", summary="They do not come, move or leave after all")
async def withdraw(journey_id: Id, ask: Ask) -> JourneyOut:
    """The journey stops and the job is as it was. Of what the HR system tells, only the journey stops."""
    await correcting.withdraw(ask.session, journey_id, by=ask.me)
    return await ask.answer(journey_id)


@router.put("/{journey_id}/link", summary="A personal link for the newcomer; an older one is over")
async def make_link(request: Request, journey_id: Id, me: Me, session: Db) -> LinkOut:
    """Told now and never again."""
    settings: Settings = request.app.state.settings
    code, mailed_to = await welcome.make_link(session, journey_id, by=me, settings=settings)
    url = f"{settings.public_url}/velkommen/{code}"
    return LinkOut(url=url, code=code, mailed_to=mailed_to or None)


@router.delete("/{journey_id}/link", status_code=204, summary="Nobody opens the newcomer's link any more")
async def revoke_link(journey_id: Id, me: Me, session: Db) -> None:
    await welcome.revoke_link(session, journey_id, by=me)


@router.put("/{journey_id}/steps/{step_id}", summary="A step is done, undone, taken up again or left out")
async def step(journey_id: Id, step_id: Id, body: StepIn, ask: Ask) -> JourneyOut:
    await act(ask.session, journey_id, step_id, body.verb, by=ask.me, published=ask.published)
    return await ask.answer(journey_id)


def _out(page: JourneyPage) -> JourneyOut:
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
