"""The events that clocks are computed from, of many subjects in one query, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.clocks.promised import House
from app.clocks.situation import TURNING, Fact
from app.events.models import Event

Subject = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, as the clocks read it."""

    kind: str
    at: datetime
    payload: Mapping[str, Any]


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """One array instead of a parameter for each value: a thousand of them cost more to write than to look up."""
    return column == any_(literal(list(values), ARRAY(column.type)))  # type: ignore[no-any-return]


async def logs_of(session: AsyncSession, subjects: Collection[Subject]) -> Mapping[Subject, list[Happened]]:
    """What turned each subject's clocks, in order. One query for each kind of subject."""
    logs: dict[Subject, list[Happened]] = defaultdict(list)
    for subject_kind in sorted({kind for kind, _ in subjects}):
        ids = sorted(subject_id for kind, subject_id in subjects if kind == subject_kind)
        query = (
            select(Event.subject_id, Event.kind, Event.at, Event.payload)
            .where(
                Event.subject_kind == subject_kind, among(Event.subject_id, ids), among(Event.kind, TURNING)
            )
            .order_by(Event.subject_id, Event.seq)
        )
        for subject_id, kind, at, payload in await session.execute(query):
            logs[subject_kind, subject_id].append(Happened(kind, at, payload))
    return logs


async def house_of(session: AsyncSession, logs: Iterable[Sequence[Fact]], *known: Published) -> House:
    """Every published version that the logs name; those in hand are not looked for."""
    versions = {published.version: published for published in known}
    named = {int(fact.payload.get("catalogue_version", 0)) for log in logs for fact in log} - {0}
    for version in sorted(named - versions.keys()):
        versions[version] = await load_published(session, version)
    return House(versions)
