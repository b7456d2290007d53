"""One task on a page of its own: what it is, and everything one may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.approvals.queries import waiting_for
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Invalid, Problem
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.leader.cards import questions_of
from app.leader.handing_over import hand_over
from app.leader.listing import card_of
from app.leader.task_titles import titles_of
from app.leader.views import TaskCard
from app.portal.lookups import LookupView, is_id, read_lookup
from app.tasks import actions, ticking
from app.tasks.models import Kind
from app.tasks.policy import may_delegate
from app.tasks.queries import one_task
from app.tasks.ticking import ticks_of
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
TaskId = Annotated[int, Path(ge=1, lt=2**63)]
WHO = "answers.who"
NOBODY = LookupView(WHO, "person", "", "")


@dataclass(frozen=True)
class TaskPage:
    task: TaskCard
    may_be_passed_on: bool
    has_centre: bool
    tomorrow: date
    who: LookupView
    to: str
    why: str
    errors: dict[str, str]
    """By field: `to`, `why`, `who`; or `""` for the whole."""


@router.get("/leder/oppgaver/{task_id}")
async def show(request: Request, me: Me, session: Db, published: Current, task_id: TaskId) -> Response:
    page = await _page(session, me, published, task_id)
    return render(request, "leader/task.html", page)


async def _page(
    session: AsyncSession,
    me: Actor,
    published: Published,
    task_id: int,
    *,
    who: LookupView = NOBODY,
    to: str = "",
    why: str = "",
    errors: dict[str, str] | None = None,
) -> TaskPage:
    task = await one_task(session, me, task_id)
    questions = None
    if task.kind is Kind.APPROVAL:
        waiting = await waiting_for(session, me)
        asked = [one for one in waiting if one.id == task.subject_id]
        questions = await questions_of(session, me, published, asked)
    at = await database_now(session)
    told = await titles_of(session, [task], published, me.language)
    return TaskPage(
        task=card_of(task, told[task.id], await ticks_of(session, [task.id]), questions, me, at),
        may_be_passed_on=task.is_for_me and task.ticket_id is None and may_delegate(me, task) is None,
        has_centre=published.catalogue.municipality.centre_service is not None,
        tomorrow=at.astimezone(published.zone).date() + timedelta(days=1),
        who=who,
        to=to,
        why=why,
        errors=errors or {},
    )


@router.post("/leder/oppgaver/{task_id}/ferdig")
async def done(me: Me, session: Db, task_id: TaskId) -> Response:
    await actions.complete(session, task_id, by=me)
    return _back()


@router.post("/leder/oppgaver/{task_id}/steg")
async def tick(request: Request, me: Me, session: Db, published: Current, task_id: TaskId) -> Response:
    """One step of the checklist, by its button: `gjort` or `angre`."""
    form = await read_form(request)
    done, undone = (str(form.get(name) or "") for name in ("gjort", "angre"))
    verb = ticking.tick if done else ticking.untick
    await verb(session, task_id, done or undone, published.catalogue.wheel, by=me)
    return RedirectResponse(f"/leder/oppgaver/{task_id}#steps-title", 303)


@router.post("/leder/oppgaver/{task_id}/ta-tilbake")
async def take_back(me: Me, session: Db, task_id: TaskId) -> Response:
    await actions.give_back(session, task_id, by=me)
    return _back()


@router.post("/leder/oppgaver/{task_id}/utsett")
async def postpone(request: Request, me: MeBriefly, published: Current, task_id: TaskId) -> Response:
    form = await read_form(request)
    to, why = str(form.get("to") or ""), str(form.get("why") or "")
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await actions.postpone(session, task_id, _day(to), why, by=me)
    except Invalid as wrong:
        return await _again(request, me, published, task_id, wrong, to=to, why=why)
    return _back()


@router.post("/leder/oppgaver/{task_id}/gi")
async def delegate(request: Request, me: MeBriefly, published: Current, task_id: TaskId) -> Response:
    form = await read_form(request)
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        who = await read_lookup(session, me, "person", WHO, sent)
    code = "field.choose_one" if who.options else "field.no_match" if who.text else "field.required"
    try:
        if not is_id(who.chosen):
            raise Invalid("request.invalid", fields=(FieldProblem("person_id", code),))
        async with transaction(sessions) as session:
            await actions.delegate(session, task_id, int(who.chosen), by=me)
    except Invalid as wrong:
        return await _again(request, me, published, task_id, wrong, who=who)
    return _back()


@router.post("/leder/oppgaver/{task_id}/servicesenteret")
async def to_the_centre(
    request: Request, me: Me, session: Db, published: Current, task_id: TaskId
) -> Response:
    said = str((await read_form(request)).get("said") or "")
    number = await hand_over(session, published, task_id, said, by=me)
    return RedirectResponse(f"/saker/{number}", 303)


def _back() -> RedirectResponse:
    return RedirectResponse("/leder", 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("request.invalid", fields=(FieldProblem("to", "field.not_date"),)) from None


async def _again(
    request: Request,
    me: Actor,
    published: Published,
    task_id: int,
    wrong: Problem,
    *,
    who: LookupView = NOBODY,
    to: str = "",
    why: str = "",
) -> Response:
    """The page once more, with what was typed and what is wrong with it."""
    await record_refusal(request, wrong)
    language = language_of(request)
    errors = {
        field.field: sentence_of(field.code, language, dict(field.params)) or "" for field in wrong.fields
    }
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        page = await _page(session, me, published, task_id, who=who, to=to, why=why, errors=errors)
    return render(request, "leader/task.html", page, status=422)
