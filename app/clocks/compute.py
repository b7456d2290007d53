"""From the log to clocks: when each ran, in which periods, and what it reads at an instant. No database, no «now»."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from app.clocks.promised import ClockKind, House, Promised
from app.clocks.situation import Fact, Moment, Situation, Terms, moments_of
from sla.clock import Clock, Span
from sla.statute import Deadline
from sla.wall_clock import EPOCH


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    """Stopped before its due instant."""
    MISSED = "missed"
    """Stopped after it. A running clock past its due instant is RUNNING with `breached_at`."""
    CANCELLED = "cancelled"
    """No longer promised."""


class Mode(StrEnum):
    """What a situation lets a clock do."""

    RUNS = "runs"
    PAUSES = "pauses"
    STOPS = "stops"


def _while_open(now: Situation, _part: str, pauses_on: frozenset[str]) -> Mode:
    if not now.is_open:
        return Mode.STOPS
    return Mode.PAUSES if now.waiting in pauses_on else Mode.RUNS


def _until_answered(now: Situation, part: str, pauses_on: frozenset[str]) -> Mode:
    """For good: what is reopened has had its first answer."""
    return Mode.STOPS if now.answered else _while_open(now, part, pauses_on)


def _while_held(now: Situation, unit: str, pauses_on: frozenset[str]) -> Mode:
    return _while_open(now, unit, pauses_on) if now.holder == unit else Mode.STOPS


def _while_asked(now: Situation, _part: str, _pauses_on: frozenset[str]) -> Mode:
    return Mode.RUNS if now.is_open and now.waiting == "requester" else Mode.STOPS


def _never_pausing(now: Situation, _part: str, _pauses_on: frozenset[str]) -> Mode:
    return Mode.RUNS if now.is_open else Mode.STOPS


def _once(_now: Situation) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Rule:
    """How clocks of one kind follow the situation. When `round` changes, the clock begins anew from nothing."""

    mode: Callable[[Situation, str, frozenset[str]], Mode]
    round: Callable[[Situation], int] = _once


RULES: dict[ClockKind, Rule] = {
    ClockKind.RESPONSE: Rule(_until_answered),
    ClockKind.SOLUTION: Rule(_while_open),
    ClockKind.UPDATE: Rule(_while_open, lambda now: now.news),
    ClockKind.LEG: Rule(_while_held),
    ClockKind.REPLY: Rule(_while_asked, lambda now: now.asked),
    ClockKind.STATUTORY: Rule(_never_pausing),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A clock between two reopenings or changes of target, with all the time that counts towards the target then."""

    number: int
    """From 1; rises by one at each."""
    since: datetime
    begun_at: datetime
    """From where the time towards the target is counted; before `since` when it goes on."""
    until: datetime | None
    """The end of its life: when it stopped, or the next period began. None: it still runs."""
    counted: Clock | Deadline | None
    """None: nothing is promised any more."""
    promised: Promised
    """What held then: a clock that got other terms keeps the steps it had under the old ones."""
    terms: Terms
    priority: str

    @property
    def target(self) -> timedelta:
        """Of a legal clock calendar time, which may be less than nothing; else working time."""
        return self.counted.target if self.counted else timedelta()


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the target that was used up at `at`. `sent`: not already past when its period began."""

    period: int
    percent: int
    at: datetime
    sent: bool


@dataclass(frozen=True, slots=True)
class Course:
    """One clock of a subject through its whole life."""

    kind: ClockKind
    part: str
    promised: Promised
    started_at: datetime
    stopped_at: datetime | None
    mode: Mode
    periods: tuple[Period, ...]

    @property
    def period(self) -> Period:
        """The one it is in."""
        return self.periods[-1]


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one instant; `due_at` is None while it is paused in time."""

    state: ClockState
    due_at: datetime | None
    used: timedelta
    next_at: datetime | None
    """When the next step is used up, if it goes on running."""
    stopped_at: datetime | None
    breached_at: datetime | None


def courses_of(facts: Iterable[Fact], house: House) -> list[Course]:
    """Every clock that the log of one subject gives it. Raises BrokenLog."""
    moments = moments_of(facts)
    names = dict.fromkeys(
        name for moment in moments for name in house.promised(moment.now.terms).clocks(moment.now)
    )
    courses = (course_of(kind, part, moments, house) for kind, part in names)
    return [course for course in courses if course is not None]


def course_of(kind: ClockKind, part: str, moments: Sequence[Moment], house: House) -> Course | None:
    """One clock; None if it never began. Whenever the terms change, everything counts anew from the opening."""
    course: Course | None = None
    end = 0
    for terms, stretch in groupby(moments, key=lambda moment: moment.now.terms):
        began = moments[end].at
        end += len(list(stretch))
        walked = _Walk(kind, part, house.promised(terms), terms).through(moments[:end])
        course = walked if course is None or walked is None else _joined(course, walked, at=began)
    return course


def _joined(before: Course, after: Course, *, at: datetime) -> Course:
    """The life under the old terms until `at`, and under the new ones from then on."""
    old = [period for period in before.periods if period.since < at]
    if not old:
        return after
    # What began anew by then is behind us. A stopped clock has one too, and whatever happens later only adds to them.
    behind = sum(period.since <= at for period in after.periods[1:])
    new = list(after.periods[behind:])
    old[-1] = replace(old[-1], until=min(old[-1].until or at, at))
    new[0] = replace(new[0], since=at)
    numbered = [replace(period, number=len(old) + place) for place, period in enumerate(new, start=1)]
    return replace(after, periods=(*old, *numbered))


