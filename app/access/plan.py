"""Desired − actual = plan, as a pure function: each line says what to do about one entitlement, and because of what.

Source: issue «Onboarding and access». Movers get the new before the old ends; leavers lose everything when they leave;
what lives may depend on is never lost because nobody answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.access.desired import Given, Job, given_by
from service_catalog.access_schema import Access, Entitlement, Prerequisite

AHEAD = timedelta(days=14)
"""How long before a job begins what it gives is made ready."""
SOON = timedelta(days=30)
"""How long before it ends people are told."""


class State(StrEnum):
    """Where a grant stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ORDERED = "ordered"
    GRANTED = "granted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The target did not answer; it is read back before anything else is done."""
    REVOKED = "revoked"


class Origin(StrEnum):
    ROLE = "role"
    ORDER = "order"
    """Asked for beyond what the job gives."""
    FOUND = "found"
    """It stood in the target; nobody here gave it."""


@dataclass(frozen=True, slots=True)
class Held:
    """One grant that is not revoked. At most one of each entitlement."""

    entitlement: str
    state: State
    origin: Origin = Origin.ROLE
    since: date | None = None
    """When it was granted, or last said to be needed still."""
    until: date | None = None
    """The last day of an order."""
    ticket_id: int | None = None
    """In which it is being given, or taken away."""
    by_itself: bool = False
    """It is being given, or taken away, by the system itself."""
    reason: str | None = None
    """Why it failed, as a code."""

    @property
    def is_under_way(self) -> bool:
        return self.ticket_id is not None or self.by_itself


class Standing(StrEnum):
    """What is to be done; from what is most pressing to what is in order."""

    SUPERFLUOUS = "superfluous"
    FAILED = "failed"
    BLOCKED = "blocked"
    """Should have it, and may not before something is shown."""
    DUE = "due"
    EXPIRING = "expiring"
    UNKNOWN = "unknown"
    PENDING = "pending"
    ORDERED = "ordered"
    GRANTED = "granted"


class Why(StrEnum):
    JOB = "job"
    JOB_BEGINS = "job_begins"
    JOB_ENDED = "job_ended"
    """They have another job, which does not give it."""
    LEFT = "left"
    ORDER = "order"
    ORDER_ENDED = "order_ended"
    NOT_CONFIRMED = "not_confirmed"
    """It is given for a time, and that is over."""
    NO_ROLE = "no_role"
    ON_LEAVE = "on_leave"
    """It is paused while they are on leave."""


@dataclass(frozen=True, slots=True)
class Reason:
    why: Why
    given: Given | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entitlement of one person on one day."""

    entitlement: str
    standing: Standing
    reasons: tuple[Reason, ...]
    """The «fordi», at least one."""
    on: date | None = None
    """Due: the day it is needed. Expiring: its last day. Superfluous: the last day it should have been there."""
    missing: tuple[Prerequisite, ...] = ()
    conflicts: tuple[str, ...] = ()
    """What they have or should have, which it ought not to be together with."""
    must_confirm: bool = False
    """Lives may depend on it and its time is over: somebody must say whether it is needed, and it stays until then."""


@dataclass(frozen=True)
class Person:
    """Everything that a plan is made of. `papers` are those that hold on the day."""

    jobs: tuple[Job, ...]
    held: tuple[Held, ...] = ()
    papers: frozenset[Prerequisite] = frozenset()


def plan(access: Access, person: Person, on: date) -> tuple[Line, ...]:
    """Every entitlement that the person should have, soon should have, or has, in the catalogue's order."""
    gives = given_by(access, person.jobs)
    held = {each.entitlement: each for each in person.held if each.state is not State.REVOKED}
    wanted = {key for key, given in gives.items() if _wanted(access.entitlements[key], given, on)}
    lines = (
        _line(access.entitlements[key], gives.get(key, ()), held.get(key), person, on)
        for key in access.entitlements
        if key in wanted or key in held
    )
    # What the catalogue no longer knows is still there, and nothing gives it.
    unknown = (
        Line(key, Standing.SUPERFLUOUS, (Reason(Why.NO_ROLE),))
        for key in held
        if key not in access.entitlements
    )
    alive = wanted | held.keys()
    known = (_with_conflicts(access, line, alive) for line in lines if line is not None)
    return (*known, *unknown)


def _wanted(one: Entitlement, given: Iterable[Given], on: date) -> bool:
    """Some job gives it on the day, or begins so soon that it is made ready."""
    return any(_gives_now(one, each, on) or (on < each.job.starts_on <= on + AHEAD) for each in given)


def _gives_now(one: Entitlement, given: Given, on: date) -> bool:
    return given.job.in_force(on) and not (one.paused_on_leave and given.job.is_away(on))


def _line(
    one: Entitlement, given: Sequence[Given], held: Held | None, person: Person, on: date
) -> Line | None:
    now = tuple(each for each in given if _gives_now(one, each, on))
    ahead = tuple(each for each in given if on < each.job.starts_on <= on + AHEAD)
    working = any(job.in_force(on) for job in person.jobs)
    ordered = held is not None and held.origin is Origin.ORDER and working
    if now or ahead:
        return _wanted_line(one, now, ahead, held, person, on)
    assert held is not None
    if ordered and (held.until is None or held.until >= on):
        last_day = min(filter(None, (held.until, _leaves_on(person.jobs))), default=None)
        return _kept(one, held, (Reason(Why.ORDER, on=held.until),), last_day, person, on)
    return _unwanted_line(one, given, held, working, on)


