"""Words explained where they stand: «[[ansvar]]», or «[[ansvar|ansvarsnummeret]]» to show another word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service_catalog.schema import Term

MENTION = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]|]+))?\]\]")


@dataclass(frozen=True)
class Mention:
    """A word in a text that can be explained."""

    key: str
    shown: str
    meaning: str


def mentioned(text: str) -> list[str]:
    """The keys of the terms that the text mentions."""
    return [found.group(1) for found in MENTION.finditer(text)]


def pieces(text: str, glossary: Mapping[str, Term], language: str) -> Iterator[str | Mention]:
    """The text in order, with each mention as a `Mention`; a word without meaning stays a plain word."""
    at = 0
    for found in MENTION.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        key, shown = found.group(1), found.group(2)
        term = glossary.get(key)
        if term is None:
            yield shown or key
        else:
            shown = shown or term.term.in_language(language).lower()
            yield Mention(key, shown, term.meaning.in_language(language))
        at = found.end()
    if at < len(text):
        yield text[at:]
