"""What an agreement promises, in words a colleague understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.expected import Asked, Expected, expected
from app.tickets.lifecycle import PRIORITY
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
