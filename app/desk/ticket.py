"""The agent's page of one ticket, and the forms on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.catalogue.published import Current, Published, knowing, load_published
from app.database.session import Db, Sessions, transaction
from app.database.sortkey import sort_key
from app.desk import forms
from app.desk.addresses import ticket_address, way_back
from app.desk.queue import Agent, AgentBriefly
from app.desk.relay import legs
from app.desk.verbs import VERBS, carry_out
from app.desk.views import Due, MandateLine, TicketPage, Titles, Tried, bar_of, titles_in
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Stale
from app.identity.actor import Actor
from app.people.queries import agents_of
from app.portal.clock_names import clock_name
from app.portal.files import stage_files
from app.portal.lookups import names_of
from app.privacy.policy import may_read_numbers
from app.routing.rules import reason_for
from app.tickets.accounting import beginning_of
from app.tickets.expecting import expectation_of
from app.tickets.models import Ticket
from app.tickets.policy import mandate_over
from app.tickets.terms import may_become
from app.tickets.view import EventView, TicketView, ticket_view
from app.web.answers import answer_lines
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.idempotency import Once, once_for
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.problems import field_errors
from app.web.refusals import record_refusal
from app.web.rooms import Room
from app.web.words import day
from service_catalog.forms import references
from service_catalog.schema import Mandate

router = Room()
VERSION = _("Versjon %(number)s, fra %(date)s")


@router.get("/desk/saker/{number}", name="desk_ticket")
async def show(
    request: Request,
    number: str,
    me: Agent,
    session: Db,
    published: Current,
    gjort: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    found = await ticket_view(session, me, number)
    page = await ticket_page(
        session, found, me=me, published=published, done=gjort if gjort in VERBS else None
    )
    return render(request, "desk/ticket.html", page)


@router.post("/desk/saker/{number}/{word}", name="desk_ticket_verb")
async def act(request: Request, number: str, word: str, me: AgentBriefly, published: Current) -> Response:
    """Every form of the page: read it, do it, go back; or show what was typed again, with what is in the way."""
    verb = VERBS.get(word)
    if verb is None:
        raise NotFound
    posted = await read_form(request)
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    sessions: Sessions = request.app.state.sessions
    try:
        form = forms.read(verb.form, values)
        files = await _staged(request, posted, me) if verb.takes_files else ()
        async with transaction(sessions) as session:
            once = _once(session, me, number, values) if verb.takes_files else None
            await carry_out(session, number, verb, form, by=me, published=published, files=files, once=once)
            return RedirectResponse(await _after(session, number, word, values, me), 303)
    except (Invalid, Conflict, Forbidden) as problem:
        await record_refusal(request, problem)
        async with transaction(sessions) as session:
            return await _again(
                request, number, word, values, problem, me=me, session=session, published=published
            )


async def _staged(request: Request, posted: FormData, me: Actor) -> tuple[int, ...]:
    """Ids of the form's files, stored with no connection held."""
    staged = await stage_files(request, posted, me)
    if staged.problems:
        raise Invalid("request.invalid", fields=tuple(staged.problems))
    return staged.ids


def _once(session: AsyncSession, me: Actor, number: str, values: Mapping[str, str]) -> Once:
    """A second click on «Send» is the same message."""
    body = f"{values.get('kind')}:{values.get('body')}".encode()
    route = f"POST {ticket_address(number)}/svar"
    return once_for(session, me, route=route, key=values.get("idempotency_key", ""), body=body)


async def _after(session: AsyncSession, number: str, word: str, values: Mapping[str, str], me: Actor) -> str:
    """Back to the list it was done from, or to the ticket; to the queue when the ticket is now somebody else's."""
    back = way_back(values.get("back"), "")
    if back:
        return back
    try:
        await ticket_view(session, me, number)
    except NotFound:
        return "/desk"
    return f"{ticket_address(number)}?gjort={word}"


