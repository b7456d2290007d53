"""What waits for a leader when the week begins: for journeys in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.deliveries.models import Delivery
from app.events.log import database_now
from app.identity.me import load_actor
from app.people.models import Engagement, OrgUnit, Person
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind, Task
from app.tickets.opening import NewTicket, open_ticket
from service_catalog.schema import Channel
from tests.journeys.conftest import Site
from tests.journeys.units_at_work import on


@dataclass(frozen=True)
class Monday:
    """By their titles, from what is most pressing."""

    wheel: str
    wheel_id: int
    serious: str
    slight: str
    screens: tuple[str, ...]


def wait_for_it_all(site: Site, leader: str, mark: str) -> Monday:
    """One of the annual wheel with a checklist, two from another system, and two orders. `mark` makes them this test's."""

    async def ask(session: AsyncSession) -> tuple[str, int]:
        published, at = await load_published(session), await database_now(session)
        person_id = await _person(session, leader)
        activity = next(each for each in published.catalogue.wheel.values() if each.steps)
        wheel = NewTask(
            f"wheel:{activity.key}:{mark}:x",
            Kind.RECURRING,
            Consequence.SEVERE,
            person_id,
            due_at=at + timedelta(hours=1),
        )
        others = [
            NewTask(
                f"{title}",
                Kind.EXTERNAL,
                consequence,
                person_id,
                source="timeplan",
                title=title,
                due_at=at + timedelta(days=days),
                url="https://tid.fjordvik.example/",
            )
            for title, consequence, days in (
                (f"Attester timelister {mark}", Consequence.SERIOUS, 1),
                (f"Rydd i fellesmappa {mark}", Consequence.SLIGHT, 40),
            )
        ]
        await place(session, [wheel, *others])
        made = await session.scalar(select(Task.id).where(Task.key == wheel.key))
        assert made is not None
        return activity.title.nb, made

    title, made = on(site, ask)
    screens = ask_for_screens(site, leader, f"{mark} A", f"{mark} B")
    return Monday(title, made, f"Attester timelister {mark}", f"Rydd i fellesmappa {mark}", screens)


def ask_for_screens(site: Site, leader: str, *marks: str) -> tuple[str, ...]:
    """Orders that the leader must approve, from somebody who works there; what each is called."""
    subjects = tuple(f"Skjerm {mark}" for mark in marks)

    async def ask(session: AsyncSession) -> None:
        published = await load_published(session)
        orderer = await _person(session, "Thea Sæther")
        unit = (
            await session.scalars(
                select(OrgUnit)
                .join(Engagement, Engagement.org_unit_id == OrgUnit.id)
                .where(Engagement.person_id == orderer)
                .limit(1)
            )
        ).one()
        for subject in subjects:
            await _order(session, published, orderer, unit, subject)

    on(site, ask)
    return subjects


async def _order(
    session: AsyncSession, published: Published, orderer: int, unit: OrgUnit, subject: str
) -> None:
    answers = {
        "for_person": str(orderer),
        "equipment": ["screen"],
        "quantity": 1,
        "replaces_old": False,
        "delivery": "counter",
        "ansvar": unit.ansvar,
        "tjeneste": unit.tjeneste,
    }
    new = NewTicket(
        service="bestille-pc",
        subject=subject,
        description="",
        answers=answers,
        requester_id=orderer,
        channel=Channel.PORTAL,
    )
    await open_ticket(session, new, by=await load_actor(session, orderer), published=published)


def mails_to(site: Site, name: str, topic: str) -> int:
    """How many wait for somebody."""

    async def count(session: AsyncSession) -> int:
        person_id = await _person(session, name)
        query = select(func.count()).where(Delivery.recipient_id == person_id, Delivery.topic == topic)
        return (await session.execute(query)).scalar_one()

    return on(site, count)


async def _person(session: AsyncSession, name: str) -> int:
    return (await session.scalars(select(Person.id).where(Person.name == name))).one()
