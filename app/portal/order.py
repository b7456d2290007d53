"""Ordering: the form of a service, filled from who you are, sent once, kept when something must be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Query, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.clocks.expected import Expected
from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Invalid
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.portal.existing import ExistingView, existing_for, texts_of
from app.portal.files import Staged, stage_files
from app.portal.form_times import Filling, note
from app.portal.lookups import Kind as LookupKind
from app.portal.lookups import LookupView, is_id, names_of, read_lookup
from app.portal.order_form import FieldView, Filled, Maker
from app.portal.prefill import known_about
from app.portal.promises import PromiseView, promise_for, usual_for
from app.portal.rows import numbered
from app.portal.services import price_words
from app.tickets.actions import NewTicket, open_ticket
from app.tickets.models import Attachment
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.idempotency import new_key, once_for
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.rooms import Room
from service_catalog.forms import parse_form, prefilled, references
from service_catalog.schema import Channel, Confidentiality, Field, FieldKind, Kind, Service

router = Room(include_in_schema=False)
REQUESTER = "requester_id"
SUBJECT_MAX = 200
REPORTING = "/varsling"
"""What this channel takes is no ticket (app/whistleblowing)."""
LOOKED_UP: dict[FieldKind, LookupKind] = {FieldKind.PERSON: "person", FieldKind.ORG_UNIT: "org_unit"}


@dataclass(frozen=True)
class OrderView:
    service: Service
    title: str
    intro: str | None
    action: str
    idempotency_key: str
    subject: str
    subject_error: str | None
    requester: LookupView | None
    """Who it is for, when this person may ask for others."""
    requester_error: str | None
    fields: tuple[FieldView, ...]
    errors: tuple[tuple[str, str], ...]
    """(id of the field, sentence), in the order of the page."""
    has_files: bool
    promise: PromiseView
    usual: Expected | None
    price: str | None
    needs_approval: bool
    existing: ExistingView | None
    help_with: str | None
    """Key of the service that is a chat with an agent, as a ticket."""
    asked_for: str
    now: datetime
    filling: Filling


@dataclass(frozen=True)
class Sent:
    """What came with the form, read but not judged."""

    subject: str
    answers: dict[str, Any]
    lookups: dict[str, LookupView]
    requester: LookupView | None
    files: dict[str, str]
    key: str
    add_row: str | None
    asked_for: str
    filling: Filling

    def problems(self) -> list[FieldProblem]:
        """Names that could mean several, or nobody: told before the ticket's own rules are asked."""
        unclear = [*self.lookups.values(), *([self.requester] if self.requester else [])]
        return [
            FieldProblem(one.name, "field.choose_one" if one.options else "field.no_match")
            for one in unclear
            if one.is_unclear
        ]


def may_ask_for_others(actor: Actor) -> bool:
    """Only whether the field is worth showing; `may_order_for` decides for whom."""
    return actor.is_agent or bool(actor.leads_org_units or actor.orders_for)


