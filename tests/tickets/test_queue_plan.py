"""The queue is served by its partial index: a condition written otherwise is right, and a thousand times slower."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.me import load_actor
from app.people.models import Person
from app.tickets import queries
from app.tickets.queries import QueueView


@pytest.mark.parametrize(("unit", "index"), [("it", "ix_tickets_queue"), (None, "ix_tickets_first_line")])
async def test_the_first_page_is_read_in_the_order_of_its_index(
    session: AsyncSession, bob: Person, frida: Person, unit: str | None, index: str
) -> None:
    actor = await load_actor(session, bob.id if unit else frida.id)
    query = queries._queue_of(actor, QueueView(unit), 50)
    sql = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    # An empty table is read through and sorted unless that is forbidden.
    for method in ("seqscan", "bitmapscan", "sort"):
        await session.execute(text(f"SET LOCAL enable_{method} = off"))
    plan = "\n".join(await session.scalars(text("EXPLAIN " + sql.replace("%%", "%").replace(":", r"\:"))))
    assert f"using {index}" in plan, plan
    assert "Sort" not in plan, plan
