"""What a newcomer may read before anybody knows who they are: a personal link, and nothing personal behind it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.deliveries.queue import deliver_later
from app.errors import Conflict, NotFound
from app.events.log import database_now, record, take
from app.identity.actor import Actor
from app.identity.codes import code_of, new_code, read_code
from app.identity.hashing import token_hash
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState, WelcomeLink
from app.journeys.planning import is_for_day_one
from app.journeys.policy import visible_to
from app.people.models import Engagement, Hire, HireState, OrgUnit, Person
from app.settings import Settings
from service_catalog.journey_schema import JourneyKind
from sla.zone import ZONE, day_of

LASTS = timedelta(days=14)
"""After the first day; then everything is behind sign-in."""
TOPIC = "welcome.link"


@dataclass(frozen=True)
class Told:
    """One thing that happens, in the newcomer's words."""

    text: str
    on: date
    is_done: bool


@dataclass(frozen=True)
class Welcome:
    """No name, no title, no pay: whoever holds the link may be anybody."""

    place: str
    day: date
    meets: str
    leader: str
    before: tuple[Told, ...]
    after: tuple[Told, ...]


@dataclass(frozen=True)
class LinkState:
    expires_at: datetime
    opened_at: datetime | None


async def make_link(
    session: AsyncSession, journey_id: int, *, by: Actor, settings: Settings
) -> tuple[str, str]:
    """(the code, the address it is mailed to or nothing). Shown now and never again; an older link is over.

    Raises NotFound for others' journeys, Conflict when it is over or nobody has said yes.
    """
    row, hire, at = await _theirs(session, journey_id, by=by)
    if hire.confirmed_by_id is None:
        raise Conflict("journeys.not_confirmed")
    await _revoke(session, row.id, at)
    link = WelcomeLink(
        journey_id=row.id,
        made_by_id=by.person_id or row.owner_id,
        made_at=at,
        expires_at=datetime.combine(row.day + LASTS, time(), tzinfo=ZONE),
    )
    session.add(link)
    await session.flush()
    code = code_by_key(settings, link.id) or new_code()
    link.code_hash = token_hash(code)
    record(row, "journey.link_made", by=by, at=at)
    mailed_to = hire.private_email if settings.link_key is not None else None
    if mailed_to:
        await deliver_later(
            session,
            TOPIC,
            key=f"{TOPIC}:{link.id}",
            payload={"link_id": link.id},
            recipient_id=row.person_id,
        )
    await session.flush()
    return code, mailed_to or ""


def code_by_key(settings: Settings, link_id: int) -> str | None:
    """The link's code, made of its number and the installation's key, so that a mail can be sent without its being kept.
    None without a key."""
    if settings.link_key is None:
        return None
    secret = settings.link_key.get_secret_value().encode()
    return code_of(hmac.digest(secret, f"{TOPIC}:{link_id}".encode(), "sha256"))


async def revoke_link(session: AsyncSession, journey_id: int, *, by: Actor) -> None:
    """Nobody opens it any more. Twice changes nothing."""
    row, _hire, at = await _theirs(session, journey_id, by=by)
    await _revoke(session, row.id, at)
    record(row, "journey.link_revoked", by=by, at=at)
    await session.flush()


async def link_state(session: AsyncSession, journey_id: int) -> LinkState | None:
    """Of a journey that is seen; None when no link opens."""
    now = await database_now(session)
    alive = (
        WelcomeLink.journey_id == journey_id,
        WelcomeLink.revoked_at.is_(None),
        WelcomeLink.expires_at > now,
    )
    found = (
        await session.execute(select(WelcomeLink.expires_at, WelcomeLink.opened_at).where(*alive))
    ).one_or_none()
    return LinkState(*found) if found else None


async def opened(session: AsyncSession, typed: str) -> JourneyRow:
    """The journey whose link this is; that it was opened is noted once. Raises NotFound for every other code alike."""
    code = read_code(typed)
    now = await database_now(session)
    query = (
        select(JourneyRow, WelcomeLink)
        .join(WelcomeLink, WelcomeLink.journey_id == JourneyRow.id)
        .where(
            WelcomeLink.code_hash == token_hash(code or ""),
            WelcomeLink.revoked_at.is_(None),
            WelcomeLink.expires_at > now,
            JourneyRow.state == JourneyState.ACTIVE,
        )
    )
    found = (await session.execute(query)).one_or_none() if code else None
    if found is None:
        raise NotFound
    return found[0]


async def note_opened(session: AsyncSession, row: JourneyRow) -> None:
    first = (
        WelcomeLink.journey_id == row.id,
        WelcomeLink.revoked_at.is_(None),
        WelcomeLink.opened_at.is_(None),
    )
    await session.execute(update(WelcomeLink).where(*first).values(opened_at=await database_now(session)))


async def welcome(session: AsyncSession, row: JourneyRow, published: Published, language: str) -> Welcome:
    """What the page shows: only texts that are written for it, and where and when to meet."""
    query = (
        select(OrgUnit.name, Hire.meets, Person.name.label("leader"))
        .select_from(Engagement)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .join(Hire, Hire.engagement_id == Engagement.id)
        .join(Person, Person.id == row.owner_id)
        .where(Engagement.id == row.engagement_id)
    )
    place, meets, leader = (await session.execute(query)).one()
    known = published if row.catalogue_version == published.version else None
    template = (known or await load_published(session, row.catalogue_version)).catalogue.journeys[
        row.template
    ]
    steps = await session.scalars(
        select(JourneyStep)
        .where(JourneyStep.journey_id == row.id)
        .order_by(JourneyStep.due_at, JourneyStep.place)
    )
    before: list[Told] = []
    after: list[Told] = []
    for step in steps:
        said = template.step(step.key)
        if said is None or said.told is None or step.state is StepState.DROPPED:
            continue
        told = Told(said.told.in_language(language), day_of(step.due_at), step.state is StepState.DONE)
        (before if is_for_day_one(said) else after).append(told)
    return Welcome(place, row.day, meets, leader, tuple(before), tuple(after))


async def _revoke(session: AsyncSession, journey_id: int, at: datetime) -> None:
    alive = (WelcomeLink.journey_id == journey_id, WelcomeLink.revoked_at.is_(None))
    await session.execute(update(WelcomeLink).where(*alive).values(revoked_at=at))


async def _theirs(session: AsyncSession, journey_id: int, *, by: Actor) -> tuple[JourneyRow, Hire, datetime]:
    wanted = (JourneyRow.id == journey_id, visible_to(by), JourneyRow.person_id != by.person_id)
    row, at = await take(session, JourneyRow, *wanted, JourneyRow.kind == JourneyKind.JOIN)
    hire = (await session.scalars(select(Hire).where(Hire.engagement_id == row.engagement_id))).one_or_none()
    if hire is None:
        raise NotFound
    if row.state is not JourneyState.ACTIVE or hire.state is HireState.WITHDRAWN:
        raise Conflict("journeys.over")
    return row, hire, at
