"""An Adaptive Card in the envelope that a workflow of Teams («When a Teams webhook request is received») takes.

Source: Microsoft Learn, «Create incoming webhooks with Workflows for Microsoft Teams»; adaptivecards.io, schema 1.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VERSION = "1.4"
"""The newest that Teams shows on every phone."""
CARD = "application/vnd.microsoft.card.adaptive"
LARGEST = 28_000
"""Bytes of one message; Teams refuses more."""


@dataclass(frozen=True)
class Item:
    """One line that leads somewhere. Its texts are shown as they are written: no Markdown is read in them."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Part:
    heading: str
    items: tuple[Item, ...]
    more: str = ""


@dataclass(frozen=True)
class Button:
    title: str
    url: str


@dataclass(frozen=True)
class Card:
    language: str
    """BCP 47: «nb», «nn», «en»."""
    title: str
    lead: str
    parts: tuple[Part, ...]
    buttons: tuple[Button, ...]


def body_of(card: Card) -> bytes:
    """The message, never larger than is taken: what is least pressing is left out, from the end."""
    parts = [(part, list(part.items)) for part in card.parts]
    while True:
        body = json.dumps(_message(card, parts), ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) <= LARGEST or not parts:
            return body
        if parts[-1][1]:
            parts[-1][1].pop()
        else:
            parts.pop()


def _message(card: Card, parts: list[tuple[Part, list[Item]]]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": card.language,
        # Shown in the notification on a locked phone.
        "fallbackText": card.title,
        "msteams": {"width": "Full"},
        "body": list(_blocks(card, parts)),
        "actions": [
            {"type": "Action.OpenUrl", "title": each.title, "url": each.url} for each in card.buttons
        ],
    }
    attachment = {"contentType": CARD, "contentUrl": None, "content": content}
    return {"type": "message", "summary": card.title, "attachments": [attachment]}


def _blocks(card: Card, parts: list[tuple[Part, list[Item]]]) -> Iterator[dict[str, Any]]:
    yield _text(card.title, weight="Bolder", size="Large", style="heading")
    yield _text(card.lead)
    for part, items in parts:
        yield _text(part.heading, weight="Bolder", spacing="Large")
        for item in items:
            yield _item(item)
        if part.more:
            yield _text(part.more, isSubtle=True)


def _item(item: Item) -> dict[str, Any]:
    """A RichTextBlock, which reads no Markdown: what another system wrote could be a link elsewhere."""
    link = {"type": "Action.OpenUrl", "title": item.title, "url": item.url}
    runs = [{"type": "TextRun", "text": item.title, "selectAction": link, "underline": True}]
    if item.detail:
        runs.append({"type": "TextRun", "text": f" – {item.detail}", "isSubtle": True})
    return {"type": "RichTextBlock", "inlines": runs, "spacing": "Small"}


def _text(text: str, **style: Any) -> dict[str, Any]:
    """Our own words only: a TextBlock reads Markdown."""
    return {"type": "TextBlock", "text": text, "wrap": True, **style}
