"""The promises of «Forventet ferdig» tried on histories: the database's own, or one told and never stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush

from sqlalchemy import func, select

from app.catalogue.published import Published, content_of, load_published, read_content
from app.clocks.expected import WITHDRAWN, facts
from app.database.session import Sessions
from app.demo.fill import Scale
from app.demo.loading import make_teller, plans
from app.demo.pressure import ORDINARY, Trouble
from app.demo.story import Story
from app.events.models import Event
from app.settings import Settings
from sla.backtest import Backtest, Calibration
from sla.experience import Ended, Fact, Opened
from sla.forecast import Basis
from sla.zone import day_of

BASES: dict[Basis, str] = {
    Basis.SERVICE_AND_PRIORITY: "tjeneste og prioritet",
    Basis.SERVICE: "tjeneste",
    Basis.AGREEMENT: "enhet og avtale",
}
FEWEST_SHOWN = 30
"""A service with fewer promises says nothing about how well they hold."""


async def backtest_database(sessions: Sessions) -> Calibration | None:
    """Over all that is in the log; None when there is nothing."""
    async with sessions() as session:
        until = (
            await session.execute(select(func.max(Event.at)).where(Event.subject_kind == "ticket"))
        ).scalar_one()
        if until is None:
            return None
        history = Backtest(until)
        async for fact in facts(session, published=await load_published(session)):
            history.follow(fact)
        return history.finish()


def backtest_told(
    scale: Scale,
    published: Published,
    *,
    at: datetime,
    trouble: Trouble = ORDINARY,
    only_trouble: bool = False,
) -> Calibration:
    """Over a history of the demo. `only_trouble`: of promises made after it began."""
    begins = datetime.combine(trouble.begins_on(day_of(at)), at.timetz())
    history = Backtest(at, begins if only_trouble else None)
    for fact in told_facts(scale, published, at=at, trouble=trouble):
        history.follow(fact)
    return history.finish()


def told_facts(
    scale: Scale, published: Published, *, at: datetime, trouble: Trouble = ORDINARY
) -> Iterator[Fact]:
    """What the log would hold, in the order it happened."""
    teller = make_teller(scale, published, at, trouble)
    ended: list[tuple[datetime, int, Ended]] = []
    for plan in plans(scale, published, at, trouble):
        for story in teller.tell(plan):
            opened, end = _facts_of(story, published)
            while ended and ended[0][0] <= opened.at:
                yield heappop(ended)[2]
            yield opened
            if end is not None:
                heappush(ended, (end.at, end.ticket, end))
    while ended:
        yield heappop(ended)[2]


def _facts_of(story: Story, published: Published) -> tuple[Opened, Ended | None]:
    told = story.events[0].payload
    agreement = published.agreement(story.agreement, story.agreement_version)
    calendar = published.calendar(agreement.calendar)
    target = agreement.promise(told["priority"]).solution.target(calendar, story.opened_at)
    opened = Opened(
        story.id,
        story.opened_at,
        story.service,
        told["priority"],
        told["unit"],
        story.agreement,
        target,
        calendar,
    )
    for event in story.events:
        if event.kind == "ticket.resolved":
            return opened, Ended(story.id, event.at, finished=event.payload["resolution"] != WITHDRAWN)
    return opened, None


def read_published(settings: Settings) -> Published:
    """The catalogue and agreements as they stand in the folders, without a database."""
    from service_catalog.load import load_catalogue
    from sla.load import load_sla

    content = content_of(load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder))
    return read_content(0, content)


def summary_lines(title: str, found: Calibration, *, aim: bool) -> Iterator[str]:
    """The table's head, for one history."""
    aims = ("  (mål 45–55)", "  (mål 87–93)") if aim else ("", "")
    made = found.silent + sum(found.by_basis.values())
    yield f"{title}: {made} saker, løfte om {made - found.silent}, for få saker til {found.silent}"
    for name, score in (
        ("ved bestilling", found.overall),
        ("på nytt da halve fristen var brukt", found.halfway),
    ):
        shown = aims if score is found.overall else ("", "")
        yield f"  {name:<36}50 %: holdt {score.median_share:6.1%}{shown[0]}   90 %: holdt {score.nine_share:6.1%}{shown[1]}"
    shares = ", ".join(f"{BASES[basis]} {count}" for basis, count in found.by_basis.items())
    yield f"  regnet ut fra: {shares}"


def service_lines(found: Calibration) -> Iterator[str]:
    """One line per service, most promises first."""
    yield f"  {'tjeneste':<34}{'løfter':>8}{'50 %':>9}{'90 %':>9}"
    shown = sorted(found.by_service.items(), key=lambda each: -each[1].nines)
    few = [score for _, score in shown if score.nines < FEWEST_SHOWN]
    for service, score in shown:
        if score.nines >= FEWEST_SHOWN:
            yield f"  {service:<34}{score.nines:>8}{score.median_share:>9.1%}{score.nine_share:>9.1%}"
    if few:
        yield f"  {len(few)} tjenester med færre enn {FEWEST_SHOWN} løfter er utelatt."
