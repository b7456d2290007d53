"""GET and POST /leder/mulige-treff: whether a row from HR is somebody who was expected; and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Path, Request
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import refuse
from app.events.log import database_now
from app.feed import deciding
from app.feed.deciding import Deciding, Question, Unusable
from app.feed.matching import Alike
from app.feed.reading import grounds_of
from app.feed.rows import Finding
from app.feed.telling import finding_in
from app.identity.issuers import OIDC, Issuers
from app.identity.me import Me
from app.scim.binding import bind
from app.settings import Settings
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/leder/mulige-treff")
ALIKE = {
    Alike.NAME: _("navnet"),
    Alike.EMAIL: _("e-postadressen"),
    Alike.PHONE: _("telefonnummeret"),
    Alike.PLACE: _("arbeidsstedet"),
    Alike.START: _("startdatoen"),
    Alike.POSITION: _("stillingskoden"),
}
SOURCES = {"hr": _("HR-systemet"), "scim": _("Katalogen")}


@dataclass(frozen=True)
class MatchesPage:
    questions: Sequence[Question]
    alike: Mapping[str, str]
    sources: Mapping[str, str]
    unusable: Sequence[tuple[Unusable, tuple[str, ...]]]


@router.get("", name="matches")
async def show(request: Request, me: Me, session: Db) -> Response:
    settings: Settings = request.app.state.settings
    refuse(deciding.may_see(me, settings.hr_unit))
    language = language_of(request)
    view = MatchesPage(
        questions=await deciding.questions(session, me, settings.hr_unit),
        alike={each.value: say(language, text) for each, text in ALIKE.items()},
        sources={source: say(language, text) for source, text in SOURCES.items()},
        unusable=[
            (row, tuple(finding_in(Finding(*finding), language) for finding in row.findings))
            for row in await deciding.unusable(session, me, settings.hr_unit)
        ],
    )
    return render(request, "leader/matches.html", view)


@router.post("/{match_id}/{answer}", name="match_answer")
async def decide(
    request: Request,
    match_id: Annotated[int, Path(ge=1, lt=2**63)],
    answer: Literal["samme", "annen"],
    me: Me,
    session: Db,
    published: Current,
) -> Response:
    installed = _installed(request, published)
    at = await database_now(session)
    verb = deciding.same if answer == "samme" else deciding.other
    decided = await verb(session, match_id, by=me, installed=installed, at=at)
    issuers: Issuers = request.app.state.issuers
    known = issuers.sign_in.get(OIDC)
    rules = known.rules if known else ()
    await bind(session, decided.source, decided.key, decided.person_id, rules, by=me)
    return RedirectResponse("/leder/mulige-treff", 303)


def _installed(request: Request, published: Published) -> Deciding:
    settings: Settings = request.app.state.settings
    issuer = settings.oidc.authority if settings.oidc else None
    return Deciding(settings.hr_unit, issuer, grounds_of(published.catalogue))
