"""«Registrer sak»: a phone call, a visit, an e-mail or a Teams contact, in one screen and one POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.desk import forms
from app.desk.callers import caller_card
from app.desk.queue import Agent, AgentBriefly
from app.desk.ticket import mandate_lines
from app.desk.views import Caller, Registered, RegisterPage, ServiceChoice, Tried, titles_in
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, Problem
from app.identity.actor import Actor
from app.people.queries import PersonRef, find_persons
from app.portal import order_form
from app.portal.lookups import Kind as LookupKind
from app.portal.lookups import LookupView, read_lookup
from app.portal.order_form import FieldView
from app.routing.rules import reason_for
from app.tickets import actions
from app.tickets.actions import NewTicket, open_ticket
from app.tickets.lifecycle import Status, id_of, number_of
from app.tickets.models import Ticket
from app.tickets.policy import visible_to
from app.web.forms import read_form
from app.web.idempotency import new_key, once_for
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.problems import field_errors
from app.web.refusals import record_refusal
from app.web.rooms import Room
from service_catalog.forms import parse_form, prefilled
from service_catalog.schema import FieldKind, Kind, Prefill, Service

SUGGESTED = 6
SAVE = "lagre"
OWN_WORDS = "description"
"""The form's field for what the requester says; on this screen it is the description itself."""
LOOKED_UP: dict[FieldKind, LookupKind] = {FieldKind.PERSON: "person", FieldKind.ORG_UNIT: "org_unit"}

router = Room()


@router.get("/desk/registrer", name="register")
async def show(
    request: Request,
    me: Agent,
    session: Db,
    published: Current,
    registrert: Annotated[str | None, Query(max_length=30)] = None,
) -> Response:
    receipt = await _receipt(session, me, registrert, published) if registrert else None
    empty = Filled({"channel": "phone"}, None, None, None, {}, {})
    return render(request, "desk/register.html", _page(empty, me, published, receipt=receipt))


@router.post("/desk/registrer", name="register_post")
async def send(request: Request, me: AgentBriefly, published: Current) -> Response:
    """Looks people and services up while it is filled in; registers when «Registrer» is pressed."""
    posted = await read_form(request)
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        filled = await _read(session, me, values, posted, published)
    if values.get("do") != SAVE:
        return render(request, "desk/register.html", _page(filled, me, published))
    try:
        form = forms.read(forms.CallForm, _chosen(filled))
        async with transaction(sessions) as session:
            return RedirectResponse(await register(session, form, filled, me=me, published=published), 303)
    except (Invalid, Conflict, Forbidden) as problem:
        await record_refusal(request, problem)
        return render(
            request, "desk/register.html", _page(filled, me, published, problem), status=problem.status
        )


def _chosen(filled: Filled) -> Mapping[str, str]:
    """The fields as they were sent, with the caller that was meant when only one was found."""
    caller = str(filled.caller.person.id) if filled.caller else ""
    return {**filled.values, "requester_id": caller}


async def register(
    session: AsyncSession,
    form: forms.CallForm,
    filled: Filled,
    *,
    me: Actor,
    published: Published,
) -> str:
    """The address of the receipt: the new ticket's, or the one a first click already made."""
    service = published.service(form.service) if form.service else general_question(published)
    if form.solved and not form.solution:
        raise Invalid("request.invalid", fields=(FieldProblem("solution", "field.required"),))
    body = orjson.dumps([form.model_dump(mode="json"), filled.answers], option=orjson.OPT_SORT_KEYS)
    key = filled.values.get("idempotency_key", "")
    once = once_for(session, me, route="POST /desk/registrer", key=key, body=body)
    answered = await once.begin()
    if answered is not None:
        return answered.location
    new = NewTicket(
        service=service.key,
        subject=form.subject,
        description=form.description,
        answers=filled.answers,
        requester_id=form.requester_id,
        channel=form.channel,
        impact=form.impact,
        urgency=form.urgency,
    )
    ticket = await open_ticket(session, new, by=me, published=published)
    if form.solved:
        await actions.resolve_at_once(session, ticket, text=form.solution, by=me)
    location = f"/desk/registrer?registrert={ticket.number}"
    await once.finish(status=303, location=location)
    return location


def general_question(published: Published) -> Service:
    """Where free text goes: the first line's own question, the popular one first, which the routing rules read."""
    first_line = published.catalogue.first_line().key
    questions = [
        found for found in published.catalogue.services_of(first_line) if found.kind is Kind.QUESTION
    ]
    if not questions:
        raise Invalid("request.invalid", fields=(FieldProblem("service", "field.required"),))
    return min(questions, key=lambda found: not found.popular)


async def _lookups(
    session: AsyncSession, me: Actor, service: Service, values: Mapping[str, str], caller: Caller | None
) -> dict[str, LookupView]:
    """Persons and places the form asks about: what was typed, else the caller and where the caller works."""
    found: dict[str, LookupView] = {}
    for each in service.form.fields:
        if each.kind not in LOOKED_UP:
            continue
        kind, name = LOOKED_UP[each.kind], f"answers.{each.key}"
        if values.get(f"search.{each.key}", "").strip():
            found[name] = await read_lookup(session, me, kind, name, values)
        elif caller is not None and each.prefill is Prefill.ME:
            found[name] = LookupView(name, kind, caller.person.name, str(caller.person.id))
        elif caller is not None and each.prefill is Prefill.MY_UNIT and caller.org_unit_id is not None:
            found[name] = LookupView(name, kind, caller.person.org_unit_name or "", str(caller.org_unit_id))
    return found


def _service_of(values: Mapping[str, str], published: Published) -> Service | None:
    return published.catalogue.services.get(values.get("service", ""))


