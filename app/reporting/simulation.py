"""From a question («what if we promised this, with these people») to its answer, with the history in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import load_published
from app.clocks.simulating import Period, counted, history_of
from app.events.log import database_now
from app.reporting.comparing import Comparison, compare
from sla.load import load_sla, read_agreement
from sla.simulate import Agreed, CannotSimulate


@dataclass(frozen=True)
class Question:
    """`unit` None: the one that provides. `instead_of`: an agreement whose tickets would be promised this."""

    agreement: Path
    staffs: tuple[int, ...]
    period: Period = field(default_factory=Period)
    unit: str | None = None
    instead_of: str | None = None


async def simulate(
    session: AsyncSession, question: Question, sla_folder: Path
) -> tuple[Comparison, dict[str, str]]:
    """The comparison and the services' names. Raises SlaError, NothingPublished or CannotSimulate."""
    agreement = read_agreement(question.agreement, sla_folder)
    source = load_sla(sla_folder).calendars[agreement.calendar]
    calendar, zone = source.compile(), ZoneInfo(source.timezone)
    published = await load_published(session)
    unit = question.unit or agreement.provider
    if unit not in published.catalogue.units:
        raise CannotSimulate(
            f"Enheten «{unit}» finnes ikke. Velg en av {', '.join(published.catalogue.units)}."
        )
    opened_under = question.instead_of or agreement.name
    if opened_under not in published.versions:
        known = ", ".join(sorted(published.versions))
        raise CannotSimulate(
            f"Ingen saker er åpnet under «{opened_under}». Bruk --instead-of med en av {known}."
        )
    history = await history_of(
        session,
        unit,
        period=question.period,
        zone=zone,
        calendar=calendar,
        pauses_on=[str(reason) for reason in agreement.pauses_on],
    )
    others = {
        other.name: Agreed(
            other, calendar if other.calendar == agreement.calendar else published.calendar(other.calendar)
        )
        for other in published.agreements_at(await database_now(session))
    }
    comparison = compare(
        history,
        agreement,
        opened_under=opened_under,
        unit=unit,
        others=others,
        calendar=calendar,
        counts=counted(opened_under, question.period, zone),
        staffs=question.staffs,
    )
    titles = {key: service.title.nb for key, service in published.catalogue.services.items()}
    return comparison, titles
