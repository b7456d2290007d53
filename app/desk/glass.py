"""GET and POST /desk/nodtilgang: open a case that is not yours, by its number and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.database.session import Sessions, transaction
from app.desk.addresses import ticket_address
from app.desk.queue import Agent, AgentBriefly
from app.errors import Conflict, Invalid, NotFound
from app.tickets.glass import REASON_MAX, break_glass
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.rooms import Room

router = Room()


@dataclass(frozen=True)
class GlassPage:
    number: str
    reason: str
    reason_max: int
    error: str | None = None
    wrong: Mapping[str, str | None] = field(default_factory=dict)
    """By field."""


@router.get("/desk/nodtilgang", name="glass")
async def form_page(request: Request, me: Agent, sak: Annotated[str, Query(max_length=20)] = "") -> Response:
    return render(request, "desk/glass.html", GlassPage(sak, "", REASON_MAX))


@router.post("/desk/nodtilgang", name="glass_post")
async def open_case(request: Request, me: AgentBriefly) -> Response:
    form = await read_form(request)
    number, reason = str(form.get("number", "")), str(form.get("reason", ""))
    sessions: Sessions = request.app.state.sessions
    language = language_of(request)
    try:
        async with transaction(sessions) as session:
            await break_glass(session, number, reason, by=me)
        return RedirectResponse(ticket_address(number), 303)
    except Invalid as wrong:
        told = {each.field: sentence_of(each.code, language, dict(each.params)) for each in wrong.fields}
        page, status = GlassPage(number, reason, REASON_MAX, wrong=told), wrong.status
    except (Conflict, NotFound) as wrong:
        sentence = sentence_of(wrong.code, language)
        page, status = GlassPage(number, reason, REASON_MAX, sentence), wrong.status
    return render(request, "desk/glass.html", page, status=status)
