"""What the municipality has already, shown to whoever is about to ask for something new (need B7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from app.catalogue.published import Current, Published
from app.errors import NotFound
from app.identity.me import MeBriefly
from app.portal.links import ArticleLink, ServiceLink, articles_about, link
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rooms import Room
from service_catalog.forms import parse_form
from service_catalog.schema import FieldKind, Kind, Service

router = Room(include_in_schema=False)
SHOWN = 5
CANDIDATES = 20
BEGUN_WITH = 8
ALIKE = 0.38
"""How sure the search must be: a whole sentence touches much that it does not mean."""
LONGEST = 200
"""Of each text; the search reads no more."""


@dataclass(frozen=True)
class ExistingView:
    """`is_search`: found by what was written; else what most people order."""

    services: tuple[ServiceLink, ...]
    articles: tuple[ArticleLink, ...] = ()
    is_search: bool = False


def existing_for(
    service: Service, published: Published, language: str, texts: Iterable[str] = ()
) -> ExistingView | None:
    """What is like the texts, best first; before anything is written, what is most used. None for other services."""
    if not service.shows_existing:
        return None
    written = [text.strip()[:LONGEST] for text in texts if text.strip()]
    if not written:
        orders = [each for each in published.catalogue.services.values() if each.kind is Kind.ORDER]
        used = sorted(orders, key=lambda each: not each.popular)[:BEGUN_WITH]
        return ExistingView(tuple(link(each, published, language) for each in used))
    best: dict[str, float] = {}
    for text in written:
        for hit in published.search(text, language, CANDIDATES):
            if hit.score >= ALIKE:
                best[hit.service_key] = max(hit.score, best.get(hit.service_key, 0.0))
    found = [published.service(key) for key in sorted(best, key=lambda key: (-best[key], key))]
    # A fault is no answer to a need.
    answers = [each for each in found if each.key != service.key and each.kind is not Kind.INCIDENT][:SHOWN]
    articles = dict.fromkeys(each for text in written for each in articles_about(published, text, language))
    return ExistingView(
        tuple(link(each, published, language) for each in answers), tuple(articles)[:SHOWN], is_search=True
    )


@router.post("/tjenester/{key}/finnes")
async def like_what_is_written(request: Request, key: str, me: MeBriefly, published: Current) -> HTMLResponse:
    """While the form is filled in: what there is already. Posted, because what people write is not for addresses."""
    service = published.service(key)
    language = language_of(request)
    sent = [(name, text) for name, text in (await read_form(request)).multi_items() if isinstance(text, str)]
    texts = texts_of(service, dict(sent).get("subject", ""), parse_form(service, sent))
    view = existing_for(service, published, language, texts)
    if view is None:
        raise NotFound
    return render(request, "portal/existing.html", view)


def texts_of(service: Service, subject: str, answers: Mapping[str, Any]) -> list[str]:
    """The subject, and the long answers: what the need is, in the person's own words."""
    asked = [answers.get(each.key) for each in service.form.fields if each.kind is FieldKind.LONG_TEXT]
    return [subject, *(text for text in asked if isinstance(text, str))]
