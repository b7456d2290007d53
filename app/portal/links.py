"""Services and articles as links: a title, and a line that says what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalogue.published import Published
from app.portal.explained import plain
from service_catalog.schema import Article, Service


@dataclass(frozen=True)
class ServiceLink:
    key: str
    title: str
    summary: str
    unit: str


@dataclass(frozen=True)
class ArticleLink:
    key: str
    title: str


def link(service: Service, published: Published, language: str) -> ServiceLink:
    return ServiceLink(
        key=service.key,
        title=service.title.in_language(language),
        summary=plain(service.summary.in_language(language)),
        unit=published.unit(service.unit).title.in_language(language),
    )


def articles_about(published: Published, query: str, language: str) -> tuple[ArticleLink, ...]:
    """Articles with one of the words in title or keywords."""
    words = [word for word in query.casefold().split() if len(word) > 2]

    def mentions(article: Article) -> bool:
        text = " ".join((article.title.in_language(language), *article.keywords)).casefold()
        return any(word in text for word in words)

    found = [article for article in published.catalogue.articles.values() if words and mentions(article)]
    return tuple(ArticleLink(article.key, article.title.in_language(language)) for article in found[:6])
