"""Finding a service: all of them, by search, and the page that says what you get, when, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.catalogue.handling import Handling, handling_of
from app.catalogue.published import Current, Published
from app.clocks.expected import Expected
from app.database.session import Db
from app.errors import NotFound
from app.events.log import database_now
from app.identity.me import Me
from app.portal.existing import ExistingView, existing_for
from app.portal.explained import explained, plain
from app.portal.links import ArticleLink, ServiceLink, articles_about, link
from app.portal.promises import PromiseView, promise_for, usual_for
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.rich_text import markdown
from app.web.rooms import Room
from app.web.words import money
from service_catalog.schema import Authority, Kind, Payer, Service, Unit

router = Room(include_in_schema=False)
HITS = 20
SUGGESTIONS = 6
LISTED_PER_UNIT = 4
QUERY_MAX = 200


@dataclass(frozen=True)
class UnitCard:
    key: str
    title: str
    icon: str
    what: str
    services: tuple[ServiceLink, ...]
    count: int


@dataclass(frozen=True)
class AllServicesView:
    units: tuple[UnitCard, ...]
    chosen: str | None
    total: int


@dataclass(frozen=True)
class SearchView:
    query: str
    hits: tuple[ServiceLink, ...]
    articles: tuple[ArticleLink, ...]
    popular: tuple[ServiceLink, ...]


@dataclass(frozen=True)
class ServiceView:
    service: Service
    title: str
    summary: Markup
    gets: Markup
    for_whom: Markup
    verb: str
    """On the button: order, report, ask."""
    unit: Unit
    unit_title: str
    owner: str
    promise: PromiseView
    usual: Expected | None
    price: str
    approvals: tuple[str, ...]
    handling: Handling | None
    articles: tuple[ArticleLink, ...]
    alike: tuple[ServiceLink, ...]
    existing: ExistingView | None
    """What there is already, where people ask for something new."""
    sought: str
    now: datetime


@dataclass(frozen=True)
class ArticleView:
    title: str
    body: Markup
    unit_title: str
    services: tuple[ServiceLink, ...]


VERBS: dict[Kind, str] = {
    Kind.ORDER: _("Bestill"),
    Kind.INCIDENT: _("Meld feil"),
    Kind.QUESTION: _("Still spørsmål"),
    Kind.NEED: _("Meld behovet"),
}
PAYERS: dict[Payer, str] = {
    Payer.ORDERING_UNIT: _("Enheten din betaler."),
    Payer.CENTRE: _("Det er gratis for enheten din."),
}


APPROVALS: dict[Authority, str] = {
    Authority.BUDGET: _("Den som styrer budsjettet du bestiller på, sier ja først."),
    Authority.PERSONAL: _("Lederen din sier ja først."),
    Authority.PROFESSIONAL: _("Den som har fagansvaret, sier ja først."),
}


def unit_cards(published: Published, language: str, *, most: int | None = None) -> tuple[UnitCard, ...]:
    """Units in the catalogue's order, popular services first; units without services are left out."""
    cards = []
    for unit in published.catalogue.units.values():
        services = sorted(published.catalogue.services_of(unit.key), key=lambda service: not service.popular)
        if services:
            cards.append(
                UnitCard(
                    key=unit.key,
                    title=unit.title.in_language(language),
                    icon=unit.icon,
                    what=unit.what.in_language(language),
                    services=tuple(link(service, published, language) for service in services[:most]),
                    count=len(services),
                )
            )
    return tuple(cards)


def popular(published: Published, language: str, *, most: int = 5) -> tuple[ServiceLink, ...]:
    chosen = [service for service in published.catalogue.services.values() if service.popular]
    return tuple(link(service, published, language) for service in chosen[:most])


