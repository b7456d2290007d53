"""What each page of the desk shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.desk.addresses import QueueAddress
from app.desk.relay import Leg
from app.events.models import Event
from app.people.queries import PersonRef
from app.tickets.queries import QueueRow, TicketView
from service_catalog.schema import Mandate, Service, Unit

Tone = Literal["danger", "warning", "accent", "neutral"]


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
class ServiceFilter:
    key: str
    title: str


@dataclass(frozen=True)
class QueueList:
    """The part that is fetched again when the list changes."""

    address: QueueAddress
    counters: list[Counter]
    handovers: list[QueueRow]
    rows: list[QueueRow]
    next_href: str | None
    my_id: int
    now: datetime


@dataclass(frozen=True)
class QueuePage:
    """`unit_title` is None in the first line's queue."""

    unit_title: str | None
    tabs: list[QueueTab]
    services: list[ServiceFilter]
    list: QueueList
    preview: TicketPreview | None


@dataclass(frozen=True)
class TicketPreview:
    ticket: TicketView
    service: Service
    close_href: str


@dataclass(frozen=True)
class Answer:
    """One answer of the order form as a person reads it; several lines for a group."""

    label: str
    lines: list[str]


@dataclass(frozen=True)
class Due:
    """«Slik er fristen regnet ut»: the promise of the agreement, what has been used, and what remains.

    Durations are working time of the agreement's calendar.
    """

    kind: str
    state: str
    target: timedelta
    used: timedelta
    used_percent: int
    due_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True)
class Tried:
    """A form that could not be saved: which, what was typed in it, and why not."""

    verb: str
    values: Mapping[str, str]
    status: int
    sentence: str
    field_errors: list[dict[str, str]] = field(default_factory=list)
    changes: list[Event] | None = None
    """What others did since the page was read; None unless that is why."""


@dataclass(frozen=True)
class TicketPage:
    ticket: TicketView
    service: Service
    unit: Unit
    units: list[Unit]
    answers: list[Answer]
    dues: list[Due]
    legs: list[Leg]
    colleagues: list[PersonRef]
    names: Mapping[int, str]
    routed_because: str | None
    """The reason the routing rule gives; None when the service or a person decided."""
    mandate: tuple[Mandate, ...]
    agreement_title: str
    calendar_title: str
    done: str | None
    tried: Tried | None
    my_id: int
    now: datetime


@dataclass(frozen=True)
class Caller:
    """The card of whoever calls: enough to help, nothing more."""

    person: PersonRef
    role_title: str | None
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
    title: str
    times: int


@dataclass(frozen=True)
class ServiceChoice:
    key: str
    title: str
    summary: str
    unit_title: str
    mandate: tuple[Mandate, ...]


@dataclass(frozen=True)
class RegisterPage:
    """`values` is what stands in the fields now; the two lists are what was searched for, None before a search."""

    values: Mapping[str, str]
    callers: list[PersonRef] | None
    caller: Caller | None
    services: list[ServiceChoice] | None
    service: ServiceChoice | None
    popular: list[ServiceChoice]
    tried: Tried | None
    registered: Registered | None


@dataclass(frozen=True)
class Registered:
    """The ticket that was just made: where it landed, and why."""

    number: str
    unit_title: str
    reason: str | None
    is_solved: bool
    is_visible: bool


@dataclass(frozen=True)
class SearchFound:
    number: str
    subject: str
    requester_name: str
    service_title: str
    unit_title: str
    status: str
    opened_at: datetime


@dataclass(frozen=True)
class SearchPage:
    words: str
    hits: list[SearchFound]
    next_href: str | None
    truncated_at: int | None
    """How many of the newest hits are shown, when there are more; else None."""
