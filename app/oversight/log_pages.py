"""GET /kontroll/logg and its two files: the security log, for the privacy and security officer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, StreamingResponse

from app.audit.kinds import AuditKind
from app.audit.standing import Standing, standing
from app.database.session import Db, Sessions, transaction
from app.errors import refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.identity.recent import require_recent
from app.oversight.policy import may_oversee
from app.oversight.search import EntryRow, Wanted, export_entries, find_entries, note_search, persons_called
from app.oversight.words import GROUPS, SENTENCES, details_in, subject_in
from app.web.cells import BYTE_ORDER_MARK, csv_file
from app.web.i18n import language_of, say
from app.web.pages import render
from app.web.paging import After, next_link
from app.web.rooms import Room

router = Room(include_in_schema=False)
PER_PAGE = 50
KNOWN = frozenset(kind.value for kind in AuditKind)
EMPTY_IS_NONE = BeforeValidator(lambda given: given or None)
"""A browser sends the date fields that nobody filled in, too."""
HEADINGS = (
    "id",
    "at",
    "kind",
    "actor_id",
    "actor",
    "acting_for_id",
    "system",
    "subject_kind",
    "subject",
    "concerns_id",
    "concerns",
    "details",
)


@dataclass(frozen=True)
class Form:
    """What stands in the search fields."""

    group: str
    person: str
    number: str
    first: date | None
    last: date | None

    @property
    def query(self) -> str:
        asked = {
            "gruppe": self.group,
            "person": self.person,
            "sak": self.number,
            "fra": self.first,
            "til": self.last,
        }
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Line:
    row: EntryRow
    sentence: str
    subject: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class LogPage:
    form: Form
    groups: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    next_url: str | None
    standing: Standing


async def asked_for(
    gruppe: Annotated[str, Query(max_length=20, description=f"One of {', '.join(GROUPS)}; empty: all.")] = "",
    person: Annotated[
        str, Query(max_length=100, description="Part of a name: who did it, or whom it is about.")
    ] = "",
    sak: Annotated[str, Query(max_length=20, description="A ticket's number.")] = "",
    fra: Annotated[date | None, EMPTY_IS_NONE, Query(description="The first day.")] = None,
    til: Annotated[date | None, EMPTY_IS_NONE, Query(description="The last day.")] = None,
) -> Form:
    return Form(gruppe if gruppe in GROUPS else "", person.strip(), sak.strip(), fra, til)


Asked = Annotated[Form, Depends(asked_for)]


async def officer(me: Me) -> Actor:
    refuse(may_oversee(me))
    return me


async def officer_briefly(me: MeBriefly) -> Actor:
    refuse(may_oversee(me))
    return me


Officer = Annotated[Actor, Depends(officer)]
OfficerBriefly = Annotated[Actor, Depends(officer_briefly)]


@router.get("/kontroll", name="oversight")
async def begin(me: Me) -> RedirectResponse:
    """The officer to the log, others to what they may look at, if anything."""
    return RedirectResponse("/kontroll/oppbevaring" if may_oversee(me) else "/kontroll/logg", 303)


@router.get("/kontroll/logg", name="security_log")
async def show(request: Request, me: Officer, session: Db, form: Asked, after: After = None) -> HTMLResponse:
    wanted = await wanted_of(session, form)
    await note_search(session, me, wanted, after)
    page = await find_entries(session, wanted, after=after, limit=PER_PAGE)
    language = language_of(request)
    view = LogPage(
        form=form,
        groups=tuple((key, say(language, name)) for key, (name, _kinds) in GROUPS.items()),
        lines=tuple(_line(row, language) for row in page.items),
        next_url=next_link(request, page),
        standing=await standing(session),
    )
    return render(request, "oversight/log.html", view)


async def wanted_of(session: AsyncSession, form: Form) -> Wanted:
    persons = await persons_called(session, form.person) if form.person else None
    return Wanted(form.group, persons, form.number, form.first, form.last)


@router.get("/kontroll/logg.csv", name="security_log_csv")
async def as_csv(request: Request, me: OfficerBriefly, form: Asked) -> StreamingResponse:
    return await _file(request, me, form, "csv", "text/csv; charset=utf-8")


@router.get("/kontroll/logg.json", name="security_log_json")
async def as_json(request: Request, me: OfficerBriefly, form: Asked) -> StreamingResponse:
    """One entry on each line (JSON Lines), so that a file cut short is still read."""
    return await _file(request, me, form, "json", "application/jsonl")


async def _file(request: Request, me: Actor, form: Form, kind: str, media_type: str) -> StreamingResponse:
    # A key may ask for pages of it (`api.py`): whoever made that key had just shown who they are.
    require_recent(me)
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        wanted = await wanted_of(session, form)
    written = WRITERS[kind](sessions, me, wanted)
    # The first piece is asked for here: that the log leaves is written before anything has left.
    first = await anext(written)
    headers = {
        "Content-Disposition": f'attachment; filename="sikkerhetslogg.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_rest(first, written), media_type=media_type, headers=headers)


async def _rest(first: bytes, written: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in written:
        yield piece


async def _csv(sessions: Sessions, me: Actor, wanted: Wanted) -> AsyncIterator[bytes]:
    mark = BYTE_ORDER_MARK.encode()
    is_first = True
    async for rows in export_entries(sessions, me, wanted, "csv"):
        lines = [HEADINGS] if is_first else []
        piece = b"".join(csv_file([*lines, *(tuple(cells_of(row).values()) for row in rows)]))
        yield piece if is_first else piece.removeprefix(mark)
        is_first = False


async def _jsonl(sessions: Sessions, me: Actor, wanted: Wanted) -> AsyncIterator[bytes]:
    async for rows in export_entries(sessions, me, wanted, "json"):
        whole = (cells_of(row) | {"details": row.details} for row in rows)
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in whole)


WRITERS = {"csv": _csv, "json": _jsonl}


def cells_of(row: EntryRow) -> dict[str, str | int | None]:
    """In the order of HEADINGS."""
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "kind": row.kind,
        "actor_id": row.actor_id,
        "actor": row.actor_name,
        "acting_for_id": row.acting_for_id,
        "system": row.system,
        "subject_kind": row.subject_kind,
        "subject": row.subject,
        "concerns_id": row.concerns_id,
        "concerns": row.concerns_name,
        "details": orjson.dumps(row.details).decode(),
    }


def _line(row: EntryRow, language: str) -> Line:
    sentence = SENTENCES.get(AuditKind(row.kind)) if row.kind in KNOWN else None
    return Line(
        row,
        say(language, sentence) if sentence else row.kind,
        subject_in(row.subject_kind, row.subject, language),
        details_in(row.details, language),
    )
