"""The first page: what do you need help with?"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse

from app.catalogue.published import Current
from app.database.session import Db
from app.identity.me import Me
from app.portal.links import ArticleLink, ServiceLink
from app.portal.my_tickets import TicketLine, line
from app.portal.services import UnitCard, popular, unit_cards
from app.tickets.queries import my_tickets
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
SERVICES_PER_UNIT = 4
LATEST = 3
ARTICLES = 4


@dataclass(frozen=True)
class HomeView:
    popular: tuple[ServiceLink, ...]
    units: tuple[UnitCard, ...]
    tickets: tuple[TicketLine, ...]
    articles: tuple[ArticleLink, ...]


@router.get("/", name="home")
async def home(request: Request, me: Me, session: Db, published: Current) -> HTMLResponse:
    language = language_of(request)
    latest = await my_tickets(session, me, show="all", limit=LATEST)
    articles = list(published.catalogue.articles.values())[:ARTICLES]
    view = HomeView(
        popular=popular(published, language),
        units=unit_cards(published, language, most=SERVICES_PER_UNIT),
        tickets=tuple(line(row, published, language) for row in latest.items),
        articles=tuple(ArticleLink(article.key, article.title.in_language(language)) for article in articles),
    )
    return render(request, "portal/home.html", view)
