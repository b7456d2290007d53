"""When a closed case has been kept long enough, and what stands in the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.retention.due import Rule, Standing, due_cases, due_counts, rules_of
from app.retention.holds import lift_hold, place_hold
from app.retention.models import HoldOn, Package, PackagedCase
from service_catalog.processing import CountedFrom, Disposal, Retention
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.retention.closing import ARCHIVE, closed_case, officer
from tests.tickets.asking import PC_BROKEN

IT = PC_BROKEN["service"]
TODAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def rule(published: Published, retention: Retention, service: str = IT) -> Rule:
    processing = published.catalogue.processing_of(published.service(service))
    assert processing is not None
    return Rule(service, processing.model_copy(update={"retention": retention}))


def after(
    years: int, counted_from: CountedFrom = CountedFrom.CLOSED, then: Disposal = Disposal.DELETE
) -> Retention:
    return Retention(years=years, counted_from=counted_from, then=then)


@pytest.fixture
async def case(session: AsyncSession, as_person: AsPerson, cast: Cast) -> int:
    return await closed_case(session, as_person, cast.alice, date(2021, 11, 22))


async def standing_of(session: AsyncSession, rules: list[Rule], at: datetime = TODAY) -> dict[int, Standing]:
    found = await due_cases(session, rules, at=at, standing=None, most=100)
    return {each.ticket_id: each.standing for each in found}


async def test_a_case_is_due_on_the_day_its_years_are_over_and_not_before(
    session: AsyncSession, published: Published, case: int
) -> None:
    rules = [rule(published, after(5))]
    assert await standing_of(session, rules, TODAY - DAY) == {}
    assert await standing_of(session, rules) == {case: Standing.READY}
    (found,) = await due_cases(session, rules, at=TODAY, standing=Standing.READY, most=100)
    assert (found.closed_on, found.due_on) == (date(2021, 11, 22), date(2026, 11, 22))


@examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    closed_on=st.dates(date(1996, 1, 1), date(2026, 6, 1)),
    years=st.integers(0, 12),
    months=st.integers(0, 11),
    counted=st.sampled_from((CountedFrom.CLOSED, CountedFrom.YEAR_END)),
)
def test_a_time_is_counted_in_whole_months_of_the_calendar(
    closed_on: date, years: int, months: int, counted: CountedFrom
) -> None:
    """And ends on the month's last day where the day it began on is none of it."""
    if not years and not months:
        return
    kept = Retention(years=years, months=months, counted_from=counted, then=Disposal.DELETE)
    end = kept.due_on(closed_on)
    assert end is not None
    start = date(closed_on.year + 1, 1, 1) if counted is CountedFrom.YEAR_END else closed_on
    passed = (end.year - start.year) * 12 + end.month - start.month
    assert passed == years * 12 + months
    assert end.day == start.day or (end.day < start.day and (end + DAY).day == 1)


@given(
    today=st.dates(date(2010, 1, 1), date(2060, 12, 31)), years=st.integers(0, 12), months=st.integers(0, 11)
)
def test_what_had_begun_by_a_day_is_over_today_and_what_began_later_is_not(
    today: date, years: int, months: int
) -> None:
    if not years and not months:
        return
    kept = Retention(years=years, months=months, then=Disposal.DELETE)
    began = kept.began_by(today)
    before, after_it = kept.due_on(began - DAY), kept.due_on(began + 3 * DAY)
    assert before is not None
    assert before <= today
    assert after_it is not None
    assert after_it > today or (after_it + DAY).day == 1


async def test_the_day_is_the_same_in_sql(session: AsyncSession, published: Published, case: int) -> None:
    for closed_on in (
        date(2020, 2, 29),
        date(2019, 8, 31),
        date(2015, 12, 31),
        date(2016, 1, 1),
        date(2018, 3, 25),
    ):
        at = datetime(closed_on.year, closed_on.month, closed_on.day, 22, 45, tzinfo=UTC)
        given_at = {"at": at, "id": case}
        await session.execute(text("UPDATE tickets SET closed_at = :at WHERE id = :id"), given_at)
        for kept in (
            after(1),
            after(3),
            after(4, CountedFrom.YEAR_END),
            Retention(months=6, then=Disposal.DELETE),
        ):
            (found,) = await due_cases(session, [rule(published, kept)], at=TODAY, standing=None, most=9)
            assert found.due_on == kept.due_on(found.closed_on), (closed_on, kept)


