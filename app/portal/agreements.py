"""The agreements as pages, and as paper to sign."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import Path, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from app.agreements import pdf
from app.agreements.content import Terms
from app.agreements.page import AgreementPage, agreement_page
from app.agreements.queries import proposed_numbers
from app.agreements.reading import read_agreement
from app.catalogue.published import Current, Published, local_day
from app.database.session import Sessions, transaction
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Somebody
from app.web.i18n import language_of
from app.web.pages import render, rendered
from app.web.rooms import Room

router = Room(include_in_schema=False)
Name = Annotated[str, Path(max_length=60)]
Number = Annotated[int | None, Query(alias="versjon", ge=1, lt=2**31)]
ORDINARY = 2
"""The place of «Vanlig» among the levels."""


@dataclass(frozen=True)
class AgreementLine:
    name: str
    title: str
    version: int
    calendar: str
    services: int
    response: str
    solution: str
    proposed: tuple[int, ...]


@dataclass(frozen=True)
class UnitAgreements:
    title: str
    agreements: tuple[AgreementLine, ...]


@dataclass(frozen=True)
class AgreementsView:
    units: tuple[UnitAgreements, ...]


@dataclass(frozen=True)
class AgreementView:
    agreement: AgreementPage
    municipality: str
    has_pdf: bool


@router.get("/tjenesteniva")
async def levels() -> RedirectResponse:
    """Where this stood before; people have it among their bookmarks."""
    return RedirectResponse("/avtaler", 308)


@router.get("/avtaler")
async def agreements_page(request: Request, actor: Somebody, published: Current) -> HTMLResponse:
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        at = await database_now(session)
        proposed = await proposed_numbers(session) if actor else {}
    language = language_of(request)
    order = list(published.catalogue.units)
    found = sorted(
        published.agreements_at(at),
        key=lambda each: (order.index(each.provider) if each.provider in order else len(order), each.name),
    )
    units = []
    for provider, agreements in groupby(found, key=lambda each: each.provider):
        lines = []
        for agreement in agreements:
            calendar = published.calendar_sources[agreement.calendar]
            text = read_agreement(
                Terms(agreement, calendar), published, language, today=local_day(calendar, at)
            )
            lines.append(
                AgreementLine(
                    name=text.name,
                    title=text.title,
                    version=text.version,
                    calendar=text.calendar,
                    services=len(text.services),
                    response=text.levels[ORDINARY].response,
                    solution=text.levels[ORDINARY].solution,
                    proposed=tuple(proposed.get(text.name, ())),
                )
            )
        unit = published.catalogue.units.get(provider)
        title = unit.title.in_language(language) if unit else provider
        units.append(UnitAgreements(title, tuple(lines)))
    return render(request, "portal/agreements.html", AgreementsView(tuple(units)))


@router.get("/avtaler/{name}")
async def one_agreement(
    request: Request, name: Name, actor: Somebody, published: Current, version: Number = None
) -> HTMLResponse:
    return render(request, "portal/agreement.html", await _view(request, published, actor, name, version))


@router.get("/avtaler/{name}/pdf")
async def paper(
    request: Request, name: Name, actor: Somebody, published: Current, version: Number = None
) -> Response:
    view = await _view(request, published, actor, name, version)
    made = await pdf.make(rendered(request, "portal/agreement_paper.html", view))
    text = view.agreement.reading
    return Response(
        made,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="avtale-{text.name}-v{text.version}.pdf"',
            "Content-Language": language_of(request),
        },
    )


async def _view(
    request: Request, published: Published, actor: Actor | None, name: str, version: int | None
) -> AgreementView:
    """No connection is held while it is written out."""
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        at = await database_now(session)
        found = await agreement_page(
            session,
            published,
            name,
            version,
            language=language_of(request),
            at=at,
            sees_proposals=actor is not None,
        )
    return AgreementView(found, published.catalogue.municipality.name, pdf.is_installed())
