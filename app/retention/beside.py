"""What is kept beside the tickets, and for how long: rows that go by themselves when their rule says so.

Nobody approves a list of them: they document nothing that the log and the tickets do not. A processing that the
catalogue leaves out keeps its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.catalogue.published import Published
from app.journeys.models import FreshEyes
from app.people.models import Absence, Deputy
from app.tasks.models import Task
from service_catalog.processing import FRESH_EYES, TASKS
from sla.zone import day_of

OVER: Mapping[str, tuple[InstrumentedAttribute[Any], ...]] = {
    TASKS: (Task.ended_at, Absence.back_on, Deputy.ends_on),
    FRESH_EYES: (FreshEyes.asked_at,),
}
"""By the processing: from when each table's rows are counted. What has not ended is never older than that."""


async def forget_over(session: AsyncSession, published: Published, at: datetime) -> None:
    """Called by a recurring job."""
    for key, counted_from in OVER.items():
        processing = published.catalogue.processing.get(key)
        if processing is None:
            continue
        before = processing.retention.began_by(day_of(at))
        for column in counted_from:
            await session.execute(delete(column.class_).where(column < before))
