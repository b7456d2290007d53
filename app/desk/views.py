"""What each page of the desk shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.clocks.compute import ClockState
from app.clocks.promised import OUGHT_BY_THE_UNIT
from app.desk.addresses import QueueAddress
from app.desk.relay import Leg
from app.people.queries import PersonRef
from app.portal.order_form import FieldView
from app.tickets.expecting import Expectation
from app.tickets.queries import QueueRow
from app.tickets.view import ClockView, EventView, TicketView
from app.web.answers import AnswerLine
from app.web.sla_bar import SlaBar, sla_bar
from service_catalog.schema import Catalogue

Tone = Literal["danger", "warning", "accent", "neutral"]


@dataclass(frozen=True)
class Titles:
    """What services and units are called in the reader's language. One that has left the catalogue keeps its key."""

    services: Mapping[str, str]
    units: Mapping[str, str]

    def service(self, key: str) -> str:
        return self.services.get(key, key)

    def unit(self, key: str) -> str:
        return self.units.get(key, key)


def titles_in(catalogue: Catalogue, language: str) -> Titles:
    return Titles(
        {key: service.title.in_language(language) for key, service in catalogue.services.items()},
        {key: unit.title.in_language(language) for key, unit in catalogue.units.items()},
    )


@dataclass(frozen=True)
class QueueTab:
    """One of the agent's queues. `title` is None for the first line's."""

    title: str | None
    href: str
    is_current: bool


@dataclass(frozen=True)
class Counter:
    """`show` is the word of the address, and picks the counter's text."""

    show: str
    number: int
    tone: Tone
    href: str
    is_current: bool


@dataclass(frozen=True)
class QueueLine:
    """`can_take`: nobody has it, it is the reader's unit's, and it can be worked on now."""

    row: QueueRow
    bar: SlaBar
    can_take: bool
    select_href: str
    """The queue with this ticket beside it."""


@dataclass(frozen=True)
class QueueList:
    """The part that is fetched again when the list changes."""

    address: QueueAddress
    counters: list[Counter]
    handovers: list[QueueLine]
    lines: list[QueueLine]
    next_href: str | None
    my_id: int
    titles: Titles


@dataclass(frozen=True)
class TicketPreview:
    ticket: TicketView
    bar: SlaBar | None
    close_href: str
    back_href: str
    titles: Titles


@dataclass(frozen=True)
class QueuePage:
    """`unit_title` is None in the first line's queue; `services` are titles by key."""

    unit_title: str | None
    tabs: list[QueueTab]
    services: Mapping[str, str]
    list: QueueList
    preview: TicketPreview | None
    owns_systems: bool
    """One of the reader's units answers for a system that people have access to."""


@dataclass(frozen=True)
class Due:
    """One promise: the clock as it reads now, what it is called, and how it is drawn."""

    clock: ClockView
    name: str
    bar: SlaBar


@dataclass(frozen=True)
class Tried:
    """A form that could not be saved: which, what was typed in it, and why not."""

    verb: str
    values: Mapping[str, str]
    status: int
    sentence: str
    field_errors: list[dict[str, str]] = field(default_factory=list)
    changes: list[EventView] | None = None
    """What others did since the page was read; None unless that is why."""


@dataclass(frozen=True)
class TicketPage:
    """`routed_because`: the sentence of the routing rule; None when the service or a person decided."""

    ticket: TicketView
    title: str
    units: list[tuple[str, str]]
    """Key and title of every other unit."""
    versions: list[tuple[int, str]]
    """Other adopted versions of its agreement; none when the reader may not choose among them."""
    services: list[tuple[str, str]]
    """Key and title of every service it may be instead; none when the reader may not change it."""
    unit_phone: str
    owner: str
    answers: tuple[AnswerLine, ...]
    dues: list[Due]
    expectation: Expectation
    legs: list[Leg]
    colleagues: list[PersonRef]
    names: Mapping[str, str]
    """«person:7» -> a name."""
    routed_because: str | None
    mandate: list[MandateLine]
    solution: str
    """What a solution of it begins as; empty for most."""
    agreement: str
    opening_hours: str
    done: str | None
    tried: Tried | None
    my_id: int
    by_glass: bool
    titles: Titles
    numbers_at: str
    """Where hidden identity numbers are shown; empty for who may not see them."""

    @property
    def bar(self) -> SlaBar | None:
        return nearest_bar(self.ticket)

    def typed(self, verb: str, name: str, otherwise: str = "") -> str:
        """What stands in a field: what was typed in a form that could not be saved, else `otherwise`."""
        return self.tried.values.get(name, otherwise) if self.tried and self.tried.verb == verb else otherwise

    def wrong(self, verb: str, name: str) -> str:
        """The sentence under a field that is wrong."""
        if self.tried is None or self.tried.verb != verb:
            return ""
        return next((found["detail"] for found in self.tried.field_errors if found["field"] == name), "")


@dataclass(frozen=True)
class MandateLine:
    """What the first line may decide itself."""

    may: str
    limit_nok: int | None


def bar_of(clock: ClockView, at: datetime) -> SlaBar:
    done = clock.state in (ClockState.MET, ClockState.MISSED, ClockState.CANCELLED)
    breached = clock.breached_at is not None
    return sla_bar(clock.due_at, clock.used_percent, at=at, breached=breached, done=done)


def nearest_bar(ticket: TicketView) -> SlaBar | None:
    """The clock that matters first: the running one that is due soonest, else one that is paused."""
    owed = [clock for clock in ticket.clocks if clock.kind in OUGHT_BY_THE_UNIT]
    open_clocks = [clock for clock in owed if clock.state in (ClockState.RUNNING, ClockState.PAUSED)]
    running = sorted(
        (clock for clock in open_clocks if clock.due_at), key=lambda clock: clock.due_at or ticket.now
    )
    chosen = running or open_clocks or owed
    return bar_of(chosen[0], ticket.now) if chosen else None


@dataclass(frozen=True)
class Caller:
    """The card of whoever calls: enough to help, nothing more."""

    person: PersonRef
    role_title: str | None
    org_unit_id: int | None
    tickets: list[CallerTicket]
    services: list[CallerService]


@dataclass(frozen=True)
class CallerTicket:
    number: str
    subject: str
    status: str
    waiting_for: str | None
    unit: str
    opened_at: datetime


@dataclass(frozen=True)
class CallerService:
    key: str
    times: int


@dataclass(frozen=True)
class ServiceChoice:
    key: str
    title: str
    summary: str
    unit_title: str
    mandate: list[MandateLine]


@dataclass(frozen=True)
class RegisterPage:
    """`values` is what stands in the fields now; the two lists are what was searched for, None before a search."""

    values: Mapping[str, str]
    callers: list[PersonRef] | None
    caller: Caller | None
    services: list[ServiceChoice] | None
    service: ServiceChoice | None
    fields: tuple[FieldView, ...]
    tried: Tried | None
    registered: Registered | None
    key: str
    titles: Titles

    def wrong(self, name: str) -> str:
        """The sentence under a field that is wrong."""
        found = self.tried.field_errors if self.tried else []
        return next((wrong["detail"] for wrong in found if wrong["field"] == name), "")


@dataclass(frozen=True)
class Registered:
    """The ticket that was just made: where it landed, and why."""

    number: str
    unit_title: str
    reason: str | None
    is_solved: bool
    is_visible: bool


@dataclass(frozen=True)
class SearchPage:
    """`truncated`: only the newest hits were ranked, and the page says so."""

    words: str
    lines: list[QueueLine]
    next_href: str | None
    truncated: bool
    searched: int
    titles: Titles
