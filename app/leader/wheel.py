"""GET /leder/arshjul: what a place does at fixed times of the year, as a picture and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from babel.dates import get_month_names
from fastapi import Query, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import NotFound, refuse
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me
from app.leader.wheel_picture import Marked, Picture, picture
from app.people.models import OrgUnit
from app.tasks.models import OURS, Consequence, Task, TaskState
from app.web.i18n import LOCALES
from app.web.pages import render
from app.web.rooms import Room
from app.wheel.places import UNIT, Place, is_for, places
from app.wheel.placing import works_on
from app.wheel.policy import may_see_wheel
from service_catalog.wheel import Occurrence, occurrences_due_in, task_key
from service_catalog.wheel_schema import Activity

router = Room(include_in_schema=False)
YEARS_EITHER_WAY = 1


@dataclass(frozen=True)
class WheelRow:
    number: int
    due_on: date
    title: str
    why: str
    law: str | None
    source: str | None
    """Where the law stands, https."""
    checked_on: date | None
    consequence: Consequence
    minutes: int
    state: str
    """done | late | open | coming | past: before there was a task of it."""
    task_id: int | None
    """Of one that the reader may open."""


@dataclass(frozen=True)
class WheelPage:
    place: str
    shown: str
    """The key of the place."""
    places: tuple[tuple[str, str, bool], ...]
    """(key, name, whether it is the one shown) of those the reader answers for."""
    year: int
    years: tuple[int, ...]
    months: tuple[tuple[str, tuple[WheelRow, ...]], ...]
    """Those with something in them."""
    picture: Picture
    count: int
    minutes: int


@router.get("/leder/arshjul", name="wheel")
async def show(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    sted: Annotated[str, Query(max_length=200)] = "",
    aar: Annotated[int | None, Query(ge=2000, le=2200)] = None,
) -> Response:
    """The same number of queries however much there is to do. 404 for a place one does not answer for."""
    refuse(may_see_wheel(me))
    at = await database_now(session)
    today = at.astimezone(published.zone).date()
    year = aar or today.year
    if abs(year - today.year) > YEARS_EITHER_WAY:
        raise NotFound
    answers_for = await _answered_for(session, me, published)
    shown = next((one for one in answers_for if sted in ("", one[0].key)), None)
    if shown is None:
        raise NotFound
    rows = await _rows(session, me, published, shown[0], year, today)
    marked = [Marked(row.number, row.due_on, row.title, row.state) for row in rows]
    page = WheelPage(
        place=shown[1],
        shown=shown[0].key,
        places=tuple((place.key, name, place is shown[0]) for place, name in answers_for),
        year=year,
        years=tuple(range(today.year - YEARS_EITHER_WAY, today.year + YEARS_EITHER_WAY + 1)),
        months=_by_month(rows, me.language),
        picture=picture(year, marked, today, _month_names(me.language, "abbreviated")),
        count=len(rows),
        minutes=sum(row.minutes for row in rows),
    )
    return render(request, "leader/wheel.html", page)


async def _answered_for(session: AsyncSession, me: Actor, published: Published) -> list[tuple[Place, str]]:
    """The places one leads, the highest first, with their names."""
    own = select(OrgUnit.key, OrgUnit.name).where(OrgUnit.id.in_(sorted(me.leads_org_units)))
    names = {row.key: row.name for row in await session.execute(own)}
    units = published.catalogue.units
    names |= {
        f"{UNIT}{key}": units[key].title.in_language(me.language) for key in me.leads_units if key in units
    }
    found = [(place, names[place.key]) for place in await places(session) if place.key in names]
    return sorted(found, key=lambda one: (-len(one[0].roles), one[1]))


async def _rows(
    session: AsyncSession, me: Actor, published: Published, place: Place, year: int, today: date
) -> list[WheelRow]:
    wheel = published.catalogue.wheel
    activities = [activity for activity in wheel.values() if is_for(activity, place)]
    found = occurrences_due_in(activities, date(year, 1, 1), date(year, 12, 31), works_on(published))
    keys = {task_key(each, place.key): each for each in found}
    query = select(Task.key, Task.id, Task.state, Task.person_id).where(
        Task.source == OURS, Task.key.in_(sorted(keys))
    )
    tasks = {row.key: row for row in await session.execute(query)}
    rows = []
    for number, (key, each) in enumerate(keys.items(), start=1):
        task = tasks.get(key)
        state = _state(each, task.state if task else None, today)
        is_mine = task is not None and task.state == TaskState.OPEN and task.person_id == me.person_id
        task_id = task.id if task is not None and is_mine else None
        rows.append(_row(number, each, wheel[each.activity], state, task_id, me.language))
    return rows


def _state(each: Occurrence, state: TaskState | None, today: date) -> str:
    if state is TaskState.DONE:
        return "done"
    if state is TaskState.OPEN:
        return "late" if each.due_on < today else "open"
    return "past" if each.due_on < today else "coming"


def _row(
    number: int, each: Occurrence, activity: Activity, state: str, task_id: int | None, language: str
) -> WheelRow:
    basis = activity.basis
    return WheelRow(
        number=number,
        due_on=each.due_on,
        title=activity.title.in_language(language),
        why=activity.why.in_language(language),
        law=basis.paragraph if basis else None,
        source=basis.source if basis else None,
        checked_on=basis.checked_on if basis else None,
        consequence=Consequence(activity.consequence),
        minutes=activity.minutes,
        state=state,
        task_id=task_id,
    )


def _by_month(rows: Sequence[WheelRow], language: str) -> tuple[tuple[str, tuple[WheelRow, ...]], ...]:
    names = _month_names(language, "wide")
    months = sorted({row.due_on.month for row in rows})
    return tuple(
        (names[month - 1], tuple(row for row in rows if row.due_on.month == month)) for month in months
    )


def _month_names(language: str, width: Literal["abbreviated", "wide"]) -> list[str]:
    """The twelve, as a heading has them."""
    names = get_month_names(width, "stand-alone", locale=LOCALES[language])
    return [names[month].rstrip(".").capitalize() for month in range(1, 13)]
