"""«Habilitet»: whom one stands near, said by oneself; and «Nødtilgang»: who has opened one's cases by breaking the glass."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.approvals.near import stand_near
from app.database.session import Db, Sessions, transaction
from app.errors import Invalid
from app.identity.actor import Actor, Office
from app.identity.me import Me, MeBriefly
from app.people.ties import Tie, remove_tie, ties_seen_by
from app.portal.lookups import LookupView, is_id, read_lookup
from app.tickets.glass import Opening, openings
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.paging import After, next_link
from app.web.problem_texts import sentence_of
from app.web.rooms import Room

router = Room(include_in_schema=False)
WHO = "answers.other"


@dataclass(frozen=True)
class TiesView:
    mine: tuple[Tie, ...]
    """Recorded by this person."""
    by_others: tuple[Tie, ...]
    all: tuple[Tie, ...] | None
    """Everybody's, for the privacy officer."""
    my_id: int
    who: LookupView
    error: str | None


@dataclass(frozen=True)
class OpeningsView:
    openings: tuple[Opening, ...]
    everybodys: bool
    next_url: str | None


@router.get("/habilitet")
async def ties_page(request: Request, me: Me, session: Db) -> HTMLResponse:
    return await _ties(request, session, me, LookupView(WHO, "person", "", ""))


async def _ties(
    request: Request, session: AsyncSession, me: Actor, who: LookupView, error: str | None = None
) -> HTMLResponse:
    found = await ties_seen_by(session, me)
    view = TiesView(
        mine=tuple(tie for tie in found if tie.person_id == me.person_id),
        by_others=tuple(tie for tie in found if tie.other_id == me.person_id),
        all=tuple(found) if me.holds(Office.PRIVACY_OFFICER) else None,
        my_id=me.person_id or 0,
        who=who,
        error=error,
    )
    return render(request, "portal/ties.html", view, status=422 if error else 200)


@router.post("/habilitet")
async def record(request: Request, me: MeBriefly) -> Response:
    """Adds the one who was named, or takes away the one whose button was pressed."""
    form = await read_form(request)
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    sessions: Sessions = request.app.state.sessions
    removed = sent.get("remove", "")
    async with transaction(sessions) as session:
        if removed:
            if is_id(removed):
                await remove_tie(session, int(removed), by=me)
            return RedirectResponse("/habilitet", 303)
        who = await read_lookup(session, me, "person", WHO, sent)
        code = "field.choose_one" if who.options else "field.no_match" if who.text else "field.required"
        if is_id(who.chosen):
            try:
                await stand_near(session, int(who.chosen), by=me)
                return RedirectResponse("/habilitet", 303)
            except Invalid as wrong:
                code = wrong.fields[0].code
        return await _ties(request, session, me, who, sentence_of(code, language_of(request)))


@router.get("/nodtilgang")
async def glass_page(request: Request, me: Me, session: Db, after: After = None) -> HTMLResponse:
    page = await openings(session, me, after=after)
    view = OpeningsView(tuple(page.items), me.holds(Office.PRIVACY_OFFICER), next_link(request, page))
    return render(request, "portal/glass.html", view)
