"""Writing what was computed, for one clock or a thousand: rows, steps decided once, their events and deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import Course, Reading, Step, read, steps_of
from app.clocks.promised import DUE, OUGHT_BY_THE_UNIT, ClockKind

SWEEPER = "clocks.sweep"
LATE_AFTER = timedelta(minutes=1)
"""A sweep every few seconds is on time; decided later than this, nobody was looking."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the row of a clock says before it is computed again."""

    id: int
    event_seq: int
    last_event_at: datetime
    period: int


@dataclass(slots=True)
class Change:
    """A clock computed as of `at`, and the steps that its row had not come to."""

    clock: Kept
    subject: tuple[str, int]
    course: Course
    at: datetime
    reading: Reading = field(init=False)
    steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        self.reading = read(self.course, at=self.at)
        before, until = self.clock.period, self.clock.last_event_at
        passed = steps_of(self.course, at=self.at, first_period=before)
        self.steps = [step for step in passed if step.period > before or step.at > until]


COMPUTED = (
    "period",
    "catalogue_version",
    "agreement",
    "agreement_version",
    "calendar",
    "priority",
    "target",
    "used",
    "state",
    "started_at",
    "due_at",
    "next_at",
    "stopped_at",
    "breached_at",
)
"""The columns of `values_of`, in its order."""


