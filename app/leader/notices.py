"""GET /leder/varsler: when one is told what waits, and the address of one's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import get_day_names
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.database.session import Db
from app.errors import Invalid
from app.identity.actor import Actor
from app.identity.me import Me
from app.reminders.choices import Choice, choice_of, choose, feed_of, make_feed, revoke_feed
from app.settings import Settings
from app.web.forms import read_form
from app.web.i18n import LOCALES
from app.web.pages import render
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


@router.get(PATH, name="notices")
async def show(request: Request, me: Me, session: Db) -> Response:
    return await _page(request, session, me)


async def _page(request: Request, session: AsyncSession, me: Actor, address: str | None = None) -> Response:
    names = get_day_names("wide", "stand-alone", locale=LOCALES[me.language])
    days = tuple((str(day), names[day].capitalize()) for day in range(5))
    choice = await choice_of(session, me.person_id or 0)
    made_at = await feed_of(session, me.person_id or 0)
    return render(request, "leader/notices.html", NoticesPage(choice, days, made_at, address))


@router.post(PATH)
async def save(request: Request, me: Me, session: Db) -> Response:
    form = await read_form(request)
    weekday = str(form.get("weekday") or "0")
    if weekday not in {"0", "1", "2", "3", "4"}:
        raise Invalid("request.invalid")
    choice = Choice("digest" in form, int(weekday), "reminders" in form)
    await choose(session, me.person_id or 0, choice)
    return RedirectResponse(PATH, 303)


@router.post(f"{PATH}/kalender")
async def make(request: Request, me: Me, session: Db) -> Response:
    """The address is on this one answer and nowhere else."""
    settings: Settings = request.app.state.settings
    secret = await make_feed(session, by=me)
    address = f"{settings.public_url.rstrip('/')}/kalender/{secret}.ics"
    return await _page(request, session, me, address)


@router.post(f"{PATH}/kalender/trekk")
async def revoke(me: Me, session: Db) -> Response:
    await revoke_feed(session, by=me)
    return RedirectResponse(PATH, 303)