class _Walk:
    """Follows the moments under one set of terms, and closes a period wherever a new one begins."""

    def __init__(self, kind: ClockKind, part: str, promised: Promised, terms: Terms) -> None:
        self.kind, self.part, self.promised, self.terms = kind, part, promised, terms
        self.rule = RULES[kind]
        self.mode, self.round, self.priority = Mode.STOPS, 0, ""
        self.aim: timedelta | datetime | None = None
        self.spans: list[Span] = []
        self.running_since: datetime | None = None
        self.started_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.begun_at = self.since = EPOCH
        self.periods: list[Period] = []

    def through(self, moments: Sequence[Moment]) -> Course | None:
        for moment in moments:
            mode = self.rule.mode(moment.now, self.part, self.promised.pauses_on)
            if self.started_at is not None:
                self._turn(moment, mode)
            elif mode is not Mode.STOPS:
                self.started_at = moment.at
                self._begin(moment, mode)
        if self.started_at is None:
            return None
        periods = (*self.periods, self._period(self.stopped_at))
        return Course(
            self.kind, self.part, self.promised, self.started_at, self.stopped_at, self.mode, periods
        )

    def _turn(self, moment: Moment, mode: Mode) -> None:
        at, now = moment.at, moment.now
        begins = mode is not Mode.STOPS
        anew, again = begins and self.rule.round(now) != self.round, begins and self.mode is Mode.STOPS
        aim = self.aim
        if not anew and (now.priority != self.priority or moment.kind in REAIMING):
            aim = self._aimed(now, self.begun_at)
        if anew or again or aim != self.aim:
            self.periods.append(self._period(self.stopped_at or at))
            self.since = at
        self.aim, self.priority = aim, now.priority
        if anew:
            self._begin(moment, mode)
        elif mode is not self.mode:
            self._leave(at)
            self._enter(at, mode)

    def _begin(self, moment: Moment, mode: Mode) -> None:
        """From nothing: at the start, and when a new round begins."""
        self.begun_at = self.since = moment.at
        self.round, self.priority = self.rule.round(moment.now), moment.now.priority
        self.spans = []
        self.aim = self._aimed(moment.now, moment.at)
        self._enter(moment.at, mode)

    def _aimed(self, now: Situation, begun_at: datetime) -> timedelta | datetime | None:
        """The target, or a legal clock's deadline; None when nothing is promised."""
        if self.kind is not ClockKind.STATUTORY:
            return self.promised.target(self.kind, self.part, now.priority, begun_at)
        dates = dict(now.legal).get(self.part)
        return self.promised.statutes[self.part].due_at(dates) if dates else None

    def _leave(self, at: datetime) -> None:
        if self.running_since is not None and self.running_since < at:
            self.spans.append(Span(self.running_since, at))

    def _enter(self, at: datetime, mode: Mode) -> None:
        self.mode = mode
        self.stopped_at = at if mode is Mode.STOPS else None
        self.running_since = at if mode is Mode.RUNS else None

    def _period(self, until: datetime | None) -> Period:
        number = len(self.periods) + 1
        return Period(
            number,
            self.since,
            self.begun_at,
            until,
            self._counted(),
            self.promised,
            self.terms,
            self.priority,
        )

    def _counted(self) -> Clock | Deadline | None:
        if isinstance(self.aim, datetime):
            return Deadline(self.begun_at, self.aim)
        if self.aim is None:
            return None
        running = () if self.running_since is None else (Span(self.running_since),)
        return Clock(self.promised.calendar, self.aim, (*self.spans, *running))


REAIMING = frozenset({"ticket.agreement_changed", "ticket.service_changed"})
"""What may change a target beside the priority."""


def read(course: Course, *, at: datetime) -> Reading:
    """What the clock says at `at`, which is not before the last fact."""
    counted, stopped_at = course.period.counted, course.stopped_at
    if counted is None:
        return Reading(ClockState.CANCELLED, None, timedelta(), None, stopped_at, None)
    due = counted.due_at()
    breached = due if due is not None and due <= (stopped_at or at) else None
    if stopped_at is not None:
        state = ClockState.MISSED if breached else ClockState.MET
    else:
        state = ClockState.PAUSED if course.mode is Mode.PAUSES else ClockState.RUNNING
    return Reading(
        state=state,
        due_at=due,
        used=counted.used_at(stopped_at or at),
        next_at=_next_step(course, counted, at) if state is ClockState.RUNNING else None,
        stopped_at=stopped_at,
        breached_at=breached,
    )


def _next_step(course: Course, counted: Clock | Deadline, at: datetime) -> datetime | None:
    instants = map(counted.warns_at, course.promised.steps(course.kind, course.part))
    return next((instant for instant in instants if instant is not None and instant > at), None)


def steps_of(course: Course, *, at: datetime, first_period: int = 1) -> Iterator[Step]:
    """Every step passed by `at`, in order, of this period and later ones."""
    for period in course.periods:
        if period.counted is None or period.number < first_period:
            continue
        for percent in period.promised.steps(course.kind, course.part):
            instant = period.counted.warns_at(percent)
            if instant is None or instant > (period.until or at) or instant > at:
                break
            yield Step(period.number, percent, instant, period.number == 1 or instant > period.since)