async def _again(
    request: Request,
    number: str,
    word: str,
    values: Mapping[str, str],
    problem: Problem,
    *,
    me: Actor,
    session: AsyncSession,
    published: Published,
) -> Response:
    """The page as it is now, with the typed text kept and, after a stale save, what others did meanwhile."""
    found = await ticket_view(session, me, number)
    language = language_of(request)
    tried = Tried(
        verb=word,
        values=values,
        status=problem.status,
        sentence=sentence_of(problem.code, language, problem.params) or title_of(problem.status, language),
        field_errors=field_errors(problem, language),
        changes=events_since(found, values.get("seen", "")) if isinstance(problem, Stale) else None,
    )
    page = await ticket_page(session, found, me=me, published=published, tried=tried)
    return render(request, "desk/ticket.html", page, status=problem.status)


def events_since(found: TicketView, seen: str) -> list[EventView]:
    """What has happened since a page that had seen so many events; all of it when the page did not say."""
    count = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    return list(found.events[count:])


async def ticket_page(
    session: AsyncSession,
    found: TicketView,
    *,
    me: Actor,
    published: Published,
    done: str | None = None,
    tried: Tried | None = None,
) -> TicketPage:
    ticket, language = found.ticket, me.language
    opened_under = await load_published(session, ticket.catalogue_version)
    agreed_in = await knowing(session, opened_under, ticket.agreement, ticket.agreement_version)
    agreement = agreed_in.agreement(ticket.agreement, ticket.agreement_version)
    calendar = agreed_in.calendar_sources[agreement.calendar]
    names = await _names(session, found)
    titles = titles_in(published.catalogue, language)
    reason = reason_for(opened_under.catalogue, ticket.routed_by)
    return TicketPage(
        ticket=found,
        title=found.service.title.in_language(language),
        units=[(key, title) for key, title in titles.units.items() if key != ticket.unit],
        versions=_versions(published, ticket, language) if "move_to_version" in found.may else [],
        services=_services(published, ticket, titles) if "service" in found.may else [],
        unit_phone=published.unit(ticket.unit).phone,
        owner=found.service.process_owner.role.in_language(language),
        answers=answer_lines(found.asked_as, ticket.answers, names, language),
        dues=[
            Due(
                clock,
                clock_name(clock.kind, clock.part, opened_under, language),
                bar_of(clock, found.now),
            )
            for clock in found.clocks
        ],
        expectation=await expectation_of(session, found, published=published),
        legs=legs(found.events, agreed_in.calendar(agreement.calendar), at=found.now),
        colleagues=await agents_of(session, ticket.unit) if "assign" in found.may else [],
        names=names,
        routed_because=reason.in_language(language) if reason else None,
        mandate=mandate_lines(mandate_over(ticket, found.service), language) if me.first_line else [],
        solution=beginning_of(found.service, language),
        agreement=str(getattr(agreement.title, language)),
        opening_hours=str(getattr(calendar.title, language)) if calendar.title else agreement.calendar,
        done=done,
        tried=tried,
        my_id=me.person_id or 0,
        by_glass=ticket.id in me.glass,
        titles=titles,
        numbers_at=ticket_address(ticket.number) if may_read_numbers(me, ticket, published) is None else "",
    )


def _services(published: Published, ticket: Ticket, titles: Titles) -> list[tuple[str, str]]:
    """What the ticket may be instead, by the unit that has it."""
    others = (each for each in published.catalogue.services.values() if each.key != ticket.service)
    named = (
        (each.key, f"{titles.unit(each.unit)}: {titles.service(each.key)}")
        for each in others
        if may_become(each)
    )
    return sorted(named, key=lambda option: sort_key(option[1]))


def _versions(published: Published, ticket: Ticket, language: str) -> list[tuple[int, str]]:
    """The other adopted versions of its agreement, newest first."""
    others = (
        each
        for each in published.versions.get(ticket.agreement, ())
        if each.version != ticket.agreement_version
    )
    return [
        (each.version, say(language, VERSION, number=each.version, date=day(each.valid_from, language)))
        for each in sorted(others, key=lambda each: each.version, reverse=True)
    ]


def mandate_lines(mandate: Iterable[Mandate], language: str) -> list[MandateLine]:
    return [MandateLine(line.may.in_language(language), line.limit_nok) for line in mandate]


async def _names(session: AsyncSession, found: TicketView) -> dict[str, str]:
    """Whoever the answers and the events name, in one query."""
    asked = references(found.asked_as, found.ticket.answers)
    given_to = {
        str(event.payload["assignee_id"]) for event in found.events if event.payload.get("assignee_id")
    }
    return await names_of(session, asked.persons | given_to, asked.org_units)
