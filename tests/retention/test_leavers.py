"""Whoever has left is reached no more, and then named no more: by rule, on a list first, and never while something needs it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.actor import system_actor
from app.identity.ending import end_access, link_identity
from app.people.models import Engagement, NearTie, Person
from app.retention.holds import place_hold
from app.retention.leavers import ON_THE_LIST, forget_contacts_of_leavers, forget_leavers
from app.retention.leaving_reach import CONTACT_GOES, GOES, ID_STAYS, NAME_STAYS
from app.retention.models import HoldOn, Leaver, Leaving
from app.scim.models import ScimUser
from app.web.words import local
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.retention.closing import ARCHIVE, closed_case, officer
from tests.retention.test_destroying import everywhere
from tests.tickets.asking import open_ticket

HR = system_actor("test")
LONG_AGO = date(2001, 1, 1)


async def leaves(session: AsyncSession, person: Person, on: date) -> None:
    """Their last day, with their access ended as the feed does it; the log does not remember so far back."""
    worked = {"starts_on": on - timedelta(days=99), "ends_on": on}
    await session.execute(update(Engagement).where(Engagement.person_id == person.id).values(worked))
    await session.execute(update(Person).where(Person.id == person.id).values(active=False, left_at=None))


async def contacts_of(session: AsyncSession, person: Person) -> tuple[str | None, str | None]:
    found = await session.execute(select(Person.email, Person.phone).where(Person.id == person.id))
    email, phone = found.one()
    return email, phone


async def name_of(session: AsyncSession, person: Person) -> str | None:
    return await session.scalar(select(Person.name).where(Person.id == person.id))


async def standing_of(session: AsyncSession, person: Person) -> Leaving | None:
    return await session.scalar(select(Leaver.standing).where(Leaver.person_id == person.id))


async def looked_at_twice(session: AsyncSession, published: Published) -> datetime:
    """Tonight, and when the month on the list is over."""
    at = await database_now(session)
    await forget_leavers(session, published, at)
    await forget_leavers(session, published, at + ON_THE_LIST)
    return at


async def test_every_row_that_names_a_person_has_been_thought_of(session: AsyncSession) -> None:
    """A new foreign key to persons joins a list in `app/retention/leaving_reach.py`, with what becomes of it."""
    asked = text(
        "SELECT con.conrelid::regclass || '.' || att.attname FROM pg_constraint con JOIN pg_attribute att"
        " ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]"
        " WHERE con.contype = 'f' AND con.confrelid = 'persons'::regclass"
    )
    lists = [*CONTACT_GOES, *GOES, *NAME_STAYS, *ID_STAYS]
    assert len(lists) == len(set(lists))
    assert set(await session.scalars(asked)) == set(lists)


async def test_how_to_reach_them_goes_after_half_a_year_and_not_before_nor_while_a_case_is_open(
    session: AsyncSession, cast: Cast, published: Published, as_person: AsPerson
) -> None:
    await open_ticket(as_person(cast.alice))
    today = (await database_now(session)).date()
    await leaves(session, cast.truls, today - timedelta(days=200))
    await leaves(session, cast.alice, today - timedelta(days=200))
    await leaves(session, cast.oda, today - timedelta(days=100))
    session.add(
        NearTie(person_id=cast.bob.id, other_id=cast.truls.id, recorded_at=await database_now(session))
    )
    told = {"userName": "truls", "displayName": "Truls Lie"}
    session.add(
        ScimUser(
            user_name="truls",
            person_id=cast.truls.id,
            document=told,
            version=1,
            created_at=await database_now(session),
            modified_at=await database_now(session),
        )
    )
    await session.flush()
    for _ in range(2):
        await forget_contacts_of_leavers(session, published, await database_now(session))
    assert await contacts_of(session, cast.truls) == (None, None)
    for kept in (cast.alice, cast.oda, cast.bob):
        assert None not in await contacts_of(session, kept), kept.name
    assert (await session.scalars(select(ScimUser.id))).all() == []
    assert (await session.scalars(select(NearTie.other_id))).all() == []
    assert await name_of(session, cast.truls) == "Truls Lie"
    written = await session.scalars(
        text("SELECT payload->>'persons' FROM audit_entries WHERE kind = 'contacts.forgotten'")
    )
    assert written.all() == ["1"]


async def test_the_name_stands_on_the_list_for_a_month_and_then_it_is_nowhere(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    await link_identity(session, cast.truls.id, "truls-at-entra", issuer="https://entra.example", by=HR)
    await leaves(session, cast.truls, LONG_AGO)
    await session.commit()
    at = await database_now(session)
    for days in (0, 29):
        await forget_leavers(session, published, at + timedelta(days=days))
        assert await standing_of(session, cast.truls) is Leaving.NOTICED
        assert await name_of(session, cast.truls) == "Truls Lie"
    await forget_leavers(session, published, at + ON_THE_LIST)
    await forget_leavers(session, published, at + 2 * ON_THE_LIST)
    record = (
        await session.execute(select(Leaver.standing, Leaver.left_on, Leaver.done_on, Leaver.basis))
    ).one()
    assert record[:3] == (Leaving.FORGOTTEN, LONG_AGO, local(at + ON_THE_LIST).date())
    assert record.basis.startswith("sluttet: 5 år")
    for word in ("truls", "100010", "40000010"):
        assert await everywhere(session, word) == set(), word
    title = select(Engagement.title, Engagement.org_unit_id).where(Engagement.person_id == cast.truls.id)
    assert (await session.execute(title)).one() == ("", cast.kommunen.id)


async def test_a_name_stays_while_a_case_names_them_whoever_asked(
    session: AsyncSession, cast: Cast, published: Published, as_person: AsPerson
) -> None:
    await closed_case(session, as_person, cast.alice, LONG_AGO)
    about = await open_ticket(as_person(cast.leif))
    await session.execute(
        text(
            "UPDATE tickets SET service = 'felles-postkasse', answers = jsonb_build_object('what', 'new', 'owner', CAST(:oda AS text))"
            " WHERE id = :id"
        ),
        {"oda": str(cast.oda.id), "id": int(about["number"].partition("-")[0])},
    )
    for each in (cast.alice, cast.oda, cast.stein):
        await leaves(session, each, LONG_AGO)
    await looked_at_twice(session, published)
    # Stein leads a place still.
    for each in (cast.alice, cast.oda, cast.stein):
        assert await standing_of(session, each) is Leaving.NEEDED, each.name
        assert await name_of(session, each) == each.name


async def test_a_hold_stops_both_and_whoever_comes_back_is_off_the_list(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    for each in (cast.truls, cast.oda):
        await leaves(session, each, LONG_AGO)
    by = await officer(session, cast.petra)
    await place_hold(session, published, HoldOn.PERSON, "100010", "Tvist", archive_unit=ARCHIVE, by=by)
    at = await looked_at_twice(session, published)
    await forget_contacts_of_leavers(session, published, at)
    assert await standing_of(session, cast.truls) is Leaving.HELD
    assert None not in await contacts_of(session, cast.truls)
    assert await standing_of(session, cast.oda) is Leaving.FORGOTTEN
    await session.execute(update(Person).where(Person.id == cast.truls.id).values(active=True))
    await forget_leavers(session, published, at)
    assert await standing_of(session, cast.truls) is None


async def test_whoever_was_shut_out_lately_has_not_been_gone_for_long(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    """Their last job is long over, but their access was ended today: that is when they left."""
    await leaves(session, cast.truls, LONG_AGO)
    await end_access(session, cast.truls.id, by=HR)
    at = await looked_at_twice(session, published)
    await forget_contacts_of_leavers(session, published, at)
    assert await standing_of(session, cast.truls) is None
    assert None not in await contacts_of(session, cast.truls)
