"""The addresses of the queue: which list, which filter, which page; and the way back after a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote, urlencode

from app.errors import NotFound

Filter = Literal["all", "breached", "soon", "unassigned", "mine", "handed_over", "waiting"]

FIRST_LINE = "forstelinja"
NEEDS = "/behov"
FILTERS: dict[str, Filter] = {
    "alle": "all",
    "over-frist": "breached",
    "under-en-time": "soon",
    "ingen-har-tatt": "unassigned",
    "mine": "mine",
    "sendt-videre": "handed_over",
    "venter": "waiting",
}
"""What may stand in `vis`, and the filter of the queue it means. Anything else is 404."""


@dataclass(frozen=True)
class QueueAddress:
    """One queue as it is looked at. `queue` is a unit's key or «forstelinja»."""

    queue: str
    show: str = "alle"
    service: str | None = None
    words: str | None = None
    after: str | None = None
    selected: str | None = None

    @property
    def unit(self) -> str | None:
        """None is the first line's queue: all units."""
        return None if self.queue == FIRST_LINE else self.queue

    @property
    def filter(self) -> Filter:
        if self.show not in FILTERS:
            raise NotFound
        return FILTERS[self.show]

    @property
    def href(self) -> str:
        return "/desk/ko?" + self._query()

    @property
    def list_href(self) -> str:
        """The block of counters and rows alone, for the live update."""
        return "/desk/ko/liste?" + self._query()

    @property
    def stream_href(self) -> str:
        return "/desk/strom?" + urlencode({"enhet": self.queue})

    def showing(self, show: str) -> QueueAddress:
        """Another filter starts at its first page; what was searched for stays."""
        return replace(self, show=show, after=None, selected=None)

    def of_service(self, service: str | None) -> QueueAddress:
        return replace(self, service=service, after=None, selected=None)

    def next_page(self, after: str) -> QueueAddress:
        return replace(self, after=after, selected=None)

    def first_page(self) -> QueueAddress:
        return replace(self, after=None, selected=None)

    def selecting(self, number: str | None) -> QueueAddress:
        return replace(self, selected=number)

    def _query(self) -> str:
        parts = {
            "enhet": self.queue,
            "vis": None if self.show == "alle" else self.show,
            "tjeneste": self.service,
            "q": self.words,
            "etter": self.after,
            "sak": self.selected,
        }
        return urlencode({name: value for name, value in parts.items() if value})


def ticket_address(number: str) -> str:
    return f"/desk/saker/{quote(number, safe='')}"


def way_back(wanted: str | None, otherwise: str) -> str:
    """Where a form returns to: a page of the desk or the list of needs, or `otherwise`. Never another site (open redirect)."""
    if wanted is None or not wanted.startswith(("/desk/", NEEDS)):
        return otherwise
    if any(not (c.isascii() and c.isprintable()) or c in "\\ " for c in wanted) or "//" in wanted:
        return otherwise
    return wanted
