"""What an agreement promises, in words a colleague understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.expected import Asked, Expected, expected
from app.tickets.lifecycle import PRIORITY
from app.web.i18n import _
from app.web.words import promised
from service_catalog.schema import Service


@dataclass(frozen=True)
class PromiseView:
    """How soon somebody answers and when it is usually done, for an ordinary case."""

    agreement: str
    response: str
    solution: str
    expected_at: datetime
    """If it is sent now."""


def promise_for(service: Service, published: Published, language: str, *, at: datetime) -> PromiseView:
    agreement = published.agreement_at(service.agreement, at)
    promise = agreement.promise(PRIORITY[service.impact, service.urgency])
    calendar = published.calendar(agreement.calendar)
    return PromiseView(
        agreement=agreement.name,
        response=promised(promise.response, language),
        solution=promised(promise.solution, language),
        expected_at=calendar.after(at, promise.solution.target(calendar, at)),
    )


async def usual_for(
    session: AsyncSession, service: Service, published: Published, *, at: datetime
) -> Expected | None:
    """How it goes with such tickets, for an ordinary one sent now; None when too little is known."""
    priority = PRIORITY[service.impact, service.urgency]
    version = published.agreement_at(service.agreement, at).version
    asked = Asked(service.key, priority, service.unit, service.agreement, version, at)
    return await expected(session, asked, published=published, at=at)


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


def agreements(published: Published, language: str, *, at: datetime) -> tuple[AgreementView, ...]:
    """Every agreement that a service stands under."""
    found = []
    for agreement in published.agreements_at(at):
        services = [s for s in published.catalogue.services.values() if s.agreement == agreement.name]
        if not services:
            continue
        unit = published.catalogue.units.get(agreement.provider)
        rows = tuple(
            LevelRow(
                PRIORITIES[priority],
                promised(promise.response, language),
                promised(promise.solution, language),
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
