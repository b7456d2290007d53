"""What an agreement promises, in words a colleague understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalogue.published import Published
from app.tickets.lifecycle import PRIORITY
from app.web.i18n import _
from app.web.words import working_time
from service_catalog.schema import Service
from sla.calendar import CalendarSource


@dataclass(frozen=True)
class PromiseView:
    """How soon somebody answers and when it is usually done, for an ordinary case."""

    agreement: str
    response: str
    solution: str
    expected_at: datetime
    """If it is sent now."""


def day_length(source: CalendarSource) -> timedelta:
    """The longest ordinary day of the week; a calendar that never opens counts ordinary days of 24 hours."""
    minutes = [sum(window.closes - window.opens for window in windows) for windows in source.weekly.values()]
    return timedelta(minutes=max(minutes, default=0) or 24 * 60)


def promise_for(service: Service, published: Published, language: str, *, at: datetime) -> PromiseView:
    agreement = published.agreement(service.agreement)
    promise = agreement.promise(PRIORITY[service.impact, service.urgency])
    length = day_length(published.calendar_sources[agreement.calendar])
    return PromiseView(
        agreement=agreement.name,
        response=working_time(promise.response, length, language),
        solution=working_time(promise.solution, length, language),
        expected_at=published.calendar(agreement.calendar).after(at, promise.solution),
    )


@dataclass(frozen=True)
class LevelRow:
    priority: str
    response: str
    solution: str


@dataclass(frozen=True)
class AgreementView:
    key: str
    title: str
    unit: str
    owner: str
    revised: object
    pauses: tuple[str, ...]
    rows: tuple[LevelRow, ...]
    services: tuple[tuple[str, str], ...]
    """(key, title) of the services it covers."""


PRIORITIES: dict[str, str] = {
    "critical": _("Kritisk"),
    "high": _("Høy"),
    "normal": _("Vanlig"),
    "low": _("Lav"),
}
PAUSES: dict[str, str] = {
    "requester": _("svar fra deg"),
    "approval": _("godkjenning"),
    "supplier": _("en leverandør"),
    "date": _("en avtalt dato"),
}


def agreements(published: Published, language: str) -> tuple[AgreementView, ...]:
    """Every agreement that a service stands under."""
    found = []
    for agreement in published.agreements.values():
        services = [s for s in published.catalogue.services.values() if s.agreement == agreement.name]
        if not services:
            continue
        length = day_length(published.calendar_sources[agreement.calendar])
        unit = published.catalogue.units.get(agreement.provider)
        rows = tuple(
            LevelRow(
                PRIORITIES[priority],
                working_time(promise.response, length, language),
                working_time(promise.solution, length, language),
            )
            for priority, promise in ((key, agreement.promise(key)) for key in PRIORITIES)
        )
        found.append(
            AgreementView(
                key=agreement.name,
                title=str(getattr(agreement.title, language)),
                unit=unit.title.in_language(language) if unit else agreement.provider,
                owner=agreement.owner,
                revised=agreement.revised_on,
                pauses=tuple(PAUSES[reason] for reason in agreement.pauses_on),
                rows=rows,
                services=tuple((s.key, s.title.in_language(language)) for s in services),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.unit, one.title)))
