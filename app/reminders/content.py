"""What is told of somebody's tasks wherever others may read it: neutral titles, dates, and links through the ordinary
sign-in; never what a task is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.deliveries.effect import Due
from app.errors import NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.reminders.queueing import DIGEST, DIGEST_CARD, REMINDER, REMINDER_CARD
from app.settings import Settings
from app.tasks.queries import OpenTask, open_tasks, silent_sources
from app.tasks.ranking import Group, horizon, ranked
from app.tasks.sources import sources_in
from app.tasks.words import GROUPS, told
from app.web import words
from app.web.i18n import _, say

WEEK = _("Oppgavene dine denne uka"), _("Dette venter på deg i Serviceportalen."), timedelta(days=6)
DAY = (
    _("En oppgave har frist neste arbeidsdag"),
    _("Dette har frist neste arbeidsdag og er ikke gjort ennå."),
    timedelta(days=1),
)
KINDS = {DIGEST: WEEK, DIGEST_CARD: WEEK, REMINDER: DAY, REMINDER_CARD: DAY}
"""Title, first line, and how long it may have waited for its server: after that the next one says it better."""
LATE = _("skulle vært gjort %(when)s")
BY = _("innen %(when)s")
MORE = _("… og %(count)s til i lista di:")
SILENT = _(
    "Vi har ikke hørt fra %(system)s siden %(when)s. Oppgaver derfra kan mangle, eller være gjort alt."
)
MOST_EACH = 12


@dataclass(frozen=True)
class Line:
    title: str
    when: str
    """Empty for what has no date."""
    url: str


@dataclass(frozen=True)
class Section:
    """One group of the list; `more` stands where it has more than is told."""

    heading: str
    lines: tuple[Line, ...]
    more: str


@dataclass(frozen=True)
class Waiting:
    """Everything that one message says, in its reader's language."""

    language: str
    title: str
    head: str
    silent: tuple[str, ...]
    """A sentence about each other system whose tasks may be missing."""
    sections: tuple[Section, ...]
    list_url: str
    choices_url: str


async def waiting_for(session: AsyncSession, due: Due, settings: Settings) -> Waiting | None:
    """None when nothing of it waits any more, when it is too late for it, or when they have left."""
    title, head, stale_after = KINDS[due.topic]
    published, at = await load_published(session), await database_now(session)
    today = at.astimezone(published.zone).date()
    if today - date.fromisoformat(due.payload["on"]) > stale_after:
        return None
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    only = due.payload.get("task_ids")
    tasks = [task for task in await open_tasks(session, reader) if only is None or task.id in only]
    if not tasks:
        return None
    base = settings.public_url
    return Waiting(
        language=reader.language,
        title=say(reader.language, title),
        head=say(reader.language, head),
        silent=await _silent(session, settings, reader, at),
        sections=_sections(tasks, published, reader, at, base),
        list_url=f"{base}/leder",
        choices_url=f"{base}/leder/varsler",
    )


async def _silent(session: AsyncSession, settings: Settings, reader: Actor, at: datetime) -> tuple[str, ...]:
    in_use = sources_in(settings.task_sources_file)
    found = await silent_sources(session, in_use) if in_use and reader.leads else []
    return tuple(
        say(
            reader.language,
            SILENT,
            system=one.name,
            when=words.moment(one.heard_at, at, reader.language),
        )
        for one in found
    )


def _sections(
    tasks: Sequence[OpenTask], published: Published, reader: Actor, at: datetime, base: str
) -> tuple[Section, ...]:
    """What waits for others is not told."""
    by_id = {task.id: task for task in tasks}
    found = []
    for group, ids in ranked(tasks, horizon(published.office_hours, at, published.zone)).items():
        if group is Group.WAITING or not ids:
            continue
        lines = (_line(by_id[one], published, reader, at, base) for one in ids[:MOST_EACH])
        left = len(ids) - MOST_EACH
        more = say(reader.language, MORE, count=left) if left > 0 else ""
        heading = f"{say(reader.language, GROUPS[group])} ({len(ids)})"
        found.append(Section(heading, tuple(lines), more))
    return tuple(found)


def _line(task: OpenTask, published: Published, reader: Actor, at: datetime, base: str) -> Line:
    when = ""
    if task.due_at is not None:
        moment = words.moment(task.due_at, at, reader.language)
        when = say(reader.language, LATE if task.due_at < at else BY, when=moment)
    title = told(task, published.catalogue.wheel, reader.language).neutral
    return Line(title, when, f"{base}/leder/oppgaver/{task.id}")
