"""«Avvik mellom plan og system»: GET /drift/tilganger counts for whoever keeps it running, GET /desk/tilganger names the
people for the unit that answers for the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.access.deviations import Deviation, Kind, Overview, Reading, deviations, overview
from app.access.keeping import release
from app.access.reconciling import ask_for_reading
from app.access.targets import Targets
from app.access.words import failure_in, restorer_in
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Current
from app.database.session import Db
from app.errors import Forbidden, Invalid, NotFound
from app.identity.me import Me
from app.operations.delivery_pages import Operator
from app.operations.words import DEVIATIONS
from app.tickets.lifecycle import number_of
from app.web.forms import read_form
from app.web.i18n import language_of, say
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
PAGE = "/drift/tilganger"
System = Annotated[str, Path(max_length=60)]


@dataclass(frozen=True)
class SystemLine:
    row: Reading
    title: str
    failure: str
    counts: tuple[tuple[str, int], ...]
    """(what differs, how many)."""


@dataclass(frozen=True)
class OverviewPage:
    overview: Overview
    systems: tuple[SystemLine, ...]
    asked: str
    """The system that was just asked for; empty."""


@dataclass(frozen=True)
class DeviationLine:
    row: Deviation
    title: str
    system: str
    kind: str
    colour: str
    why: str
    restore: str
    """Who gives it back, round the clock; empty where nobody's life hangs on it."""
    number: str


@dataclass(frozen=True)
class DeviationsPage:
    lines: tuple[DeviationLine, ...]
    systems: tuple[str, ...]


@router.get(PAGE, name="access_overview")
async def show(
    request: Request,
    _me: Operator,
    session: Db,
    published: Current,
    lest: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    access, language = published.catalogue.access, language_of(request)
    seen = await overview(session, access, _targets(request))
    lines = []
    for row in seen.readings:
        system = access.systems.get(row.system)
        counted = seen.counts[row.system]
        lines.append(
            SystemLine(
                row,
                system.title.in_language(language) if system else row.system,
                failure_in(row.reason, language) if row.reason else "",
                tuple(
                    (say(language, DEVIATIONS[kind][0]), counted[kind]) for kind in Kind if counted.get(kind)
                ),
            )
        )
    titles = {line.row.system: line.title for line in lines}
    return render(request, "operations/access.html", OverviewPage(seen, tuple(lines), titles.get(lest, "")))


@router.post(f"{PAGE}/les/{{system}}", name="access_read")
async def read_now(request: Request, system: System, me: Operator, session: Db) -> RedirectResponse:
    """By whoever works, within a quarter of a minute."""
    connection = _targets(request).connections.get(system)
    if connection is None or not connection.can_be_read:
        raise NotFound
    await ask_for_reading(session, system)
    await audit(session, me, AuditKind.ACCESS_READ, subject_kind="target", payload={"target": system})
    return RedirectResponse(f"{PAGE}?lest={system}", 303)


@router.post(f"{PAGE}/slipp", name="access_release")
async def let_go(request: Request, me: Operator, session: Db) -> RedirectResponse:
    """What was seen is posted: if it is another number by now, it must be looked at again."""
    seen = str((await read_form(request)).get("seen") or "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Invalid("request.invalid")
    await release(session, by=me, seen=int(seen))
    await audit(session, me, AuditKind.ACCESS_RELEASED, subject_kind="target", payload={"count": int(seen)})
    return RedirectResponse(PAGE, 303)


def _targets(request: Request) -> Targets:
    found: Targets = request.app.state.targets
    return found


@router.get("/desk/tilganger", name="access_deviations")
async def of_units(request: Request, me: Me, session: Db, published: Current) -> HTMLResponse:
    """In the systems that the reader's units answer for."""
    if not me.is_agent:
        raise Forbidden("desk.agents_only")
    access, language = published.catalogue.access, language_of(request)
    ours = {key: system for key, system in access.systems.items() if me.works_in(system.unit)}
    lines = []
    for row in await deviations(session, access, ours.keys()):
        one = access.entitlements[row.entitlement]
        system = ours[one.system]
        said, colour = DEVIATIONS[row.kind]
        lines.append(
            DeviationLine(
                row,
                one.title.in_language(language),
                system.title.in_language(language),
                say(language, said),
                colour,
                failure_in(row.reason, language) if row.reason else "",
                restorer_in(access, one, language),
                number_of(row.ticket_id) if row.ticket_id else "",
            )
        )
    titles = tuple(system.title.in_language(language) for system in ours.values())
    return render(request, "operations/access_deviations.html", DeviationsPage(tuple(lines), titles))
