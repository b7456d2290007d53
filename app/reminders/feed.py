"""GET /kalender/<secret>.ics: one's own tasks on the day they are due, for a calendar that subscribes (RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.reminders.choices import reader_of
from app.settings import Settings
from app.tasks.queries import OpenTask, open_tasks
from app.tasks.words import told
from app.web.i18n import _, say
from app.web.rate_limit import LimitedByAddress
from app.web.rooms import Room

router = Room(include_in_schema=False)
NAME = _("Oppgaver i Serviceportalen")
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=1)
ASK_AGAIN = timedelta(hours=4)


@router.get("/kalender/{secret}.ics", name="task_feed")
async def feed(
    request: Request,
    session: Db,
    published: Current,
    secret: Annotated[str, Path(min_length=20, max_length=100)],
    _limited: LimitedByAddress,
) -> Response:
    """404 for an address that was never made, that was taken back, or whose owner has left."""
    person_id = await reader_of(session, secret)
    if person_id is None:
        raise NotFound
    reader = await load_actor(session, person_id)
    settings: Settings = request.app.state.settings
    tasks = [task for task in await open_tasks(session, reader) if not task.is_with_others]
    body = calendar_of(tasks, published, reader, await database_now(session), settings.public_url)
    return Response(body, media_type="text/calendar; charset=utf-8")


def calendar_of(
    tasks: Sequence[OpenTask], published: Published, reader: Actor, at: datetime, base: str
) -> bytes:
    """Neutral titles only; what has no day is not there."""
    # A few megabytes that only this answer needs.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Skranke//NO")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say(reader.language, NAME))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    host = base.partition("://")[2].partition("/")[0]
    for task in tasks:
        if task.due_at is None:
            continue
        event = Event()
        event.add("uid", f"task-{task.id}@{host}")
        event.add("dtstamp", at)
        lasts = timedelta(minutes=task.minutes or 0)
        event.add("dtstart", task.due_at - min(max(lasts, SHORTEST), LONGEST))
        event.add("dtend", task.due_at)
        event.add("summary", told(task, published.catalogue.wheel, reader.language).neutral)
        event.add("url", f"{base}/leder/oppgaver/{task.id}")
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body
