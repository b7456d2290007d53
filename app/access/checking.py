"""Whether a grant may still be given, asked at the very moment it is (promise P9).

The plan must still say that it is wanted, what it asks for must have been shown, and a yes holds only for what was
asked, from somebody who may still say it.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Grant, Way
from app.access.plan import Held, Line, Standing, plan
from app.access.queries import persons_of_plan, today
from app.access.targets import Targets
from app.approvals.actions import digest_of
from app.approvals.models import Approval, Outcome
from app.catalogue.published import Published
from app.errors import NotFound
from app.people.models import Person
from app.people.queries import holders
from app.tickets.models import Ticket
from app.tickets.opening import approved_content
from service_catalog.access_schema import Approver, Entitlement
from service_catalog.schema import ApprovalRule, Authority, Whose

RULES: dict[Approver, tuple[ApprovalRule, ...]] = {
    Approver.NONE: (),
    Approver.LEADER: (ApprovalRule(authority=Authority.PERSONAL, whose=Whose.LEADER, recent_sign_in=True),),
    Approver.OWNER: (
        ApprovalRule(authority=Authority.PROFESSIONAL, whose=Whose.LEADER, recent_sign_in=True),
    ),
}
"""Who says yes: nobody but whoever hired, whoever leads them, or whoever answers for the unit's field."""


class Objection(StrEnum):
    """Why it is not given after all."""

    NOT_WANTED = "not_wanted"
    """Nothing gives it any more."""
    MISSING = "missing"
    """Something must be shown first."""
    NOT_APPROVED = "not_approved"
    CHANGED = "changed"
    """What was approved is not what would be given."""
    APPROVER = "approver"
    """Whoever said yes may no longer say it."""
    NOT_CONNECTED = "not_connected"
    """The system gives nothing by itself any more."""
    UNKNOWN_PERSON = "unknown_person"
    """They are not active, or have nothing that the other system may know them by."""


def digest_of_grant(one: Entitlement, targets: Targets, person_id: int, way: Way) -> bytes:
    """What a yes is a yes to, in the catalogue and over there: another risk or another group is another thing."""
    thing = targets.thing(one)
    return digest_of(
        {
            "person": person_id,
            "way": way,
            "entitlement": one.key,
            "system": one.system,
            "risk": one.risk,
            "approval": one.approval,
            "requires": sorted(one.requires),
            "conflicts": sorted(one.conflicts),
            "thing": None if thing is None else [thing.sort, thing.ref],
        }
    )


async def line_of(
    session: AsyncSession, published: Published, person_id: int, key: str
) -> tuple[Line, Held | None]:
    """What the plan says of one entitlement today. Raises NotFound when it says nothing."""
    on = await today(session)
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    for line in plan(published.catalogue.access, person, on):
        if line.entitlement == key:
            return line, next((held for held in person.held if held.entitlement == key), None)
    raise NotFound


async def why_not(
    session: AsyncSession,
    published: Published,
    targets: Targets,
    grant: Grant,
    digest: bytes | None,
    ticket_id: int | None,
) -> Objection | None:
    """None: it may be given now. `digest` is of what was asked for, `ticket_id` where it was approved."""
    one = published.catalogue.access.entitlements.get(grant.entitlement)
    if one is None:
        return Objection.NOT_WANTED
    if targets.thing(one) is None:
        return Objection.NOT_CONNECTED
    if digest != digest_of_grant(one, targets, grant.person_id, Way.GIVE):
        return Objection.CHANGED
    try:
        line, _held = await line_of(session, published, grant.person_id, one.key)
    except NotFound:
        return Objection.NOT_WANTED
    if line.standing is Standing.SUPERFLUOUS:
        return Objection.NOT_WANTED
    if line.missing:
        return Objection.MISSING
    active = select(Person.id).where(Person.id == grant.person_id, Person.active)
    if (await session.execute(active)).one_or_none() is None:
        return Objection.UNKNOWN_PERSON
    return await _not_approved(session, one, grant.person_id, ticket_id)


async def _not_approved(
    session: AsyncSession, one: Entitlement, person_id: int, ticket_id: int | None
) -> Objection | None:
    if ticket_id is None:
        return Objection.NOT_APPROVED if RULES[one.approval] else None
    asked = select(Approval).where(Approval.subject_kind == "ticket", Approval.subject_id == ticket_id)
    approvals = (await session.scalars(asked)).all()
    ticket = (await session.scalars(select(Ticket).where(Ticket.id == ticket_id))).one_or_none()
    if ticket is None or len(approvals) < len(RULES[one.approval]):
        return Objection.NOT_APPROVED
    content = digest_of(approved_content(ticket))
    for approval in approvals:
        own = {person_id, *approval.concerned}
        if approval.outcome is not Outcome.APPROVED or approval.decided_by_id in own:
            return Objection.NOT_APPROVED
        if approval.digest != content:
            return Objection.CHANGED
        if approval.decided_by_id not in await holders(session, approval.authority, approval.scope):
            return Objection.APPROVER
    return None
