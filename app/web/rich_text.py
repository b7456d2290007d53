"""Text with a form of its own: Markdown of articles, and the links in what people write. Nothing in it runs."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TEXT = {"a", "abbr", "b", "br", "code", "em", "i", "kbd", "s", "strong", "sub", "sup", "u"}
_BLOCKS = {"blockquote", "dd", "dl", "dt", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_CLEAN = nh3.Cleaner(
    tags=_TEXT | _BLOCKS | _TABLES,
    clean_content_tags={"script", "style"},
    attributes={"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}, "th": {"scope"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    strip_comments=True,
)
"""What an article may hold: no pictures from elsewhere, no classes, no forms, and four kinds of address."""

_ADDRESS = re.compile(
    r"\bhttps?://[^\s<>\"'«»\\^`{|}\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+", re.I
)
"""An address in running text; invisible letters and those that turn the reading round end it."""
_ENDS_A_SENTENCE = ".,;:!?)]'’”…"


def clean(html: str) -> Markup:
    """HTML that somebody else wrote, with only what an article may hold."""
    return Markup(_CLEAN.clean(html))


def markdown(text: str) -> Markup:
    """HTML of a text; cleaned though HTML in it is off, because a second lock costs nothing."""
    return clean(_markdown.render(text))


def linked(text: str) -> Markup:
    """The text as it was written, its http(s) addresses as links that tell the other site nothing of us."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = _without_the_sentence(found[0])
        if not _is_plain(address):
            continue
        parts += (escape(text[end : found.start()]), _link(address))
        end = found.start() + len(address)
    return Markup("").join([*parts, escape(text[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(address)


def _without_the_sentence(address: str) -> str:
    """«(se https://fjordvik.example/a_(b)).» -> «https://fjordvik.example/a_(b)»."""
    while address and address[-1] in _ENDS_A_SENTENCE:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _is_plain(address: str) -> bool:
    """It has a host, and no name before it: «https://nav.no@evil.example» reads as another place than it goes to."""
    host = re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)[0]
    return bool(host) and "@" not in host
