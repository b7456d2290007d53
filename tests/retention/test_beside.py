"""What is kept beside the tickets goes by itself when its rule says so, and what has not ended stays."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.actor import system_actor
from app.people.models import Absence, Deputy
from app.retention.beside import OVER, forget_over
from app.tasks.actions import NewTask, end, place
from app.tasks.models import Consequence, Kind, Task
from service_catalog.processing import CONTACTS, LEAVERS, OF_THE_HOUSE, SECURITY_LOG
from tests.cast import Cast


async def test_every_processing_of_the_house_is_kept_by_its_rule(published: Published) -> None:
    assert published.catalogue.processing.keys() >= OF_THE_HOUSE
    jobs_of_their_own = {SECURITY_LOG, CONTACTS, LEAVERS}
    assert OVER.keys() == OF_THE_HOUSE - jobs_of_their_own


async def test_old_tasks_absences_and_deputies_go_and_what_is_open_stays(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    at, leif, stein = await database_now(session), cast.leif.id, cast.stein.id
    for key in ("open", "lately", "long-ago"):
        await place(
            session, [NewTask(key=key, kind=Kind.MEASURE, consequence=Consequence.SLIGHT, person_id=leif)]
        )
    await end(session, ["lately", "long-ago"], by=system_actor("test"))
    await session.execute(update(Task).values(created_at=at - timedelta(days=900)))
    old = update(Task).where(Task.key == "long-ago")
    await session.execute(old.values(ended_at=at - timedelta(days=367)))
    for year in (2019, 2099):
        first, last = date(year, 1, 4), date(year, 1, 8)
        session.add(Absence(person_id=leif, away_on=first, back_on=last))
        session.add(Deputy(person_id=leif, deputy_id=stein, starts_on=first, ends_on=last, covers=[]))
    await session.flush()
    await forget_over(session, published, at)
    assert set(await session.scalars(select(Task.key))) == {"open", "lately"}
    assert [day.year for day in await session.scalars(select(Absence.away_on))] == [2099]
    assert [day.year for day in await session.scalars(select(Deputy.starts_on))] == [2099]
