"""REST routes of tickets. A verb is a resource; each route translates and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Current
from app.database.session import Db
from app.identity.actor import Actor
from app.identity.me import Me
from app.tickets import actions, queries
from app.tickets.expecting import expectation_of
from app.tickets.models import Ticket
from app.tickets.needs import NeedFilter, NeedsView
from app.tickets.needs import needs as list_needs
from app.tickets.queries import QueueFilter, QueueView
from app.tickets.schema import (
    AgreementVersionIn,
    AssigneeIn,
    CorrectionIn,
    DelayIn,
    EventOut,
    ExpectedOut,
    HandoverIn,
    Key,
    MessageIn,
    NeedPageOut,
    PriorityIn,
    QueuePageOut,
    ReasonIn,
    ResolutionIn,
    SearchPageOut,
    ServiceIn,
    TicketIn,
    TicketOut,
    TicketPageOut,
    UnitIn,
    WaitingIn,
    expected_out,
    row_dict,
    ticket_out,
)
from app.tickets.view import ticket_view
from app.web.etag import ExpectedVersion, etag
from app.web.idempotency import OnceOnly
from app.web.paging import After, Limit, Page, next_link
from app.web.prefer import APPLIED, Minimal
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from service_catalog.schema import Channel, FieldKey

router = Room(prefix="/api/v1", tags=["tickets"], responses=PROBLEM_RESPONSES)

Number = Annotated[
    str, Path(max_length=24, examples=["104827-3"], description="As people say it, check digit and all.")
]
Search = Annotated[str, Query(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Verb:
    """A verb under way: the locked row that this request read (If-Match), the instant, and who does it."""

    session: AsyncSession
    ticket: Ticket
    at: datetime
    by: Actor
    response: Response

    async def answer(self) -> TicketOut:
        return await _answer(self.session, self.by, self.ticket.number, self.response)


async def verb_on_ticket(
    number: Number, session: Db, me: Me, expected: ExpectedVersion, response: Response
) -> Verb:
    ticket, at = await actions.take_ticket(session, number, by=me, expected_version=expected)
    return Verb(session, ticket, at, me, response)


Taken = Annotated[Verb, Depends(verb_on_ticket, scope="function")]


async def _answer(session: AsyncSession, me: Actor, number: str, response: Response) -> TicketOut:
    """The ticket after the verb, or 404 when the verb took it out of this actor's sight."""
    await session.flush()
    view = await ticket_view(session, me, number)
    response.headers["ETag"] = etag(view.ticket.version)
    return ticket_out(view)


