"""What was promised under given terms: how much, in which hours, with which steps, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from app.catalogue.published import Published
from app.clocks.situation import Situation, Terms
from sla.agreement import Agreement
from sla.amount import Amount
from sla.calendar import WorkingCalendar
from sla.statute import Statute

DUE = 100
NOTICE_HOURS = "varslingstid"
"""Name of the calendar in which people are told; without it they are told at once."""
REPLY_STEPS = (DUE,)
"""The requester's own time is measured, and nobody is told of it."""


class ClockKind(StrEnum):
    RESPONSE = "response"
    SOLUTION = "solution"
    UPDATE = "update"
    """The next news to the requester while it is open."""
    LEG = "leg"
    """One unit's share of the time; `part` is the unit."""
    REPLY = "reply"
    """The requester's own time while it waits for them."""
    STATUTORY = "statutory"
    """What the law demands; `part` is the statute."""


OUGHT_BY_THE_UNIT = frozenset(ClockKind) - {ClockKind.REPLY}


@dataclass(frozen=True, eq=False)
class Promised:
    """One agreement with its calendar, ready to be computed with."""

    agreement: Agreement
    calendar: WorkingCalendar
    notice_hours: WorkingCalendar | None
    """When people are told of their promises; None: at any time."""
    pauses_on: frozenset[str]
    agreed_steps: tuple[int, ...]
    statutes: Mapping[str, Statute]

    def target(self, kind: ClockKind, part: str, priority: str, start: datetime) -> timedelta | None:
        """Working time from `start`; None when nothing is promised. Legal clocks have a deadline instead."""
        amount = self.amount(kind, part, priority)
        return amount.target(self.calendar, start) if amount is not None else None

    def amount(self, kind: ClockKind, part: str, priority: str) -> Amount | None:
        """As it was agreed; None when nothing is, and of legal clocks."""
        if kind is ClockKind.STATUTORY:
            return None
        if kind is ClockKind.LEG:
            return self.agreement.leg(part)
        if kind is ClockKind.REPLY:
            return self.agreement.duties.reply if self.agreement.duties else None
        amount: Amount | None = getattr(self.agreement.promise(priority), kind)
        return amount

    def steps(self, kind: ClockKind, part: str) -> tuple[int, ...]:
        """Percent of the target at which something is decided, in order."""
        if kind is ClockKind.REPLY:
            return REPLY_STEPS
        return (*self.statutes[part].warn_at, DUE) if kind is ClockKind.STATUTORY else self.agreed_steps

    def told_at(self, kind: ClockKind, part: str, percent: int) -> tuple[str, ...]:
        """Who is told at this step; nobody when it is only recorded."""
        if kind is ClockKind.REPLY:
            return ()
        if kind is ClockKind.STATUTORY:
            return ("assignee", "unit_lead") if percent < DUE else ("assignee", "unit_lead", "process_owner")
        return tuple(self.agreement.told_at(percent))

    def told_when(self, kind: ClockKind, at: datetime) -> datetime:
        """At once while the agreement's own hours are open, as a round-the-clock duty's always are; else when people
        are told next. The record never waits."""
        on_duty = kind is not ClockKind.STATUTORY and self.calendar.is_open(at)
        return at if on_duty or self.notice_hours is None else self.notice_hours.next_open(at)

    def clocks(self, now: Situation) -> tuple[tuple[ClockKind, str], ...]:
        """The clocks that this situation gives a subject, each with its part; nothing that has no target."""
        found = [(ClockKind.RESPONSE, ""), (ClockKind.SOLUTION, "")]
        if self.agreement.promise(now.priority).update is not None:
            found.append((ClockKind.UPDATE, ""))
        if self.agreement.leg(now.holder) is not None:
            found.append((ClockKind.LEG, now.holder))
        if now.asked and self.agreement.duties is not None and self.agreement.duties.reply is not None:
            found.append((ClockKind.REPLY, ""))
        found += [(ClockKind.STATUTORY, name) for name, _ in now.legal]
        return tuple(found)


@lru_cache(maxsize=1024)
def promised_by(published: Published, agreement: str, version: int) -> Promised:
    agreed = published.agreement(agreement, version)
    return Promised(
        agreement=agreed,
        calendar=published.calendar(agreed.calendar),
        notice_hours=published.calendar(NOTICE_HOURS) if NOTICE_HOURS in published.calendar_sources else None,
        pauses_on=frozenset(agreed.pauses_on),
        agreed_steps=agreed.steps,
        statutes=published.statutes,
    )


@dataclass(frozen=True, eq=False)
class House:
    """Every published version that a subject's events name."""

    versions: Mapping[int, Published]

    def promised(self, terms: Terms) -> Promised:
        return promised_by(self.versions[terms.catalogue_version], terms.agreement, terms.agreement_version)
