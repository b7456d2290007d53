"""The list and the one journey, put together for whoever reads them: pages and API show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.plan import Standing, plan
from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today
from app.access.words import missing_in
from app.catalogue.published import Published
from app.errors import NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.journeys.correcting import Correction, correction_of, told_of
from app.journeys.forecast import promised_at, ready_by
from app.journeys.models import JourneyRow, JourneyState, JourneyStep
from app.journeys.payroll import FirstPay, first_pay, runs
from app.journeys.places import upward
from app.journeys.planning import is_in_time
from app.journeys.policy import may_confirm
from app.journeys.queries import (
    Found,
    contracts_of,
    journey_seen_by,
    journeys_seen_by,
    names_of_doers,
    steps_of_all,
    template_of,
)
from app.journeys.signing import signings_of
from app.journeys.situation import IN_PLACE, access_figures
from app.journeys.view import (
    Group,
    ListRow,
    Ready,
    Share,
    StepView,
    groups_of,
    ready_of,
    shares_of,
    step_views,
    word_of,
)
from app.journeys.welcome import LinkState, link_state
from app.people.engaging import over_at
from app.people.models import HireState
from app.web.paging import Page
from service_catalog.access_schema import GIVE, How
from service_catalog.journey_schema import Journey, JourneyKind
from sla.zone import ZONE, day_of

SOON_DAYS = 7


@dataclass(frozen=True)
class ListPage:
    rows: tuple[ListRow, ...]
    by_leader: tuple[Share, ...]
    by_place: tuple[Share, ...]


@dataclass(frozen=True)
class Late:
    """What cannot be there as the first day begins: what it is, when it can be, and what stands in its way."""

    title: str
    ready_at: datetime | None
    missing: str

    def is_ready_on(self, day: date) -> bool:
        return self.ready_at is not None and day_of(self.ready_at) == day


@dataclass(frozen=True)
class JourneyPage:
    row: JourneyRow
    name: str
    owner_name: str
    job: str
    place: str
    percent: str
    """Of full time; empty for a leaver."""
    ends_on: date | None
    ground: str
    title: str
    word: str
    ready: Ready
    groups: tuple[Group, ...]
    pay: FirstPay | None
    """Of whoever begins, while it is not entered: the first run of the payroll."""
    contract: tuple[StepView, ...]
    """Empty where there is no contract."""
    steps: tuple[StepView, ...]
    late: tuple[Late, ...]
    is_soon: bool
    """It begins within a week: what cannot be ready is said first."""
    needs_yes: bool
    may_confirm: bool
    correction: Correction
    """What the reader may do about the day."""
    last_shift: str
    """When the last shift is over, as a form writes it; empty: nobody has said."""
    over_at: datetime | None
    """Of whoever leaves: when access ends."""
    is_mine: bool
    """It is about the reader."""
    sees_access: bool
    private_email: str
    private_phone: str
    meets: str
    link: LinkState | None
    """The newcomer's own, when one opens."""

    @property
    def during_day_one(self) -> tuple[Late, ...]:
        return tuple(late for late in self.late if late.is_ready_on(self.row.day))

    @property
    def after_day_one(self) -> tuple[Late, ...]:
        return tuple(late for late in self.late if not late.is_ready_on(self.row.day))


async def list_page(
    session: AsyncSession,
    me: Actor,
    published: Published,
    *,
    after: str | None,
    limit: int,
    over: bool,
    language: str,
) -> tuple[ListPage, Page[Found]]:
    """The same number of queries however many there are."""
    page = await journeys_seen_by(session, me, after=after, limit=limit, over=over)
    at = await database_now(session)
    rows = [found.row for found in page.items]
    contracts = await contracts_of(session, rows)
    steps = await steps_of_all(session, [row.id for row in (*rows, *contracts.values())])
    figures = await access_figures(session, rows, published.catalogue.access)
    shown = []
    for found in page.items:
        parts = await _parts(session, found.row, contracts.get(found.row.engagement_id), steps, published)
        shown.append(
            ListRow(
                id=found.row.id,
                name=found.name,
                kind=found.row.kind,
                word=word_of(found.row, language),
                job=found.engagement.title,
                place=found.place.name,
                owner_name=found.owner_name,
                day=found.row.day,
                ready=ready_of(found.row, parts, figures[found.row.id], at),
                needs_yes=_needs_yes(found),
            )
        )
    return ListPage(tuple(shown), shares_of(shown, "owner_name"), shares_of(shown, "place")), page