def _fast(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


@router.post("/tickets", status_code=201, summary="Open a ticket", response_model=TicketOut)
async def open_ticket(
    body: TicketIn,
    session: Db,
    me: Me,
    published: Current,
    once: OnceOnly,
    response: Response,
    minimal: Minimal,
) -> TicketOut | Response:
    answered = await once.begin()
    if answered is None:
        new = actions.NewTicket(
            **body.model_dump(exclude={"requester_id", "attachment_ids"}),
            requester_id=body.requester_id or me.person_id or 0,
            channel=Channel.API,
            attachment_ids=tuple(body.attachment_ids),
        )
        ticket = await actions.open_ticket(session, new, by=me, published=published)
        location, status = f"/api/v1/tickets/{ticket.number}", 201
        await once.finish(status=status, location=location)
        if minimal:
            await session.flush()
            return Response(None, status, {"Location": location, "ETag": etag(ticket.version)} | APPLIED)
    else:
        location, status = answered.location, answered.status
    response.status_code = status
    response.headers["Location"] = location
    return await _answer(session, me, location.rpartition("/")[2], response)


@router.get("/tickets", response_model=TicketPageOut, summary="Tickets you asked for, newest first")
async def my_tickets(
    request: Request,
    session: Db,
    me: Me,
    show: Literal["open", "all"] = "open",
    after: After = None,
    limit: Limit = 50,
) -> Response:
    page = await queries.my_tickets(session, me, show=show, after=after, limit=limit)
    return _fast({"items": [row_dict(row) for row in page.items], "next": next_link(request, page)})


@router.get("/tickets/search", response_model=SearchPageOut, summary="Tickets that mention the words")
async def search(
    request: Request,
    session: Db,
    me: Me,
    published: Current,
    q: Search,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    page = await queries.search_tickets(session, me, q, published=published, after=after, limit=limit)
    link = next_link(request, Page(page.items, page.next))
    return _fast({"items": [row_dict(row) for row in page.items], "next": link, "truncated": page.truncated})


@router.get("/queue", response_model=QueuePageOut, summary="Open tickets, nearest due instant first")
async def queue(
    request: Request,
    session: Db,
    me: Me,
    published: Current,
    unit: Key | None = None,
    filter: QueueFilter = "all",
    service: Key | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    view = QueueView(unit=unit, filter=filter, service=service, query=q)
    page = await queries.queue(session, me, view, published=published, after=after, limit=limit)
    return _fast({"items": [row_dict(row) for row in page.items], "next": next_link(request, page)})


@router.get("/needs", response_model=NeedPageOut, summary="Open needs of every unit, most important first")
async def needs(
    request: Request,
    session: Db,
    me: Me,
    kind: FieldKey | None = None,
    unit: Key | None = None,
    filter: NeedFilter = "all",
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """One list for all units' agents and for leaders; `free` are those that nobody has begun on."""
    page = await list_needs(session, me, NeedsView(kind, unit, filter), after=after, limit=limit)
    return _fast({"items": [row_dict(row) for row in page.items], "next": next_link(request, page)})


@router.get("/tickets/{number}", summary="One ticket")
async def read(number: Number, session: Db, me: Me, response: Response) -> TicketOut:
    return await _answer(session, me, number, response)


@router.get("/tickets/{number}/events", summary="What happened to it, in order")
async def events(number: Number, session: Db, me: Me) -> list[EventOut]:
    view = await ticket_view(session, me, number)
    return [EventOut.model_validate(event) for event in view.events]


@router.get("/tickets/{number}/expected", summary="When it will probably be finished")
async def expected(number: Number, session: Db, me: Me, published: Current) -> ExpectedOut:
    view = await ticket_view(session, me, number)
    return expected_out(await expectation_of(session, view, published=published))


@router.post("/tickets/{number}/messages", status_code=201, summary="Reply, or leave a note")
async def reply(
    number: Number, body: MessageIn, session: Db, me: Me, once: OnceOnly, response: Response
) -> TicketOut:
    answered = await once.begin()
    if answered is None:
        # A message is not an edit of the ticket: it asks for no version and bumps none.
        ticket, at = await actions.take_ticket(session, number, by=me)
        await actions.reply(
            session,
            ticket,
            body=body.body,
            kind=body.kind,
            channel=Channel.API,
            by=me,
            at=at,
            attachment_ids=body.attachment_ids,
        )
        await once.finish(status=201, location=f"/api/v1/tickets/{ticket.number}")
    response.headers["Location"] = f"/api/v1/tickets/{number}"
    return await _answer(session, me, number, response)


@router.post("/tickets/{number}/corrections", status_code=201, summary="Say what is right in your own case")
async def correct(
    number: Number, body: CorrectionIn, session: Db, me: Me, once: OnceOnly, response: Response
) -> TicketOut:
    """It stands beside what was written, also when the ticket is closed."""
    answered = await once.begin()
    if answered is None:
        ticket, at = await actions.take_ticket(session, number, by=me)
        await actions.correct(session, ticket, text=body.body, channel=Channel.API, by=me, at=at)
        await once.finish(status=201, location=f"/api/v1/tickets/{ticket.number}")
    response.headers["Location"] = f"/api/v1/tickets/{number}"
    return await _answer(session, me, number, response)


@router.post("/tickets/{number}/delays", status_code=201, summary="Say why it takes longer than agreed")
async def explain_delay(
    number: Number, body: DelayIn, session: Db, me: Me, once: OnceOnly, response: Response
) -> TicketOut:
    answered = await once.begin()
    if answered is None:
        ticket, at = await actions.take_ticket(session, number, by=me)
        await actions.explain_delay(
            session, ticket, reason=body.reason, text=body.text, channel=Channel.API, by=me, at=at
        )
        await once.finish(status=201, location=f"/api/v1/tickets/{ticket.number}")
    response.headers["Location"] = f"/api/v1/tickets/{number}"
    return await _answer(session, me, number, response)


@router.put("/tickets/{number}/assignee", summary="Take it, or give it to a colleague")
async def assign(body: AssigneeIn, verb: Taken) -> TicketOut:
    await actions.assign(verb.session, verb.ticket, assignee_id=body.person_id, by=verb.by, at=verb.at)
    return await verb.answer()


@router.delete("/tickets/{number}/assignee", summary="Put it back in the queue")
async def unassign(verb: Taken) -> TicketOut:
    await actions.assign(verb.session, verb.ticket, assignee_id=None, by=verb.by, at=verb.at)
    return await verb.answer()


@router.put("/tickets/{number}/handover", summary="Offer it to another unit")
async def hand_over(body: HandoverIn, verb: Taken, published: Current) -> TicketOut:
    await actions.hand_over(
        verb.session,
        verb.ticket,
        unit=body.unit,
        reason=body.reason,
        by=verb.by,
        at=verb.at,
        published=published,
    )
    return await verb.answer()


@router.put("/tickets/{number}/handover/acceptance", summary="Accept what was offered to your unit")
async def accept_handover(verb: Taken) -> TicketOut:
    await actions.accept_handover(verb.session, verb.ticket, by=verb.by, at=verb.at)
    return await verb.answer()


@router.put(
    "/tickets/{number}/handover/return", status_code=204, summary="Give back what was offered to your unit"
)
async def return_handover(body: ReasonIn, verb: Taken) -> None:
    """Answers without the ticket: once returned, it may no longer be yours to see."""
    await actions.return_handover(verb.session, verb.ticket, reason=body.reason, by=verb.by, at=verb.at)


@router.put("/tickets/{number}/unit", status_code=204, summary="Move it to where it belongs")
async def reroute(body: UnitIn, verb: Taken, published: Current) -> None:
    """Answers without the ticket: in its new unit it may no longer be yours to see."""
    await actions.reroute(
        verb.session, verb.ticket, unit=body.unit, by=verb.by, at=verb.at, published=published
    )


@router.put("/tickets/{number}/waiting", summary="Put it aside, with a reason and perhaps a date")
async def wait(body: WaitingIn, verb: Taken) -> TicketOut:
    await actions.wait(
        verb.session, verb.ticket, reason=body.reason, until=body.until, by=verb.by, at=verb.at
    )
    return await verb.answer()


@router.delete("/tickets/{number}/waiting", summary="Go on with it")
async def resume(verb: Taken) -> TicketOut:
    await actions.resume(verb.session, verb.ticket, by=verb.by, at=verb.at)
    return await verb.answer()


@router.put("/tickets/{number}/priority", summary="Judge impact and urgency")
async def set_priority(body: PriorityIn, verb: Taken) -> TicketOut:
    await actions.set_priority(
        verb.session, verb.ticket, impact=body.impact, urgency=body.urgency, by=verb.by, at=verb.at
    )
    return await verb.answer()


@router.put("/tickets/{number}/service", status_code=204, summary="It is another service than was asked for")
async def change_service(body: ServiceIn, verb: Taken, published: Current) -> None:
    """Answers without the ticket: with its new unit it may no longer be yours to see."""
    await actions.change_service(
        verb.session,
        verb.ticket,
        service=body.service,
        reason=body.reason,
        by=verb.by,
        at=verb.at,
        published=published,
    )


@router.put("/tickets/{number}/agreement", summary="Move it to another version of its agreement")
async def move_to_version(body: AgreementVersionIn, verb: Taken) -> TicketOut:
    await actions.move_to_version(
        verb.session, verb.ticket, version=body.version, reason=body.reason, by=verb.by, at=verb.at
    )
    return await verb.answer()


@router.put("/tickets/{number}/resolution", summary="Solve it")
async def resolve(body: ResolutionIn, verb: Taken) -> TicketOut:
    await actions.resolve(verb.session, verb.ticket, text=body.text, by=verb.by, at=verb.at)
    return await verb.answer()


@router.put("/tickets/{number}/reopening", summary="It was not solved: open it again")
async def reopen(body: ReasonIn, verb: Taken) -> TicketOut:
    await actions.reopen(verb.session, verb.ticket, reason=body.reason, by=verb.by, at=verb.at)
    return await verb.answer()


@router.put("/tickets/{number}/withdrawal", summary="You do not need it any more")
async def withdraw(verb: Taken) -> TicketOut:
    await actions.withdraw(verb.session, verb.ticket, by=verb.by, at=verb.at)
    return await verb.answer()
