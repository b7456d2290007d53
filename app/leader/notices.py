"""GET /leder/varsler: when and how one is told what waits: mail, a card in Teams, the address of one's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import get_day_names
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.database.session import Db, Sessions, transaction
from app.errors import Invalid
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.reminders.choices import Choice, choice_of, choose, feed_of, make_feed, revoke_feed
from app.reminders.teams import connect, connected_at, disconnect
from app.settings import Settings
from app.web.forms import read_form
from app.web.i18n import LOCALES
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
PATH = "/leder/varsler"


@dataclass(frozen=True)
class NoticesPage:
    choice: Choice
    days: tuple[tuple[str, str], ...]
    feed_made_at: datetime | None
    address: str | None
    """Of the calendar, the once it is told."""
    teams_made_at: datetime | None
    has_teams: bool
    """Whether any host is named at which cards may be posted, and there is a key to keep addresses by."""
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get(PATH, name="notices")
async def show(request: Request, me: Me, session: Db) -> Response:
    return await _page(request, session, me)


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    address: str | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    settings: Settings = request.app.state.settings
    names = get_day_names("wide", "stand-alone", locale=LOCALES[me.language])
    days = tuple((str(day), names[day].capitalize()) for day in range(5))
    choice = await choice_of(session, me.person_id or 0)
    made_at = await feed_of(session, me.person_id or 0)
    teams_made_at = await connected_at(session, me.person_id or 0)
    has_teams = bool(settings.teams_hosts) and settings.card_key is not None
    page = NoticesPage(choice, days, made_at, address, teams_made_at, has_teams, errors or {})
    return render(request, "leader/notices.html", page, status=422 if errors else 200)


@router.post(PATH)
async def save(request: Request, me: Me, session: Db) -> Response:
    form = await read_form(request)
    weekday = str(form.get("weekday") or "0")
    if weekday not in {"0", "1", "2", "3", "4"}:
        raise Invalid("request.invalid")
    choice = Choice("digest" in form, int(weekday), "reminders" in form, "asked" in form)
    await choose(session, me.person_id or 0, choice)
    return RedirectResponse(PATH, 303)


@router.post(f"{PATH}/kalender")
async def make(request: Request, me: Me, session: Db) -> Response:
    """The address is on this one answer and nowhere else."""
    settings: Settings = request.app.state.settings
    secret = await make_feed(session, by=me)
    address = f"{settings.public_url}/kalender/{secret}.ics"
    return await _page(request, session, me, address)


@router.post(f"{PATH}/kalender/trekk")
async def revoke(me: Me, session: Db) -> Response:
    await revoke_feed(session, by=me)
    return RedirectResponse(PATH, 303)


@router.post(f"{PATH}/teams")
async def connect_teams(request: Request, me: MeBriefly) -> Response:
    """A card that says so comes at once. The address is shown to nobody again."""
    settings: Settings = request.app.state.settings
    sessions: Sessions = request.app.state.sessions
    url = str((await read_form(request)).get("teams_url") or "")
    try:
        async with transaction(sessions) as session:
            await connect(session, url, settings, by=me)
    except Invalid as wrong:
        await record_refusal(request, wrong)
        errors = {one.field: sentence_of(one.code, me.language) or "" for one in wrong.fields}
        async with transaction(sessions) as session:
            return await _page(request, session, me, errors=errors)
    return RedirectResponse(f"{PATH}#teams", 303)


@router.post(f"{PATH}/teams/fjern")
async def disconnect_teams(me: Me, session: Db) -> Response:
    await disconnect(session, me.person_id or 0)
    return RedirectResponse(f"{PATH}#teams", 303)