async def journey_page(
    session: AsyncSession, me: Actor, published: Published, journey_id: int, *, language: str
) -> JourneyPage:
    """Raises NotFound for others' journeys."""
    found = await journey_seen_by(session, me, journey_id)
    row, at = found.row, await database_now(session)
    contract = (await contracts_of(session, [row])).get(row.engagement_id)
    steps = await steps_of_all(session, [row.id, *([contract.id] if contract else [])])
    names = await names_of_doers(session, [step for each in steps.values() for step in each])
    figures = (await access_figures(session, [row], published.catalogue.access))[row.id]
    parts = await _parts(session, row, contract, steps, published)
    signings = await signings_of(session, steps.get(contract.id, [])) if contract else {}
    views = [
        step_views(row, template, own, names, published, at=at, language=language, signings=signings)
        for template, own in parts
    ]
    own, of_contract = views[0], views[1] if len(views) > 1 else []
    late = await _late(session, row, (*own, *of_contract), published, at=at, language=language)
    above = await upward(session, found.place.id)
    hire, ground = found.hire, None
    needs_yes = _needs_yes(found)
    if hire is not None and hire.ground:
        ground = published.catalogue.grounds.get(hire.ground)
    return JourneyPage(
        row=row,
        name=found.name,
        owner_name=found.owner_name,
        job=f"{found.engagement.title} ({found.engagement.position_code})",
        place=found.place.name,
        percent=""
        if row.kind is JourneyKind.LEAVE
        else f"{float(found.engagement.percent):g}".replace(".", ","),
        ends_on=found.engagement.ends_on,
        ground=f"{ground.title.in_language(language)} ({ground.paragraph})" if ground else "",
        title=parts[0][0].title.in_language(language),
        word=word_of(row, language),
        ready=ready_of(row, parts, figures, at),
        groups=groups_of(own, language),
        pay=await _pay(session, row, parts, published, at),
        contract=tuple(of_contract),
        steps=(*own, *of_contract),
        late=late,
        is_soon=0 <= (row.day - day_of(at)).days <= SOON_DAYS,
        needs_yes=needs_yes,
        may_confirm=needs_yes
        and hire is not None
        and may_confirm(me, above.keys, ordered_by_id=hire.ordered_by_id) is None,
        correction=await _correction(session, me, found),
        last_shift=_written(found.engagement.last_shift_ends_at),
        over_at=over_at(found.engagement) if row.kind is JourneyKind.LEAVE else None,
        is_mine=row.person_id == me.person_id,
        sees_access=await _sees_access(session, me, row.person_id),
        private_email=(hire.private_email or "") if hire else "",
        private_phone=(hire.private_phone or "") if hire else "",
        meets=hire.meets if hire else "",
        link=await link_state(session, row.id) if hire else None,
    )


def _written(at: datetime | None) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}" if at else ""


async def _correction(session: AsyncSession, me: Actor, found: Found) -> Correction:
    """A bestiller orders people, and says of nobody that they move."""
    if found.row.person_id == me.person_id or not (me.is_leader or found.row.kind is JourneyKind.JOIN):
        return Correction.NONE
    told = await told_of(session, found.engagement)
    return correction_of(found.row, found.hire, found.engagement, told)


async def _parts(
    session: AsyncSession,
    row: JourneyRow,
    contract: JourneyRow | None,
    steps: dict[int, list[JourneyStep]],
    published: Published,
) -> list[tuple[Journey, Sequence[JourneyStep]]]:
    """The journey, and the contract's when there is one."""
    journeys = [row, *([contract] if contract else [])]
    return [(await template_of(session, each, published), steps.get(each.id, [])) for each in journeys]


async def _pay(
    session: AsyncSession,
    row: JourneyRow,
    parts: Sequence[tuple[Journey, Sequence[JourneyStep]]],
    published: Published,
    at: datetime,
) -> FirstPay | None:
    """When the last step of the contract is done, or can be."""
    pay = parts[0][0].pay
    if (
        row.kind is not JourneyKind.JOIN
        or pay is None
        or len(parts) < 2
        or row.state is not JourneyState.ACTIVE
    ):
        return None
    template, steps = parts[1]
    left = ready_by(template, [(step.key, step.state) for step in steps], published, at)
    done = [step.done_at for step in steps if step.done_at is not None]
    reported = max([*(each.ready_at for each in left.values()), *done], default=at)
    return first_pay(await runs(session), pay, row.day, day_of(reported))


async def _sees_access(session: AsyncSession, me: Actor, person_id: int) -> bool:
    try:
        await check_may_see(session, me, person_id)
    except NotFound:
        return False
    return True


def _needs_yes(found: Found) -> bool:
    hire = found.hire
    return hire is not None and hire.confirmed_by_id is None and hire.state is HireState.EXPECTED


async def _late(
    session: AsyncSession,
    row: JourneyRow,
    views: Sequence[StepView],
    published: Published,
    *,
    at: datetime,
    language: str,
) -> tuple[Late, ...]:
    """What cannot be ready by the first day if everybody keeps what they have promised; only of whoever is to begin."""
    if row.kind is JourneyKind.LEAVE or row.state is not JourneyState.ACTIVE or row.day < day_of(at):
        return ()
    steps = [Late(view.title, view.ready_at, "") for view in views if view.ready_at is not None]
    access = published.catalogue.access
    person = (await persons_of_plan(session, [row.person_id], await today(session)))[row.person_id]
    found = []
    order = access.orders.get(GIVE)
    service = published.catalogue.services.get(order.service) if order else None
    for line in plan(access, person, max(day_of(at), row.day)):
        one = access.entitlements.get(line.entitlement)
        if one is None or line.standing in IN_PLACE or line.standing is Standing.SUPERFLUOUS:
            continue
        by_hand = one.how is How.MANUAL and service is not None
        ready_at = promised_at(service, published, at) if by_hand and service else at
        missing = missing_in(line.missing, language)
        soon = (row.day - day_of(at)).days <= SOON_DAYS
        if (missing and soon) or not is_in_time(ready_at, row.day):
            title = one.title.in_language(language)
            found.append(Late(title, None if missing else ready_at, missing))
    return (*steps, *found)