def price_words(service: Service, language: str) -> str:
    """«14 900 kr. Enheten din betaler.»"""
    price = service.price
    if price.is_free:
        return say(language, PAYERS[Payer.CENTRE])
    if price.by_choice is not None:
        amounts = price.by_choice.amounts_nok.values()
        params = {"least": money(min(amounts), language), "most": money(max(amounts), language)}
        cost = say(language, _("Fra %(least)s til %(most)s, etter hva du velger."), **params)
    elif price.amount_nok is None:
        cost = say(language, _("Prisen avtales før vi begynner."))
    else:
        cost = f"{money(price.amount_nok, language)}."
    note = f" {plain(price.note.in_language(language))}" if price.note else ""
    payer = say(language, PAYERS[price.pays]) if price.pays is Payer.ORDERING_UNIT else ""
    return f"{cost} {payer}{note}".strip()


def search(published: Published, query: str, language: str, limit: int) -> tuple[ServiceLink, ...]:
    hits = published.search(query, language, limit)
    return tuple(link(published.service(hit.service_key), published, language) for hit in hits)


@router.get("/tjenester")
async def all_services(
    request: Request, me: Me, published: Current, enhet: Annotated[str | None, Query(max_length=60)] = None
) -> HTMLResponse:
    cards = unit_cards(published, language_of(request))
    chosen = enhet if enhet in published.catalogue.units else None
    shown = tuple(card for card in cards if chosen is None or card.key == chosen)
    view = AllServicesView(cards, chosen, sum(card.count for card in shown))
    return render(request, "portal/services.html", view)


@router.get("/sok")
async def search_page(
    request: Request, me: Me, published: Current, q: Annotated[str, Query(max_length=QUERY_MAX)] = ""
) -> HTMLResponse:
    """A page; or, while somebody types, the list alone."""
    language = language_of(request)
    typing = request.headers.get("hx-request") == "true"
    query = q.strip()
    hits = search(published, query, language, SUGGESTIONS if typing else HITS) if query else ()
    view = SearchView(query, hits, articles_about(published, query, language), popular(published, language))
    return render(request, "portal/search.html", view, block="suggestions" if typing else None)


@router.get("/tjenester/{key}")
async def service_page(
    request: Request,
    key: str,
    me: Me,
    session: Db,
    published: Current,
    finnes: Annotated[str, Query(max_length=QUERY_MAX)] = "",
) -> HTMLResponse:
    service = published.service(key)
    language = language_of(request)
    now = await database_now(session)
    catalogue = published.catalogue
    articles = [catalogue.articles[name] for name in service.articles if name in catalogue.articles]
    alike = [s for s in catalogue.services_of(service.unit) if s.key != service.key]
    existing = existing_for(service, published, language, [finnes])
    if existing is not None and request.headers.get("hx-request") == "true":
        return render(request, "portal/existing.html", existing)
    view = ServiceView(
        service=service,
        title=service.title.in_language(language),
        summary=explained(service.summary.in_language(language), catalogue, language),
        gets=explained(service.gets.in_language(language), catalogue, language),
        for_whom=explained(service.for_whom.in_language(language), catalogue, language),
        verb=VERBS[service.kind],
        unit=published.unit(service.unit),
        unit_title=published.unit(service.unit).title.in_language(language),
        owner=service.process_owner.role.in_language(language),
        promise=promise_for(service, published, language, at=now),
        usual=await usual_for(session, service, published, at=now),
        price=price_words(service, language),
        approvals=tuple(APPROVALS[rule.authority] for rule in service.approvals),
        handling=handling_of(service, catalogue, language),
        articles=tuple(ArticleLink(a.key, a.title.in_language(language)) for a in articles),
        alike=tuple(link(s, published, language) for s in alike[:5]),
        existing=existing,
        sought=finnes,
        now=now,
    )
    return render(request, "portal/service.html", view)


@router.get("/artikler/{key}")
async def article_page(request: Request, key: str, me: Me, published: Current) -> HTMLResponse:
    article = published.catalogue.articles.get(key)
    if article is None:
        raise NotFound
    language = language_of(request)
    services = [s for s in published.catalogue.services.values() if key in s.articles]
    unit = published.catalogue.units.get(article.unit)
    view = ArticleView(
        title=article.title.in_language(language),
        body=markdown(plain(article.body.in_language(language))),
        unit_title=unit.title.in_language(language) if unit else "",
        services=tuple(link(service, published, language) for service in services),
    )
    return render(request, "portal/article.html", view)
