"""History from the log: what the clocks used is what their rows say, and only the unit's tickets are read."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from app.catalogue.published import Published
from app.clocks.models import ClockRow
from app.clocks.simulating import Period, history_of
from app.database.session import Sessions
from sla.wall_clock import MICROSECOND
from tests.cast import Cast
from tests.clocks.stories import live_through, steps

pytestmark = pytest.mark.anyio
OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
ENDING = [("resume", "bob", HOUR), ("take", "bob", HOUR), ("resolve", "bob", 30 * HOUR)]
"""So that most stories are solved, and somebody worked on them."""


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=steps)
async def test_whatever_people_do_the_time_used_is_what_the_clocks_say(
    shared: tuple[Sessions, Cast], published: Published, story: list[tuple[str, str, timedelta]]
) -> None:
    sessions, cast = shared
    ticket = await live_through(sessions, cast, published, story + ENDING)
    async with sessions() as session:
        solution = (
            await session.scalars(
                select(ClockRow).where(ClockRow.subject_id == ticket.id, ClockRow.kind == "solution")
            )
        ).one()
        response = (
            await session.scalars(
                select(ClockRow).where(ClockRow.subject_id == ticket.id, ClockRow.kind == "response")
            )
        ).one()
        agreed = published.agreement(solution.agreement, solution.agreement_version)
        history = await history_of(
            session,
            "it",
            period=Period(),
            zone=OSLO,
            calendar=published.calendar(agreed.calendar),
            pauses_on=[str(reason) for reason in agreed.pauses_on],
        )
    mine = [
        used
        for arrival, used in zip(history.arrivals, history.used, strict=True)
        if arrival.opened_at == ticket.opened_at
    ]
    if solution.stopped_at is not None and mine:
        assert mine == [(response.used // MICROSECOND, solution.used // MICROSECOND)]
    assert len(mine) + history.still_open + history.without_work >= 1


async def test_a_unit_that_had_nothing_has_no_history(
    shared: tuple[Sessions, Cast], published: Published
) -> None:
    sessions, _ = shared
    async with sessions() as session:
        history = await history_of(
            session,
            "arkiv",
            period=Period(),
            zone=OSLO,
            calendar=published.calendar("kontortid"),
            pauses_on=[],
        )
    assert (history.arrivals, history.staff, history.still_open) == ([], 0, 0)