async def decide(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Write the rows, and what follows from each step that nobody had decided; at most four statements.

    The caller holds the rows' locks. A step that is there already is left alone and tells nobody again.
    """
    decided = await _record_steps(session, changes)
    told = {
        change.clock.id: Told(change.clock, change.course, change.at, steps)
        for change in changes
        if (steps := decided[change.clock.id])
    }
    events = {clock_id: each.events() for clock_id, each in told.items()}
    notices = [
        told[change.clock.id].notice(change.subject)
        for change in changes
        if change.clock.id in told and told[change.clock.id].recipients
    ]
    rows = [
        values_of(change.course, change.reading)
        | {
            "id": change.clock.id,
            "event_seq": change.clock.event_seq + len(events.get(change.clock.id, ())),
            "last_event_at": change.at,
        }
        for change in changes
    ]
    await _write(session, _EVENTS, [event for each in events.values() for event in each])
    await _write(session, _DELIVERIES, notices)
    await _write(session, _CLOCKS, rows)


def values_of(course: Course, reading: Reading) -> dict[str, Any]:
    """The columns of a clock's row that are computed."""
    period = course.period
    agreed = None if course.kind is ClockKind.STATUTORY else course.promised.agreement
    return {
        "period": period.number,
        "catalogue_version": period.terms.catalogue_version,
        "agreement": agreed.name if agreed else "",
        "agreement_version": agreed.version if agreed else 0,
        "calendar": agreed.calendar if agreed else "",
        "priority": period.priority,
        "target": period.target,
        "used": reading.used,
        "state": reading.state.value,
        "started_at": course.started_at,
        "due_at": reading.due_at,
        "next_at": reading.next_at,
        "stopped_at": reading.stopped_at,
        "breached_at": reading.breached_at,
    }


@dataclass(frozen=True, slots=True)
class Told:
    """Steps of one clock decided at once: each is in the record, and one notice tells of the furthest."""

    clock: Kept
    course: Course
    at: datetime
    steps: Sequence[Step]

    def events(self) -> list[dict[str, Any]]:
        """One for each step that somebody is told of, and for every breach of what a unit has promised."""
        spoken = [step for step in self.steps if step.sent and self._is_worth_an_event(step)]
        return [
            {
                "subject_id": self.clock.id,
                "seq": self.clock.event_seq + place,
                "kind": _topic(step),
                "at": self.at,
                "payload": _json(step=step.percent, period=step.period, passed_at=step.at.isoformat()),
            }
            for place, step in enumerate(spoken, start=1)
        ]

    def _is_worth_an_event(self, step: Step) -> bool:
        return bool(self._told_at(step)) or (step.percent == DUE and self.course.kind in OUGHT_BY_THE_UNIT)

    def _told_at(self, step: Step) -> tuple[str, ...]:
        promised = self.course.periods[step.period - 1].promised
        return promised.told_at(self.course.kind, self.course.part, step.percent)

    @property
    def recipients(self) -> list[str]:
        """Everybody who was to be told at one of the steps, by what they are to the subject."""
        roles = (role for step in self.steps if step.sent for role in self._told_at(step))
        return list(dict.fromkeys(roles))

    def notice(self, subject: tuple[str, int]) -> dict[str, Any]:
        """Due when people are told next. Whoever the recipients are is found when it is sent."""
        last = max((step for step in self.steps if step.sent), key=lambda step: step.at)
        return {
            "topic": _topic(last),
            "key": f"{_topic(last)}:{self.clock.id}:{last.period}:{last.percent}",
            "payload": _json(
                clock_id=self.clock.id,
                subject_kind=subject[0],
                subject_id=subject[1],
                kind=self.course.kind.value,
                part=self.course.part,
                step=last.percent,
                to=self.recipients,
            ),
            "due_at": self.course.promised.told_when(self.course.kind, self.at),
        }


def _topic(step: Step) -> str:
    if step.percent == DUE:
        return "clock.breached"
    return "clock.warned" if step.percent < DUE else "clock.escalated"


def _json(**payload: Any) -> str:
    return orjson.dumps(payload).decode()


async def _record_steps(session: AsyncSession, changes: Sequence[Change]) -> Mapping[int, list[Step]]:
    """The steps that were ours to decide, by clock."""
    steps = {
        (change.clock.id, step.period, step.percent): (change, step)
        for change in changes
        for step in change.steps
    }
    rows = [step_row(change.clock.id, step, decided_at=change.at) for change, step in steps.values()]
    decided: dict[int, list[Step]] = defaultdict(list)
    if rows:
        recorded = {tuple(row) for row in await session.execute(_STEPS.statement, _STEPS.columns_of(rows))}
        for key, (change, step) in steps.items():
            if key in recorded:
                decided[change.clock.id].append(step)
    return decided


def step_row(clock_id: int, step: Step, *, decided_at: datetime) -> dict[str, Any]:
    """What is only recorded was never late: it had passed when its period began."""
    return {
        "clock_id": clock_id,
        "period": step.period,
        "step": step.percent,
        "at": step.at,
        "decided_at": decided_at,
        "sent": step.sent,
        "late": late(step.sent, step.at, decided_at),
    }


def late(sent: bool, at: datetime, decided_at: datetime) -> bool:
    return sent and decided_at - at > LATE_AFTER


async def _write(session: AsyncSession, write: Written, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(write.statement, write.columns_of(rows))


class Written:
    """A statement over many rows at once: each column travels as one array."""

    def __init__(self, statement: str, **types: str) -> None:
        """`types`: each column's type in PostgreSQL; `{rows}` in the statement stands for the rows, as `new`."""
        self.names = tuple(types)
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
        rows = f"unnest({arrays}) AS new ({', '.join(self.names)})"
        self.statement: TextClause = text(statement.format(rows=rows))

    def columns_of(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
        kept = list(rows)
        return {name: [row[name] for row in kept] for name in self.names}


_STEPS = Written(
    "INSERT INTO clock_steps (clock_id, period, step, at, decided_at, sent, late)"
    " SELECT * FROM {rows} ON CONFLICT DO NOTHING RETURNING clock_id, period, step",
    clock_id="bigint",
    period="bigint",
    step="bigint",
    at="timestamptz",
    decided_at="timestamptz",
    sent="boolean",
    late="boolean",
)
_EVENTS = Written(
    "INSERT INTO events (subject_kind, subject_id, seq, kind, system, at, payload)"
    f" SELECT 'clock', subject_id, seq, kind, '{SWEEPER}', at, CAST(payload AS jsonb) FROM {{rows}}"
    " ORDER BY at, subject_id, seq",
    subject_id="bigint",
    seq="bigint",
    kind="text",
    at="timestamptz",
    payload="text",
)
_DELIVERIES = Written(
    "INSERT INTO deliveries (topic, key, payload, due_at)"
    " SELECT topic, key, CAST(payload AS jsonb), due_at FROM {rows} ON CONFLICT (key) DO NOTHING",
    topic="text",
    key="text",
    payload="text",
    due_at="timestamptz",
)
_TYPES = {
    "period": "bigint",
    "catalogue_version": "bigint",
    "agreement": "text",
    "agreement_version": "bigint",
    "calendar": "text",
    "priority": "text",
    "target": "interval",
    "used": "interval",
    "state": "text",
    "started_at": "timestamptz",
    "due_at": "timestamptz",
    "next_at": "timestamptz",
    "stopped_at": "timestamptz",
    "breached_at": "timestamptz",
    "event_seq": "bigint",
    "last_event_at": "timestamptz",
}
_CLOCKS = Written(
    f"UPDATE clocks SET {', '.join(f'{name} = new.{name}' for name in _TYPES)}"
    " FROM {rows} WHERE clocks.id = new.id",
    id="bigint",
    **_TYPES,
)
