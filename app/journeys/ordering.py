"""A unit's step as a ticket: the service's own form, answered from what is known of the job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.me import load_actor
from app.journeys.models import JourneyRow, JourneyStep
from app.people.models import Engagement, OrgUnit, Person
from app.tickets.opening import NewTicket, open_ticket
from app.web.i18n import _, say
from service_catalog.journey_schema import Fact, Step
from service_catalog.schema import Authority, Channel
from sla.zone import day_of

SUBJECT = _("%(title)s: %(name)s")
SHIELDED = _("skjermet person")


async def order_step(
    session: AsyncSession, row: JourneyRow, step: JourneyStep, said: Step, *, published: Published
) -> int:
    """Open the ticket on behalf of whoever ordered the journey; its id.

    Whoever may hire has said yes before a journey goes on, so that nobody with authority over personnel is asked again.
    Raises what opening a ticket raises; nothing of the ticket is left then.
    """
    assert said.ticket is not None
    asker = await load_actor(session, row.ordered_by_id)
    facts = await _facts(session, row, step, asker.language)
    service = published.service(said.ticket.service)
    answers = {field: facts[fact] for field, fact in said.ticket.fill.items() if facts[fact] is not None}
    fixed = {field: _answer(value) for field, value in said.ticket.fixed.items()}
    new = NewTicket(
        service=service.key,
        subject=say(
            asker.language, SUBJECT, title=said.title.in_language(asker.language), name=facts[Fact.NAME]
        ),
        description="",
        answers=answers | fixed,
        requester_id=row.ordered_by_id,
        channel=Channel.PORTAL,
        about=row.person_id,
        approvals=tuple(rule for rule in service.approvals if rule.authority != Authority.PERSONAL),
    )
    async with session.begin_nested():
        ticket = await open_ticket(session, new, by=asker, published=published)
        await session.flush()
    return ticket.id


def _answer(written: str | tuple[str, ...]) -> Any:
    """As a form's answer: several choices are a list, and yes and no are what they say."""
    if isinstance(written, tuple):
        return list(written)
    return {"yes": True, "no": False}.get(written, written)


async def _facts(
    session: AsyncSession, row: JourneyRow, step: JourneyStep, language: str
) -> Mapping[Fact, Any]:
    """As a form's answers are written; None for what there is nothing of."""
    query = (
        select(Engagement, OrgUnit, Person.name, Person.shielded)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .join(Person, Person.id == Engagement.person_id)
        .where(Engagement.id == row.engagement_id)
    )
    engagement, place, name, shielded = (await session.execute(query)).one()
    on = day_of(await database_now(session))

    def day(value: date | None) -> str | None:
        return value.isoformat() if value else None

    return {
        Fact.PERSON: str(row.person_id),
        # A subject stands in lists: whoever is shielded is named in the case only.
        Fact.NAME: say(language, SHIELDED) if shielded else name,
        Fact.POSITION: f"{engagement.title} ({engagement.position_code})",
        Fact.PERCENT: str(max(1, round(engagement.percent))),
        Fact.PLACE: str(place.id),
        Fact.FIRST_DAY: day(engagement.starts_on),
        Fact.LAST_DAY: day(engagement.ends_on),
        Fact.FROM_DAY: day(max(on, row.day)),
        Fact.DUE_DAY: day(max(on, day_of(step.due_at))),
        Fact.ANSVAR: place.ansvar,
        Fact.TJENESTE: place.tjeneste,
    }