async def test_from_the_end_of_the_employment_means_of_the_last_one(
    session: AsyncSession, published: Published, cast: Cast, case: int
) -> None:
    rules = [rule(published, after(2, CountedFrom.EMPLOYMENT_ENDED))]
    assert await standing_of(session, rules) == {}, "still employed"
    ended = text("UPDATE engagements SET ends_on = :on WHERE person_id = :who")
    await session.execute(ended, {"on": date(2024, 11, 21), "who": cast.alice.id})
    assert await standing_of(session, rules) == {case: Standing.READY}
    await session.execute(ended, {"on": date(2024, 11, 22), "who": cast.alice.id})
    assert await standing_of(session, rules) == {}, "one day to go"


async def test_a_case_about_somebody_else_goes_by_their_employment_and_is_held_for_them_too(
    session: AsyncSession, published: Published, cast: Cast, case: int
) -> None:
    about = text("UPDATE tickets SET about_id = :who WHERE id = :id")
    await session.execute(about, {"who": cast.bob.id, "id": case})
    rules = [rule(published, after(2, CountedFrom.EMPLOYMENT_ENDED))]
    ended = text("UPDATE engagements SET ends_on = DATE '2024-11-21' WHERE person_id = :who")
    await session.execute(ended, {"who": cast.alice.id})
    assert await standing_of(session, rules) == {}, "Bob is still employed"
    await session.execute(ended, {"who": cast.bob.id})
    assert await standing_of(session, rules) == {case: Standing.READY}
    by = await officer(session, cast.dagny)
    await place_hold(
        session, published, HoldOn.PERSON, str(cast.bob.id), "Tvist", archive_unit=ARCHIVE, by=by
    )
    assert await standing_of(session, rules) == {case: Standing.HELD}


async def test_what_no_rule_speaks_of_is_never_due(session: AsyncSession, case: int) -> None:
    assert case
    assert await standing_of(session, []) == {}


async def test_a_whistle_blowing_case_is_in_no_list(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast
) -> None:
    """None is made any more (app/whistleblowing); one that is left from before is nobody's to list."""
    await closed_case(session, as_person, cast.alice, date(2001, 1, 1))
    await session.execute(text("UPDATE tickets SET service = 'varsling', confidentiality = 'whistleblowing'"))
    rules = [rule(published, after(1), "varsling")]
    assert await standing_of(session, rules) == {}
    assert await due_counts(session, rules, at=TODAY) == []


@pytest.mark.parametrize("scope", HoldOn)
async def test_a_hold_stops_it_until_it_is_lifted(
    session: AsyncSession, published: Published, cast: Cast, case: int, scope: HoldOn
) -> None:
    from app.tickets.lifecycle import number_of

    by = await officer(session, cast.dagny)
    rules = [rule(published, after(1))]
    on = {
        HoldOn.TICKET: number_of(case),
        HoldOn.PERSON: str(cast.alice.id),
        HoldOn.SERVICE: IT,
        HoldOn.UNIT: "it",
    }[scope]
    hold = await place_hold(session, published, scope, on, "Tvist", archive_unit=ARCHIVE, by=by)
    assert await standing_of(session, rules) == {case: Standing.HELD}
    await lift_hold(session, hold.id, archive_unit=ARCHIVE, by=by)
    await session.flush()
    assert await standing_of(session, rules) == {case: Standing.READY}


async def test_what_is_to_be_preserved_waits_for_the_archive_s_receipt(
    session: AsyncSession, published: Published, case: int
) -> None:
    rules = [rule(published, after(1, then=Disposal.TRANSFER))]
    assert await standing_of(session, rules) == {case: Standing.NOT_TRANSFERRED}
    package = Package(asked_at=TODAY, made_at=TODAY, key="k")
    session.add(package)
    await session.flush()
    session.add(PackagedCase(package_id=package.id, ticket_id=case))
    await session.flush()
    assert await standing_of(session, rules) == {case: Standing.NOT_TRANSFERRED}, "packed, but not received"
    package.received_at = TODAY
    await session.flush()
    assert await standing_of(session, rules) == {case: Standing.READY}


async def test_the_preview_counts_by_service_and_what_stands_in_the_way(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast, case: int
) -> None:
    assert case
    await closed_case(session, as_person, cast.alice, date(2020, 1, 1))
    other = await closed_case(session, as_person, cast.oda, date(2019, 1, 1))
    by = await officer(session, cast.dagny)
    await place_hold(
        session, published, HoldOn.PERSON, str(cast.oda.id), "Innsyn", archive_unit=ARCHIVE, by=by
    )
    counts = await due_counts(session, [rule(published, after(1))], at=TODAY)
    assert {(each.standing, each.cases, each.oldest_due_on) for each in counts} == {
        (Standing.HELD, 1, date(2020, 1, 1)),
        (Standing.READY, 2, date(2021, 1, 1)),
    }
    assert other


def test_every_service_of_the_catalogue_has_a_rule(published: Published) -> None:
    assert {each.service for each in rules_of(published)} == set(published.catalogue.services)
