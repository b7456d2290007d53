"""«Hvem har lest sakene mine»: who opened a protected case of mine, newest first, for me alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import Request
from sqlalchemy import Row, Text, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from starlette.responses import HTMLResponse

from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.catalogue.published import Current, Published
from app.database.session import Db
from app.identity.me import Me
from app.people.models import Membership, Person
from app.tickets.lifecycle import number_of
from app.tickets.models import Ticket
from app.tickets.reading import is_told_of
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.paging import After, Page, decode_cursor, encode_cursor, next_link
from app.web.rooms import Room
from app.web.words import local

router = Room(include_in_schema=False)
PER_PAGE = 60
SHOWN = (AuditKind.CASE_READ, AuditKind.GLASS_BROKEN, AuditKind.IDENTITY_NUMBER_SHOWN)
PARTS = {
    "case": _("Saken"),
    "file": _("Vedlegg"),
    "approval": _("Spørsmål om godkjenning"),
    "access": _("Vurdering av et innsynskrav"),
    "insight": _("Innsyn i egne opplysninger"),
    "archive": _("Pakke til arkivet"),
}
Reader = aliased(Person)


@dataclass(frozen=True)
class Reading:
    """One reader's look at one case on one day, however many times."""

    reader: str
    units: tuple[str, ...]
    number: str
    subject: str | None
    """None when the case is destroyed, or is somebody else's about them: that it was read is still told."""
    about_me: bool
    parts: tuple[str, ...]
    by_glass: bool
    """With emergency access: it was not theirs to open."""
    times: int
    last_at: datetime


@dataclass(frozen=True)
class ReadersView:
    days: tuple[tuple[date, tuple[Reading, ...]], ...]
    next_url: str | None
    is_first_page: bool


@router.get("/mine-saker/lesere", name="readers_of_my_cases")
async def page(
    request: Request, me: Me, session: Db, published: Current, after: After = None
) -> HTMLResponse:
    found = await readings_of(session, me.person_id, after=after)
    language = language_of(request)
    view = ReadersView(by_day(found.items, published, language), next_link(request, found), after is None)
    return render(request, "portal/readers.html", view)


async def readings_of(
    session: AsyncSession, person_id: int | None, *, after: str | None
) -> Page[Row[*tuple[Any, ...]]]:
    """One query. Whistle-blowing cases are never in it: their readings concern nobody (`tickets/reading.py`)."""
    units = select(func.array_agg(Membership.unit)).where(Membership.person_id == Reader.id).scalar_subquery()
    # What others have asked about somebody is not opened to them by this: that it was read, and by whom.
    about_me = and_(Ticket.about_id == person_id, is_told_of())
    mine = or_(Ticket.requester_id == person_id, about_me)
    query = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            cast(AuditEntry.kind, Text).label("kind"),
            AuditEntry.subject_id,
            AuditEntry.payload,
            AuditEntry.actor_id,
            Reader.name.label("reader"),
            units.label("units"),
            case((Ticket.requester_id == person_id, Ticket.subject)).label("subject"),
            about_me.label("about_me"),
        )
        .outerjoin(Reader, Reader.id == AuditEntry.actor_id)
        .outerjoin(Ticket, (Ticket.id == AuditEntry.subject_id) & mine)
        .where(
            AuditEntry.concerns_id == person_id,
            AuditEntry.subject_id.not_in(
                select(Ticket.id).where(Ticket.about_id == person_id, ~is_told_of())
            ),
            AuditEntry.kind.in_(SHOWN),
            AuditEntry.subject_kind == "ticket",
        )
        .order_by(AuditEntry.id.desc())
    )
    if after:
        query = query.where(AuditEntry.id < decode_cursor(after, int)[0])
    rows = (await session.execute(query.limit(PER_PAGE + 1))).all()
    more = encode_cursor(rows[PER_PAGE - 1].id) if len(rows) > PER_PAGE else None
    return Page(list(rows[:PER_PAGE]), more)


def by_day(
    rows: Iterable[Row[*tuple[Any, ...]]], published: Published, language: str
) -> tuple[tuple[date, tuple[Reading, ...]], ...]:
    """Days newest first; within a day one line for each reader of each case."""
    days: dict[date, dict[tuple[int | None, int], list[Row[*tuple[Any, ...]]]]] = {}
    for row in rows:
        day = days.setdefault(local(row.at).date(), {})
        day.setdefault((row.actor_id, row.subject_id), []).append(row)
    return tuple(
        (day, tuple(_reading(looks, published, language) for looks in lines.values()))
        for day, lines in days.items()
    )


def _reading(looks: list[Row[*tuple[Any, ...]]], published: Published, language: str) -> Reading:
    newest, units = looks[0], published.catalogue.units
    parts = dict.fromkeys(PARTS.get(look.payload.get("part"), PARTS["case"]) for look in reversed(looks))
    return Reading(
        reader=newest.reader or say(language, _("Fra terminalen")),
        units=tuple(units[key].title.in_language(language) for key in newest.units or () if key in units),
        number=number_of(newest.subject_id),
        subject=newest.subject,
        about_me=bool(newest.about_me),
        parts=tuple(parts),
        by_glass=any(look.kind == AuditKind.GLASS_BROKEN for look in looks),
        times=len(looks),
        last_at=newest.at,
    )