@router.get("/tjenester/{key}/bestill")
async def form_page(
    request: Request,
    key: str,
    me: Me,
    session: Db,
    published: Current,
    om: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    service = published.service(key)
    if service.confidentiality is Confidentiality.WHISTLEBLOWING:
        return RedirectResponse(REPORTING, 303)
    language = language_of(request)
    known = await known_about(session, me)
    answers = prefilled(service, known)
    # A need is told apart from the others by its subject: that is the person's own.
    is_order = service.kind is Kind.ORDER
    about = published.catalogue.services.get(om)
    subject = service.title.in_language(language) if is_order else ""
    if about is not None and about.key != service.key:
        subject = about.title.in_language(language)
    sent = Sent(subject, answers, {}, _for_me(me), {}, new_key(), None, om, Filling())
    return await _show(request, session, service, sent, (), published, me)


def _for_me(me: Actor) -> LookupView | None:
    return LookupView(REQUESTER, "person", me.name, str(me.person_id)) if may_ask_for_others(me) else None


@router.post("/tjenester/{key}/bestill")
async def send(request: Request, key: str, me: MeBriefly, published: Current) -> Response:
    """Files are stored first, no connection held; then one transaction opens the ticket or changes nothing."""
    service = published.service(key)
    posted = await read_form(request)
    form = numbered(posted)
    sessions: Sessions = request.app.state.sessions
    staged = await stage_files(request, form, me)
    async with transaction(sessions) as session:
        sent = await _read(session, form, staged, service, me)
    changes_rows = sent.add_row is not None or "remove_row" in posted
    # Somebody who adds or removes a row has not finished: nothing is wrong yet.
    problems = [] if changes_rows else [*staged.problems, *sent.problems()]
    if not problems and not changes_rows:
        try:
            async with transaction(sessions) as session:
                location = await _open(session, sent, service, me, published)
            return RedirectResponse(location, 303)
        except Invalid as error:
            problems = list(error.fields)
            if not problems:
                raise
    async with transaction(sessions) as session:
        return await _show(request, session, service, sent, problems, published, me)


async def _read(session: AsyncSession, form: FormData, staged: Staged, service: Service, me: Actor) -> Sent:
    sent = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    pairs += [(name, str(file)) for name, file in staged.kept]
    lookups: dict[str, LookupView] = {}
    for name, kind in _lookup_names(service.form.fields, sent):
        lookups[name] = await read_lookup(session, me, kind, name, sent)
    pairs = [(name, lookups[name].chosen if name in lookups else value) for name, value in pairs]
    pairs += [(name, one.chosen) for name, one in lookups.items() if name not in sent and one.chosen]
    requester = None
    if may_ask_for_others(me):
        requester = await read_lookup(session, me, "person", REQUESTER, sent)
        if not requester.text:
            requester = _for_me(me)
    answers = parse_form(service, pairs)
    return Sent(
        subject=sent.get("subject", ""),
        answers=answers,
        lookups=lookups,
        requester=requester,
        files=await _file_names(session, me, references(service, answers).files),
        key=sent.get("idempotency_key", ""),
        add_row=sent.get("add_row"),
        asked_for=sent.get("om", "")[:200],
        filling=Filling(sent.get("begun", ""), sent.get("tries", "0")),
    )


def _lookup_names(fields: Sequence[Field], sent: dict[str, str]) -> list[tuple[str, LookupKind]]:
    """(«answers.people.0.person», kind) of every field of persons and places that was sent."""
    found = [(f"answers.{each.key}", LOOKED_UP[each.kind]) for each in fields if each.kind in LOOKED_UP]
    for group in fields:
        for each in group.fields:
            if each.kind in LOOKED_UP:
                rows = {
                    name.split(".")[2]
                    for name in sent
                    if name.startswith(f"search.{group.key}.") and name.endswith(f".{each.key}")
                }
                found += [
                    (f"answers.{group.key}.{row}.{each.key}", LOOKED_UP[each.kind]) for row in sorted(rows)
                ]
    return [(name, kind) for name, kind in found if f"search.{name.removeprefix('answers.')}" in sent][:60]


async def _file_names(session: AsyncSession, me: Actor, ids: frozenset[str]) -> dict[str, str]:
    """Names of files this person has put in and not yet sent."""
    if not ids:
        return {}
    mine = (Attachment.uploaded_by_id == me.person_id, Attachment.ticket_id.is_(None))
    query = select(Attachment.id, Attachment.name).where(
        Attachment.id.in_([int(i) for i in ids if is_id(i)]), *mine
    )
    return {str(row.id): row.name for row in (await session.execute(query)).all()}


async def _open(session: AsyncSession, sent: Sent, service: Service, me: Actor, published: Published) -> str:
    """The address of the ticket: the new one, or the one a first click already made."""
    requester = int(sent.requester.chosen) if sent.requester else me.person_id
    assert requester is not None
    body = orjson.dumps([requester, sent.subject, sent.answers], option=orjson.OPT_SORT_KEYS)
    once = once_for(session, me, route=f"POST /tjenester/{service.key}/bestill", key=sent.key, body=body)
    answered = await once.begin()
    if answered is not None:
        return answered.location
    ticket = await open_ticket(
        session,
        NewTicket(
            service=service.key,
            subject=sent.subject,
            description="",
            answers=sent.answers,
            requester_id=requester,
            channel=Channel.PORTAL,
            attachment_ids=tuple(int(one) for one in sorted(sent.files)),
        ),
        by=me,
        published=published,
    )
    await note(session, service.key, sent.filling, by=me, at=ticket.opened_at)
    location = f"/saker/{ticket.number}?ny=1"
    await once.finish(status=303, location=location)
    return location


async def _show(
    request: Request,
    session: AsyncSession,
    service: Service,
    sent: Sent,
    problems: Sequence[FieldProblem],
    published: Published,
    me: Actor,
) -> Response:
    language = language_of(request)
    errors = {
        wrong.field: sentence_of(wrong.code, language, dict(wrong.params))
        or sentence_of("field.invalid", language)
        or ""
        for wrong in problems
    }
    persons, places = _named_in(service.form.fields, sent.answers)
    names = await names_of(session, persons, places, sent_by=me)
    extra = frozenset({sent.add_row}) if sent.add_row else frozenset()
    filled = Filled(sent.answers, errors, sent.lookups, names, sent.files, extra)
    fields = Maker(published.catalogue, language, filled).fields(service.form.fields, sent.answers)
    now = await database_now(session)
    view = OrderView(
        service=service,
        title=service.title.in_language(language),
        intro=service.form.intro.in_language(language) if service.form.intro else None,
        action=f"/tjenester/{service.key}/bestill",
        idempotency_key=sent.key or new_key(),
        subject=sent.subject,
        subject_error=errors.get("subject"),
        requester=sent.requester,
        requester_error=errors.get(REQUESTER),
        fields=fields,
        errors=_summary(errors, fields, language),
        has_files=any(each.kind is FieldKind.FILE for each in service.form.fields),
        promise=promise_for(service, published, language, at=now),
        usual=await usual_for(session, service, published, at=now),
        price=price_words(service, language),
        needs_approval=bool(service.approvals),
        existing=existing_for(service, published, language, texts_of(service, sent.subject, sent.answers)),
        help_with=_help_service(service, published),
        asked_for=sent.asked_for,
        now=now,
        filling=_filling(sent, problems, now),
    )
    return render(request, "portal/order.html", view, status=422 if problems else 200)


def _filling(sent: Sent, problems: Sequence[FieldProblem], now: datetime) -> Filling:
    """Since when the form is being filled in, and how often it was refused."""
    begun = Filling(sent.filling.begun or str(int(now.timestamp())), sent.filling.tries)
    return begun.again() if problems else begun


def _named_in(fields: Sequence[Field], answers: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Ids of persons and of places in the answers, those of questions that are not asked yet too."""
    found: dict[FieldKind, set[str]] = {FieldKind.PERSON: set(), FieldKind.ORG_UNIT: set()}
    for each in fields:
        value = answers.get(each.key)
        if each.kind in found and isinstance(value, str):
            found[each.kind].add(value)
        for row in value if each.fields and isinstance(value, list) else ():
            persons, places = _named_in(each.fields, row)
            found[FieldKind.PERSON] |= persons
            found[FieldKind.ORG_UNIT] |= places
    return found[FieldKind.PERSON], found[FieldKind.ORG_UNIT]


def _summary(
    errors: Mapping[str, str], fields: tuple[FieldView, ...], language: str
) -> tuple[tuple[str, str], ...]:
    """(id of the control, «question: what is wrong»), each a link of the error summary."""
    labels = {REQUESTER: say(language, _("Hvem sender du dette for?")), "subject": say(language, _("Emne"))}
    ids: dict[str, str] = {}
    for each in _every(fields):
        labels[each.name] = each.label
        # A group's link goes to its first control; a label does not focus a fieldset.
        ids[each.name] = f"{each.id}-0" if each.is_group else each.id
    return tuple(
        (ids.get(name, name.replace(".", "-")), f"{labels[name]}: {sentence}" if name in labels else sentence)
        for name, sentence in errors.items()
    )


def _every(fields: Iterable[FieldView]) -> Iterable[FieldView]:
    for each in fields:
        yield each
        for row in each.rows:
            yield from _every(row)


def _help_service(service: Service, published: Published) -> str | None:
    first_line = published.catalogue.first_line().key
    questions = (s for s in published.catalogue.services_of(first_line) if s.kind is Kind.QUESTION)
    found = next(questions, None)
    return found.key if found is not None and found.key != service.key else None