def _wanted_line(
    one: Entitlement,
    now: tuple[Given, ...],
    ahead: tuple[Given, ...],
    held: Held | None,
    person: Person,
    on: date,
) -> Line:
    reasons = tuple(Reason(Why.JOB, each) for each in now) or tuple(
        Reason(Why.JOB_BEGINS, each, each.job.starts_on) for each in ahead
    )
    if held is not None and held.state is not State.FAILED:
        return _kept(one, held, reasons, _last_day(one, (*now, *ahead), person.jobs), person, on)
    missing = _missing(one, person.papers)
    needed_on = on if now else min(each.job.starts_on for each in ahead)
    if held is not None:
        return Line(one.key, Standing.FAILED, reasons, needed_on, missing)
    return Line(one.key, Standing.BLOCKED if missing else Standing.DUE, reasons, needed_on, missing)


_ON_ITS_WAY = {
    State.REQUESTED: Standing.PENDING,
    State.APPROVED: Standing.ORDERED,
    State.ORDERED: Standing.ORDERED,
    State.UNKNOWN: Standing.UNKNOWN,
    State.FAILED: Standing.FAILED,
}


def _kept(
    one: Entitlement,
    held: Held,
    reasons: tuple[Reason, ...],
    last_day: date | None,
    person: Person,
    on: date,
) -> Line:
    """They should have it, and it is there or on its way."""
    missing = _missing(one, person.papers)
    if held.state is not State.GRANTED:
        return Line(one.key, _ON_ITS_WAY[held.state], reasons, None, missing)
    confirm_by = held.since + timedelta(days=one.max_days) if held.since and one.max_days else None
    if confirm_by is not None and confirm_by <= on + SOON:
        if one.life_and_health:
            return Line(one.key, Standing.GRANTED, reasons, confirm_by, missing, must_confirm=True)
        if confirm_by < on:
            late = (Reason(Why.NOT_CONFIRMED, on=confirm_by),)
            return Line(one.key, Standing.SUPERFLUOUS, late, confirm_by, missing)
    ends = min(filter(None, (confirm_by, last_day)), default=None)
    if ends is not None and ends <= on + SOON:
        return Line(one.key, Standing.EXPIRING, reasons, ends, missing)
    return Line(one.key, Standing.GRANTED, reasons, None, missing)


def _last_day(one: Entitlement, given: Sequence[Given], jobs: Iterable[Job]) -> date | None:
    """Of what the jobs give: with grace for whoever goes on in another job, none for whoever leaves."""
    last = date.min
    for each in given:
        if each.job.ends_on is None:
            return None
        last = max(last, each.job.ends_on)
    goes_on = any(job.in_force(last + timedelta(days=1)) for job in jobs)
    return last + timedelta(days=one.grace_days) if goes_on else last


def _leaves_on(jobs: Iterable[Job]) -> date | None:
    """The last day of the last job; None while one has no end."""
    ends = [job.ends_on for job in jobs]
    return None if None in ends else max((end for end in ends if end), default=None)


def _unwanted_line(
    one: Entitlement, given: Sequence[Given], held: Held, working: bool, on: date
) -> Line | None:
    """No job gives it on the day: it ends, at the stated moment."""
    if held.state is State.FAILED:
        return None
    if held.origin is not Origin.ORDER and (away := [each for each in given if each.job.in_force(on)]):
        return Line(one.key, Standing.SUPERFLUOUS, tuple(Reason(Why.ON_LEAVE, each) for each in away))
    ended = [(each.job.ends_on, each) for each in given if each.job.ends_on and each.job.ends_on < on]
    last, by = max(ended, key=lambda each: each[0], default=(None, None))
    if not working:
        return Line(one.key, Standing.SUPERFLUOUS, (Reason(Why.LEFT, by, last),), last)
    if held.origin is Origin.ORDER:
        late = (Reason(Why.ORDER_ENDED, on=held.until),)
        if one.life_and_health:
            return Line(one.key, Standing.GRANTED, late, held.until, must_confirm=True)
        return Line(one.key, Standing.SUPERFLUOUS, late, held.until)
    if last is None:
        return Line(one.key, Standing.SUPERFLUOUS, (Reason(Why.NO_ROLE),))
    kept_until = last + timedelta(days=one.grace_days)
    reasons = (Reason(Why.JOB_ENDED, by, last),)
    if kept_until >= on and held.state is State.GRANTED:
        return Line(one.key, Standing.EXPIRING, reasons, kept_until)
    return Line(one.key, Standing.SUPERFLUOUS, reasons, kept_until)


def is_lacking(line: Line) -> bool:
    """It may be ordered: they should have it, and nothing stands in the way."""
    return line.standing in (Standing.DUE, Standing.FAILED) and not line.missing


def is_too_much(line: Line, held: Held | None) -> bool:
    """It may be taken away: it is there, they should not have it, and nobody is about to do it."""
    there = held is not None and held.state is State.GRANTED and not held.is_under_way
    return there and line.standing is Standing.SUPERFLUOUS


def _missing(one: Entitlement, papers: Collection[Prerequisite]) -> tuple[Prerequisite, ...]:
    return tuple(each for each in one.requires if each not in papers)


def _with_conflicts(access: Access, line: Line, alive: Collection[str]) -> Line:
    found = access.conflicts_of(line.entitlement) & set(alive)
    if not found:
        return line
    return Line(
        line.entitlement,
        line.standing,
        line.reasons,
        line.on,
        line.missing,
        tuple(sorted(found)),
        line.must_confirm,
    )
