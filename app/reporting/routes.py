"""GET /desk/lofter, /desk/lofter/personer and /desk/mine-tall, and the form that records what was discussed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Forbidden, Invalid, refuse
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.reporting import policy
from app.reporting.agreeing import Discussed, end_agreement, in_force, record_agreement, use_agreement
from app.reporting.enough import ENOUGH, enough_of, together
from app.reporting.figures import months_before, own_cells, person_cells, unit_cells
from app.reporting.views import Choice, OwnPage, PersonsPage, Tried, UnitPage, by_kind, few_of, row_of
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problem_texts import VALIDATION_CODES
from app.web.problems import field_errors
from app.web.rooms import Room
from app.web.words import local

PERIODS = (3, 12)
"""Whole months."""
LABELS = {3: _("Siste 3 måneder"), 12: _("Siste 12 måneder")}
router = Room(include_in_schema=False)


async def period(maneder: Annotated[int, Query(ge=1, le=12)] = PERIODS[0]) -> int:
    return maneder if maneder in PERIODS else PERIODS[0]


Period = Annotated[int, Depends(period)]
Unit = Annotated[str | None, Query(max_length=60)]


@router.get("/desk/lofter", name="kept_promises")
async def show_unit(
    request: Request, me: Me, session: Db, published: Current, maneder: Period, enhet: Unit = None
) -> Response:
    unit = led_unit(me, published, enhet)
    page = await unit_page(request, session, me, published, unit, maneder)
    return render(request, "reporting/unit.html", page)


@router.get("/desk/lofter/personer", name="kept_promises_by_person")
async def show_persons(
    request: Request, me: MeBriefly, published: Current, maneder: Period, enhet: Unit = None
) -> Response:
    """Only while it is agreed, and every look is an event: the one GET here that writes."""
    unit = led_unit(me, published, enhet)
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        agreed = await use_agreement(session, unit, by=me)
        months = months_before(await database_now(session), maneder)
        found = await person_cells(session, me, unit, months)
    page = PersonsPage(
        unit=unit,
        unit_title=published.unit(unit).title.in_language(me.language),
        months=months,
        agreement_id=agreed.id,
        purpose=agreed.purpose,
        valid_to=agreed.valid_to,
        rows=tuple((name, row_of(cell, {}) if cell.tickets >= ENOUGH else None) for name, cell in found),
    )
    return render(request, "reporting/persons.html", page)


@router.get("/desk/mine-tall", name="my_figures")
async def show_own(request: Request, me: Me, session: Db, published: Current, maneder: Period) -> Response:
    """One's own, for oneself: there is no address that shows them to anybody else."""
    refuse(policy.may_see_own(me))
    months = months_before(await database_now(session), maneder)
    cells = await own_cells(session, me, months)
    titles = _titles(published, me.language)
    page = OwnPage(
        months=months,
        periods=_periods(request, maneder, "/desk/mine-tall?"),
        whole=row_of(together(cells), titles) if cells else None,
        rows=by_kind(tuple(cells), titles),
        agreements=tuple(
            (published.unit(each.unit).title.in_language(me.language), each)
            for each in await in_force(session, me.units)
        ),
    )
    return render(request, "reporting/own.html", page)


@router.post("/desk/lofter/drofting", name="record_measures")
async def record_discussion(request: Request, me: MeBriefly, published: Current) -> Response:
    posted = await read_form(request)
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    unit = led_unit(me, published, values.get("unit"))
    sessions: Sessions = request.app.state.sessions
    try:
        discussed = _read(values | {"unit": unit})
        async with transaction(sessions) as session:
            await record_agreement(session, discussed, by=me)
    except Invalid as wrong:
        language = language_of(request)
        told = {each["field"]: each["detail"] for each in field_errors(wrong, language)}
        tried = Tried(values, told)
        async with transaction(sessions) as session:
            page = await unit_page(request, session, me, published, unit, PERIODS[0], tried)
            return render(request, "reporting/unit.html", page, status=422)
    return RedirectResponse(f"/desk/lofter?enhet={unit}#personer", 303)


@router.post("/desk/lofter/drofting/{agreement_id}/slutt", name="end_measures")
async def end_discussion(request: Request, agreement_id: int, me: MeBriefly) -> Response:
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        unit = await end_agreement(session, agreement_id, by=me)
    return RedirectResponse(f"/desk/lofter?enhet={unit}#personer", 303)


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    unit: str
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    discussed_with: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    discussed_on: date
    valid_from: date
    valid_to: date


def _read(values: dict[str, str]) -> Discussed:
    """Raises Invalid with the fields that are wrong; an empty one is one that was not filled in."""
    try:
        form = _Form.model_validate({name: value for name, value in values.items() if value.strip()})
    except ValidationError as error:
        fields = tuple(
            FieldProblem(str(detail["loc"][0]), VALIDATION_CODES.get(detail["type"], "field.invalid"))
            for detail in error.errors()
        )
        raise Invalid("request.invalid", fields=fields) from None
    return Discussed(**form.model_dump())


def led_unit(me: Actor, published: Published, wanted: str | None) -> str:
    """The unit asked for, or the first one that this person leads. NotFound, or Forbidden with the reason."""
    if wanted is not None:
        published.unit(wanted)
        refuse(policy.may_see_unit(me, wanted))
        return wanted
    led = [unit for unit in published.catalogue.units if unit in me.leads_units]
    if not led:
        raise Forbidden("reporting.leads_only")
    return led[0]


async def unit_page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    unit: str,
    count: int,
    tried: Tried | None = None,
) -> UnitPage:
    """The same number of queries however many tickets there were."""
    at = await database_now(session)
    months = months_before(at, count)
    figures = enough_of(await unit_cells(session, me, unit, months))
    titles = _titles(published, me.language)
    led = [key for key in published.catalogue.units if key in me.leads_units]
    return UnitPage(
        unit=unit,
        unit_title=published.unit(unit).title.in_language(me.language),
        months=months,
        units=tuple(
            Choice(
                published.unit(key).title.in_language(me.language), f"/desk/lofter?enhet={key}", key == unit
            )
            for key in led
        ),
        periods=_periods(request, count, f"/desk/lofter?enhet={unit}&"),
        whole=row_of(figures.whole, titles) if figures.whole else None,
        rows=by_kind(figures.shown, titles),
        few=few_of(figures, titles),
        rest=row_of(figures.rest, titles) if figures.rest else None,
        agreements=tuple(await in_force(session, [unit])),
        today=local(at).date(),
        tried=tried or Tried(),
    )


def _periods(request: Request, count: int, address: str) -> tuple[Choice, ...]:
    language = language_of(request)
    return tuple(
        Choice(say(language, LABELS[each]), f"{address}maneder={each}", each == count) for each in PERIODS
    )


def _titles(published: Published, language: str) -> dict[str, Any]:
    services = published.catalogue.services
    return {key: service.title.in_language(language) for key, service in services.items()}
