"""What lives may depend on, and nobody has said is needed still: it stays, and whoever gives it back is told, once each time.

The plan never takes it (`must_confirm`). The unit of its system gets a case that says who does emergency restore round the
clock, so that the silence ends in somebody's hands; the leader sees it in the grid and in the review all the while.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.checking import line_of
from app.access.models import Grant
from app.access.plan import Line, State
from app.access.queries import today
from app.access.words import restorer_in
from app.catalogue.published import Published, published_or_none
from app.errors import NotFound
from app.events.log import record, take
from app.identity.actor import system_actor
from app.people.leading import leader_of
from app.tickets.opening import NewTicket, open_ticket
from app.web.i18n import _, say
from service_catalog.access_schema import CONFIRM, Access
from service_catalog.schema import Channel
from sla.zone import day_of

ESCALATOR = system_actor("access.escalate")
BATCH = 20
AGAIN = timedelta(days=30)
"""While nobody answers it is said once more."""
SUBJECT = _("Ingen har bekreftet tilgangen: %(title)s")
WHY = _(
    "Tiden tilgangen var gitt for, gikk ut %(day)s, og ingen har sagt om den trengs. Den står, fordi liv og helse kan "
    "avhenge av den. Avklar med lederen, som bekrefter eller avslutter den i tilgangsoversikten. Blir den borte, gis den "
    "tilbake hele døgnet av: %(restore)s."
)


async def escalate(session: AsyncSession) -> int:
    """One batch; how many cases were opened. Twice changes nothing."""
    published = await published_or_none(session)
    if published is None:
        return 0
    access, on = published.catalogue.access, await today(session)
    if CONFIRM not in access.orders:
        return 0
    late = _late(access, on)
    query = select(Grant.id).where(late, _is_to_be_said(on)).order_by(Grant.since, Grant.id).limit(BATCH)
    opened = 0
    for grant_id in (await session.scalars(query)).all():
        try:
            grant, at = await take(session, Grant, Grant.id == grant_id, late, _is_to_be_said(on))
            line, _held = await line_of(session, published, grant.person_id, grant.entitlement)
        except NotFound:
            continue
        # Looked at, whatever comes of it: what a new job gives is nobody's question until its time is over again.
        grant.escalated_on = on
        if line.must_confirm and line.on is not None and line.on < on:
            await _tell(session, published, grant, line, line.on, at=at)
            opened += 1
        await session.flush()
    return opened


def _late(access: Access, on: date) -> ColumnElement[bool]:
    """Of what lives may depend on: given for a time that is over."""
    ours = [one for one in access.entitlements.values() if one.life_and_health]
    return and_(
        Grant.state == State.GRANTED,
        or_(
            Grant.entitlement.in_([one.key for one in ours]) & (Grant.until < on),
            *(
                (Grant.entitlement == one.key) & (Grant.since < on - timedelta(days=one.max_days))
                for one in ours
                if one.max_days is not None
            ),
        ),
    )


def _is_to_be_said(on: date) -> ColumnElement[bool]:
    """It never was, or so long ago that it is said again; or it was confirmed since."""
    said = Grant.escalated_on
    return or_(said.is_(None), said <= on - AGAIN, func.coalesce(Grant.since > said, False))


async def _tell(
    session: AsyncSession, published: Published, grant: Grant, line: Line, day: date, *, at: datetime
) -> None:
    one = published.catalogue.access.entitlements[line.entitlement]
    system = published.catalogue.access.systems[one.system]
    order = published.catalogue.access.orders[CONFIRM]
    language = ESCALATOR.language
    title = one.title.in_language(language)
    answers = {order.person: str(grant.person_id), order.what: title, order.day: day_of(at).isoformat()}
    if order.why is not None:
        answers[order.why] = say(
            language,
            WHY,
            day=f"{day:%d.%m.%Y}",
            restore=restorer_in(published.catalogue.access, one, language),
        )
    new = NewTicket(
        service=order.service,
        subject=say(language, SUBJECT, title=title),
        description="",
        answers=answers | order.fixed,
        requester_id=await leader_of(session, grant.person_id) or grant.person_id,
        channel=Channel.PORTAL,
        unit=system.unit,
        approvals=(),
        about=grant.person_id,
    )
    ticket = await open_ticket(session, new, by=ESCALATOR, published=published)
    record(grant, "grant.escalated", by=ESCALATOR, at=at, ticket_id=ticket.id)
