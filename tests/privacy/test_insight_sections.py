"""Every table that names a person is told of in the file, or left out with a reason that somebody wrote down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import app.main  # noqa: F401 - every room's tables
from app.access.models import Answer, Review, ReviewAnswer, TargetAccount
from app.access.plan import Standing
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.database.model import Base
from app.events.log import database_now
from app.feed.models import WaitingRow
from app.identity.actor import Actor, Office
from app.identity.models import Identity
from app.journeys.models import FreshEyes, JourneyRow, JourneyState, Occasion
from app.people.models import Absence, Deputy, Engagement, Hire, NearTie, OfficeHolder
from app.privacy.facts import Section
from app.privacy.insight_sections import LEFT_OUT, SECTIONS, TOLD, sections_of
from app.reminders.models import ReminderChoice
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from app.tickets.lifecycle import number_of
from app.web.pages import environment
from service_catalog.journey_schema import JourneyKind
from tests.cast import Cast

pytestmark = pytest.mark.anyio
DAY = date(2026, 11, 2)


def test_no_table_that_names_a_person_is_forgotten() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "persons.id" for key in column.foreign_keys)
    }
    assert named == TOLD.keys() | LEFT_OUT.keys()
    assert not TOLD.keys() & LEFT_OUT.keys()
    assert set(TOLD.values()) - {"insight_content"} <= SECTIONS.keys()


def life_of(cast: Cast, engagement: Engagement, at: datetime) -> Iterator[Any]:
    """A row of Alice's in every table that is told of by a section; others' names beside hers."""
    alice, leif = cast.alice.id, cast.leif.id
    yield OfficeHolder(person_id=alice, office=Office.CATALOGUE_EDITOR, scope="")
    yield NearTie(person_id=cast.bob.id, other_id=alice, recorded_at=at)
    yield Absence(person_id=alice, away_on=DAY, back_on=date(2026, 11, 9))
    yield Deputy(person_id=leif, deputy_id=alice, starts_on=DAY, ends_on=DAY, covers=["fag"])
    yield Hire(
        person_id=alice,
        engagement_id=engagement.id,
        ordered_by_id=leif,
        private_email="alice@hjemme.example",
        meets="Ved resepsjonen",
    )
    yield ReminderChoice(person_id=alice, weekday=2)
    yield Identity(person_id=alice, issuer="https://innlogging.example", subject="a-1", created_at=at)
    yield WaitingRow(source="hr", key="7", row={"stilling": "Lege"}, findings=[], person_id=alice, told_at=at)
    yield TargetAccount(person_id=alice, system="entra", ref="konto-7")


async def fill(session: AsyncSession, cast: Cast) -> None:
    at, alice, leif = await database_now(session), cast.alice.id, cast.leif.id
    engagement = (await session.scalars(select(Engagement).where(Engagement.person_id == alice))).first()
    assert engagement is not None
    session.add_all(life_of(cast, engagement, at))
    journey = JourneyRow(
        template="ny-fast",
        kind=JourneyKind.JOIN,
        catalogue_version=1,
        person_id=alice,
        engagement_id=engagement.id,
        owner_id=leif,
        ordered_by_id=leif,
        day=DAY,
        state=JourneyState.DONE,
        begun_at=at,
        next_at=at,
        last_event_at=at,
    )
    review = Review(round="2026-2", leader_id=leif, due_at=at, last_event_at=at)
    session.add_all((journey, review))
    await session.flush()
    session.add(
        FreshEyes(
            journey_id=journey.id,
            person_id=alice,
            occasion=Occasion.MONTH,
            asked_at=at,
            answered_at=at,
            ready=4,
            better="Skapet var låst",
        )
    )
    session.add(
        ReviewAnswer(
            review_id=review.id,
            person_id=alice,
            entitlement="konto",
            standing=Standing.GRANTED,
            answer=Answer.KEEP,
            looked_at=True,
        )
    )
    about_another = NewTask(
        key="a", kind=Kind.MEASURE, consequence=Consequence.SLIGHT, person_id=alice, title="Snakk med Truls"
    )
    await place(session, [about_another])
    reader = Actor(person_id=cast.bob.id, name="")
    await audit(
        session, reader, AuditKind.CASE_READ, subject_kind="ticket", subject_id=104827, concerns_id=alice
    )
    await session.flush()


async def test_what_every_room_keeps_stands_in_the_file_and_nobody_elses(
    session: AsyncSession, cast: Cast
) -> None:
    await fill(session, cast)
    found = await sections_of(session, cast.alice.id)
    assert {section.key for section in found} == SECTIONS.keys()
    text = "\n".join(fact.value for section in found for fact in section.facts)
    for word in (
        "alice@hjemme.example",
        "Ved resepsjonen",
        "Skapet var låst",
        "Lege",
        "konto-7",
        number_of(104827),
    ):
        assert word in text
    assert "Truls" not in text, "a task's title may be about somebody else"
    assert {section.key for section in await sections_of(session, cast.carol.id)} <= {"elsewhere"}
    assert all(words_for(section) for section in found)


def words_for(section: Section) -> bool:
    """The readable page has a word for the heading and for each fact in it."""
    source, _, _ = environment("nb").loader.get_source(environment("nb"), "privacy/insight_export.html")  # type: ignore[union-attr]
    return all(f'"{word}": _(' in source for word in (section.key, *(fact.what for fact in section.facts)))
