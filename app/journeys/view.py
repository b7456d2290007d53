"""What the pages of journeys show: the list with how ready each is, and one journey with its steps by owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.catalogue.published import Published
from app.journeys.advancing import CLOSED_BY_HAND
from app.journeys.forecast import ready_by
from app.journeys.lifecycle import SETTLED, is_late, percent_ready
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, Signing, StepState
from app.journeys.planning import is_for_day_one, is_in_time
from app.journeys.situation import AccessFigures
from app.journeys.words import EMPLOYEE, EMPLOYER, KINDS, LATE, OVER, OWNERS, STATES
from app.tickets.lifecycle import number_of
from app.web.i18n import say
from app.web.problem_texts import sentence_of
from service_catalog.journey_schema import Closes, Journey, JourneyKind, OwnerKind, Step


@dataclass(frozen=True)
class StepView:
    id: int
    journey_id: int
    key: str
    title: str
    why: str
    owner: OwnerKind
    unit: str
    """Which unit, of a unit's step."""
    state: StepState
    word: str
    colour: str
    due_at: datetime
    is_late: bool
    number: str
    """The ticket in which it is done; empty when there is none."""
    done_at: datetime | None
    done_by: str
    problem: str
    for_day_one: bool
    by_hand: bool
    """Whether whoever answers for the journey may close it."""
    signed: tuple[tuple[str, datetime], ...]
    """Which party has signed so far, and when."""
    ready_at: datetime | None
    """When it can be done at the earliest, if that is too late for the first day."""


@dataclass(frozen=True)
class Group:
    title: str
    steps: tuple[StepView, ...]


@dataclass(frozen=True)
class Ready:
    """How far it has come towards the first day."""

    percent: int
    late: int
    access: AccessFigures | None


@dataclass(frozen=True)
class ListRow:
    id: int
    name: str
    kind: JourneyKind
    word: str
    job: str
    place: str
    owner_name: str
    day: date
    ready: Ready
    needs_yes: bool


@dataclass(frozen=True)
class Share:
    """How ready all of one leader's, or one unit's, are together."""

    name: str
    count: int
    percent: int


def ready_of(
    row: JourneyRow,
    parts: Sequence[tuple[Journey, Sequence[JourneyStep]]],
    access: AccessFigures | None,
    at: datetime,
) -> Ready:
    """Of the steps that are to be done before the day, and everything the job gives; a leaver's are counted to the end."""
    states: list[StepState] = []
    late = 0
    for template, steps in parts:
        for step in steps:
            late += is_late(step.state, step.due_at, at)
            said = template.step(step.key)
            counts = row.kind is JourneyKind.LEAVE or (said is not None and is_for_day_one(said))
            if counts and not (said and said.closes is Closes.ACCESS and access is not None):
                states.append(step.state)
    if access is not None and row.kind is not JourneyKind.LEAVE:
        states += [StepState.DONE] * access.granted + [StepState.OPEN] * (access.wanted - access.granted)
    return Ready(percent_ready(states), late, access)


def step_views(
    row: JourneyRow,
    template: Journey,
    steps: Sequence[JourneyStep],
    names: Mapping[int, str],
    published: Published,
    *,
    at: datetime,
    language: str,
    signings: Mapping[int, Signing] | None = None,
) -> list[StepView]:
    ready = ready_by(template, [(step.key, step.state) for step in steps], published, at)
    views = []
    for step in steps:
        said = template.step(step.key)
        if said is None:
            continue
        late = is_late(step.state, step.due_at, at) and row.state is JourneyState.ACTIVE
        word, colour = STATES[step.state]
        left = ready.get(step.key)
        counts = is_for_day_one(said)
        too_late = left is not None and counts and not is_in_time(left.ready_at, row.day)
        views.append(
            StepView(
                id=step.id,
                journey_id=step.journey_id,
                key=step.key,
                title=said.title.in_language(language),
                why=said.why.in_language(language),
                owner=step.owner,
                unit=_unit(said, published, language),
                state=step.state,
                word=say(language, LATE if late else word),
                colour="danger" if late else colour,
                due_at=step.due_at,
                is_late=late,
                number=number_of(step.ticket_id) if step.ticket_id else "",
                done_at=step.done_at,
                done_by=names.get(step.done_by_id or 0, ""),
                problem=sentence_of(step.problem, language) or "" if step.problem else "",
                for_day_one=counts,
                by_hand=step.owner in (OwnerKind.LEADER, OwnerKind.NEWCOMER) or said.closes in CLOSED_BY_HAND,
                signed=_signed((signings or {}).get(step.id), language),
                ready_at=left.ready_at if left is not None and too_late else None,
            )
        )
    return views


def _signed(found: Signing | None, language: str) -> tuple[tuple[str, datetime], ...]:
    if found is None:
        return ()
    said = ((EMPLOYER, found.employer_at), (EMPLOYEE, found.employee_at))
    return tuple((say(language, who), at) for who, at in said if at is not None)


def groups_of(views: Sequence[StepView], language: str) -> tuple[Group, ...]:
    """By owner, in the order people read them; within one, what is left first and the nearest deadline before others."""
    found = []
    for owner, title in OWNERS.items():
        mine = [view for view in views if view.owner is owner]
        mine.sort(key=lambda view: (view.state in SETTLED, view.due_at))
        if mine:
            found.append(Group(say(language, title), tuple(mine)))
    return tuple(found)


def shares_of(rows: Sequence[ListRow], named: str) -> tuple[Share, ...]:
    """`named`: the attribute they are put together by («owner_name», «place»); the least ready first."""
    by_name: dict[str, list[int]] = {}
    for row in rows:
        if row.kind is not JourneyKind.LEAVE:
            by_name.setdefault(getattr(row, named), []).append(row.ready.percent)
    shares = [Share(name, len(found), sum(found) // len(found)) for name, found in by_name.items()]
    return tuple(sorted(shares, key=lambda share: (share.percent, share.name)))


def word_of(row: JourneyRow, language: str) -> str:
    return say(language, KINDS[row.kind] if row.state is JourneyState.ACTIVE else OVER[row.state])


def _unit(said: Step, published: Published, language: str) -> str:
    service = published.catalogue.services.get(said.ticket.service) if said.ticket else None
    unit = published.catalogue.units.get(service.unit) if service else None
    return unit.title.in_language(language) if unit else ""
