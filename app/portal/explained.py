"""Words explained where they are used: `[[gevinst]]en` and `[[key|shown]]` open the glossary's text."""

from __future__ import annotations

import re
from itertools import count

from markupsafe import Markup, escape

from service_catalog.schema import Catalogue

_TERM = re.compile(r"\[\[([a-z0-9-]+)(?:\|([^\]]+))?\]\](\w*)")
_NEXT_ID = count(1)


def explained(text: str, catalogue: Catalogue, language: str) -> Markup:
    """The text as HTML, each term a button that opens its meaning: a popover, which needs no script."""
    parts: list[Markup] = []
    end = 0
    for found in _TERM.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(_term(found[1], (found[2] or found[1]) + found[3], catalogue, language))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def plain(text: str) -> str:
    """The same text without its marks, where HTML cannot stand."""
    return _TERM.sub(lambda found: (found[2] or found[1]) + found[3], text)


def _term(key: str, shown: str, catalogue: Catalogue, language: str) -> Markup:
    term = catalogue.glossary.get(key)
    if term is None:
        return escape(shown)
    # Unique on the page is all an id must be; a process-wide count is that too.
    popover = f"ord-{next(_NEXT_ID) % 1_000_000}"
    return Markup(
        '<button type="button" class="term" popovertarget="{id}">{shown}</button>'
        '<span popover id="{id}" class="term-meaning"><b>{term}</b> {meaning}</span>'
    ).format(
        id=popover,
        shown=shown,
        term=term.term.in_language(language),
        meaning=plain(term.meaning.in_language(language)),
    )