async def _answers(
    session: AsyncSession,
    me: Actor,
    service: Service,
    values: Mapping[str, str],
    posted: FormData,
    caller: Caller | None,
) -> tuple[dict[str, Any], dict[str, LookupView]]:
    """What was filled in of the service's form; the caller's own words stand in the description."""
    lookups = await _lookups(session, me, service, values, caller)
    pairs = [
        (name, value)
        for name, value in posted.multi_items()
        if isinstance(value, str) and name not in lookups
    ]
    pairs += [(name, found.chosen) for name, found in lookups.items()]
    asked = {name for name, _value in pairs}
    known = _known(caller) if caller is not None else {}
    pairs += [
        (f"answers.{key}", value)
        for key, value in prefilled(service, known).items()
        if f"answers.{key}" not in asked
    ]
    answers = {name: value for name, value in parse_form(service, pairs).items() if value not in ("", [])}
    if any(each.key == OWN_WORDS for each in service.form.fields):
        answers[OWN_WORDS] = values.get("description", "").strip() or values.get("subject", "")
    return answers, lookups


def _known(caller: Caller) -> dict[Prefill, str]:
    """What the form's questions about «me» begin with: here it is the caller."""
    known = {
        Prefill.MY_NAME: caller.person.name,
        Prefill.MY_EMAIL: caller.person.email,
        Prefill.MY_PHONE: caller.person.phone,
        Prefill.MY_POSITION: caller.role_title,
    }
    return {what: value for what, value in known.items() if value}


async def _caller(
    session: AsyncSession, me: Actor, values: Mapping[str, str]
) -> tuple[list[PersonRef] | None, Caller | None]:
    """Who was searched for, and whose card is shown: the one chosen, or the only one found."""
    sought, chosen = values.get("caller", "").strip(), values.get("requester_id", "")
    callers = None
    if sought and (sought != values.get("caller_sought", "") or not chosen):
        callers = await find_persons(session, me, sought, SUGGESTED)
        if chosen not in {str(found.id) for found in callers}:
            chosen = str(callers[0].id) if len(callers) == 1 else ""
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return callers, None
    try:
        return callers, await caller_card(session, me, int(chosen))
    except NotFound:
        return callers, None


@dataclass(frozen=True)
class Filled:
    """The screen as it was sent, with everything looked up."""

    values: Mapping[str, str]
    callers: list[PersonRef] | None
    caller: Caller | None
    service: Service | None
    answers: dict[str, Any]
    lookups: dict[str, LookupView]


async def _read(
    session: AsyncSession, me: Actor, values: Mapping[str, str], posted: FormData, published: Published
) -> Filled:
    callers, caller = await _caller(session, me, values)
    service = _service_of(values, published)
    asked = service or (general_question(published) if values.get("do") == SAVE else None)
    answers, lookups = await _answers(session, me, asked, values, posted, caller) if asked else ({}, {})
    return Filled(values, callers, caller, service, answers, lookups)


def _page(
    filled: Filled,
    me: Actor,
    published: Published,
    problem: Problem | None = None,
    receipt: Registered | None = None,
) -> RegisterPage:
    language, service = me.language, filled.service
    tried = _tried(filled.values, problem, language) if problem else None
    return RegisterPage(
        values=filled.values,
        callers=filled.callers,
        caller=filled.caller,
        services=_services(filled.values, published, language),
        service=_choice(service, published, language) if service else None,
        fields=_fields(service, filled, published, language, tried) if service else (),
        tried=tried,
        registered=receipt,
        key=new_key(),
        titles=titles_in(published.catalogue, language),
    )


def _fields(
    service: Service, filled: Filled, published: Published, language: str, tried: Tried | None
) -> tuple[FieldView, ...]:
    """The service's questions, but for the description and files, which have their place elsewhere."""
    shown = [
        each for each in service.form.fields if each.key != OWN_WORDS and each.kind is not FieldKind.FILE
    ]
    errors = {wrong["field"]: wrong["detail"] for wrong in tried.field_errors} if tried else {}
    stands = order_form.Filled(filled.answers, errors, filled.lookups)
    return order_form.Maker(published.catalogue, language, stands).fields(shown, filled.answers)


def _services(values: Mapping[str, str], published: Published, language: str) -> list[ServiceChoice] | None:
    sought = values.get("service_words", "").strip()
    if not sought or (sought == values.get("service_sought", "") and values.get("service")):
        return None
    hits = published.search(sought, language, SUGGESTED)
    return [_choice(published.service(hit.service_key), published, language) for hit in hits]


def _choice(service: Service, published: Published, language: str) -> ServiceChoice:
    return ServiceChoice(
        key=service.key,
        title=service.title.in_language(language),
        summary=service.summary.in_language(language),
        unit_title=published.unit(service.unit).title.in_language(language),
        mandate=mandate_lines(service.mandate, language),
    )


def _tried(values: Mapping[str, str], problem: Problem, language: str) -> Tried:
    sentence = sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)
    return Tried("registrer", values, problem.status, sentence, field_errors(problem, language))


async def _receipt(session: AsyncSession, me: Actor, number: str, published: Published) -> Registered | None:
    """What one has just registered oneself: where it landed and why; a link only to what one may see."""
    query = select(Ticket.unit, Ticket.routed_by, Ticket.status, visible_to(me).label("is_visible"))
    mine = query.where(Ticket.id == (id_of(number) or 0), Ticket.opened_by_id == me.person_id)
    row = (await session.execute(mine)).one_or_none()
    if row is None:
        return None
    reason = reason_for(published.catalogue, row.routed_by)
    return Registered(
        number=number_of(id_of(number) or 0),
        unit_title=published.unit(row.unit).title.in_language(me.language),
        reason=reason.in_language(me.language) if reason else None,
        is_solved=row.status is Status.RESOLVED,
        is_visible=row.is_visible,
    )
