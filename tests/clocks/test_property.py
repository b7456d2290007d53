"""Clocks are caches: whatever people did, computing them again from the log changes nothing."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.rebuild import rebuild
from app.database.session import Sessions
from tests.cast import Cast
from tests.clocks.stories import live_through, steps


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=steps)
async def test_whatever_people_do_the_rows_are_what_the_log_says(
    shared: tuple[Sessions, Cast], published: Published, story: list[tuple[str, str, timedelta]]
) -> None:
    sessions, cast = shared
    ticket = await live_through(sessions, cast, published, story)
    result = await rebuild(sessions, repair=False)
    assert result.different == [], story
    assert result.read >= 2
    async with sessions() as session:
        await assert_the_ticket_says_what_its_clocks_say(session, ticket.id)


async def assert_the_ticket_says_what_its_clocks_say(session: AsyncSession, ticket_id: int) -> None:
    stored = (
        await session.execute(
            text(
                "SELECT t.response_due_at IS NOT DISTINCT FROM r.due_at,"
                " t.solution_due_at IS NOT DISTINCT FROM s.due_at,"
                " t.sort_due = coalesce((SELECT min(due_at) FROM clocks WHERE subject_id = t.id"
                "  AND state = 'running' AND kind <> 'reply'), 'infinity'),"
                " (t.sort_target IS NULL) = (t.sort_due = 'infinity')"
                " FROM tickets t JOIN clocks r ON r.subject_id = t.id AND r.kind = 'response'"
                " JOIN clocks s ON s.subject_id = t.id AND s.kind = 'solution' WHERE t.id = :id"
            ),
            {"id": ticket_id},
        )
    ).one()
    assert tuple(stored) == (True, True, True, True)
