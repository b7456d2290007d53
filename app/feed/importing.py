"""A whole file from HR: what it would change, whether that can be right, and carrying it out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import published_or_none
from app.database.session import Sessions, transaction
from app.errors import Conflict
from app.events.log import database_now
from app.feed.applying import carry_out
from app.feed.models import FeedMatch, Outcome, WaitingRow
from app.feed.planning import Planned, plan
from app.feed.reading import Grounds, grounds_of
from app.feed.rows import EngagementRow, PersonRow
from app.identity.actor import Actor
from app.people.engaging import Span
from app.people.models import Engagement, Person
from integrations.hr.reading import HrLine

SOURCE = "hr"
BATCH = 50
"""People in one transaction: writers are short (design decision 4)."""
FEW = 3
"""So many may always leave, however few there are."""


@dataclass(frozen=True)
class Forecast:
    """What the file would do."""

    planned: Sequence[Planned]
    names: Mapping[int, str]
    """Of the people that it would change, as they are called now."""
    staff: int
    """Those whom this source has told of, and who have a job."""
    everybody: frozenset[str] | None = None
    """The keys of all in a file that holds them all."""

    @property
    def leaving(self) -> int:
        return sum(each.leaves for each in self.planned)

    def is_too_many(self, most_percent: float) -> bool:
        return self.leaving > max(FEW, self.staff * most_percent / 100)


class TooManyLeave(Conflict):
    """The file would end more than the municipality has said may be right."""


def rows_of(lines: Sequence[HrLine]) -> list[PersonRow]:
    """One for each person, in the file's order; what is said twice about a person is taken from the last line."""
    by_number: dict[str, list[HrLine]] = {}
    for line in lines:
        by_number.setdefault(line.employee_number, []).append(line)
    return [_row(number, mine) for number, mine in by_number.items()]


def _row(number: str, lines: Sequence[HrLine]) -> PersonRow:
    last = lines[-1]
    periods: dict[tuple[str, date], list[HrLine]] = {}
    for line in lines:
        periods.setdefault((line.job, line.starts_on), []).append(line)
    return PersonRow(
        source=SOURCE,
        key=number,
        name=last.name,
        employee_number=number,
        email=last.text("email") or None,
        phone=last.text("phone").replace(" ", "") or None,
        engagements=tuple(_engagement(number, same) for same in periods.values()),
    )


def _engagement(number: str, same: Sequence[HrLine]) -> EngagementRow:
    """Lines that differ only in the leave they tell of are one period with several leaves."""
    line = same[-1]
    leaves = tuple(sorted({Span(*each.leave) for each in same if each.leave is not None}, key=_first))
    return EngagementRow(
        key=f"{number}/{line.job}",
        org_unit=line.org_unit,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        kind=line.text("kind"),
        position_code=line.text("position_code"),
        title=line.text("title"),
        percent=line.percent,
        leader=line.text("leader"),
        sponsor=line.text("sponsor"),
        contract_reference=line.text("contract_reference"),
        legal_basis=line.text("legal_basis"),
        last_shift_ends=line.text("last_shift_ends"),
        leaves=leaves if line.has_leaves else None,
    )


def _first(span: Span) -> tuple[date, date]:
    return span.starts_on, span.ends_on or date.max


async def forecast(sessions: Sessions, rows: Sequence[PersonRow], *, whole: bool) -> Forecast:
    """Changes nothing."""
    async with transaction(sessions) as session:
        grounds = await published_grounds(session)
        staff = await _staff(session)
        gone = await _gone(session, staff, rows) if whole else []
        everybody = [*rows, *gone]
        found: list[Planned] = []
        for some in _batches(everybody):
            found += await plan(session, some, issuer=None, grounds=grounds, bound=_bound(some, staff))
        changed = [each for each in found if not each.changes_nothing]
        ids = [each.person_id for each in changed if each.person_id is not None]
        names = select(Person.id, Person.name).where(Person.id.in_(ids))
        by_id = {row.id: row.name for row in await session.execute(names)}
        return Forecast(changed, by_id, len(staff), frozenset(row.key for row in rows) if whole else None)


async def carry_out_all(
    sessions: Sessions, told: Forecast, *, by: Actor, most_percent: float, expected: int | None = None
) -> int:
    """Carry out what was foretold, and nothing that somebody else has done meanwhile; how many people it changed.

    Raises TooManyLeave unless `expected` is just as many as would leave. Twice changes nothing.
    """
    if told.is_too_many(most_percent) and expected != told.leaving:
        raise TooManyLeave("feed.too_many_leave")
    done = 0
    for some in _batches([each.row for each in told.planned]):
        async with transaction(sessions) as session:
            grounds, at = await published_grounds(session), await database_now(session)
            bound = _bound(some, await _staff(session))
            for planned in await plan(session, some, issuer=None, grounds=grounds, bound=bound):
                if not planned.changes_nothing:
                    await carry_out(session, planned, issuer=None, by=by, at=at)
                    done += planned.does_something
    if told.everybody is not None:
        async with transaction(sessions) as session:
            await _forget_waiting(session, told.everybody)
    return done


async def _forget_waiting(session: AsyncSession, told: Collection[str]) -> None:
    """Nobody needs to be asked about a row that the file no longer has."""
    rows = (WaitingRow.source == SOURCE, WaitingRow.key.not_in(told))
    await session.execute(delete(WaitingRow).where(*rows))
    asked = (FeedMatch.source == SOURCE, FeedMatch.key.not_in(told), FeedMatch.outcome == Outcome.OPEN)
    await session.execute(delete(FeedMatch).where(*asked))


async def published_grounds(session: AsyncSession) -> Grounds:
    """None before there is a catalogue."""
    published = await published_or_none(session)
    return {} if published is None else grounds_of(published.catalogue)


async def _staff(session: AsyncSession) -> dict[str, int]:
    """By the key of the person in the source: those it has told of who have a job, or are to have one."""
    number = func.split_part(func.split_part(Engagement.feed_key, ":", 2), "/", 1)
    goes_on = or_(Engagement.ends_on.is_(None), Engagement.ends_on > func.current_date())
    query = select(number, Engagement.person_id).where(Engagement.feed_key.startswith(f"{SOURCE}:"), goes_on)
    return {row[0]: row[1] for row in await session.execute(query)}


async def _gone(
    session: AsyncSession, staff: Mapping[str, int], rows: Collection[PersonRow]
) -> list[PersonRow]:
    """Rows of those whom the file no longer knows: without a job."""
    told = {row.key for row in rows}
    missing = {number: person_id for number, person_id in staff.items() if number not in told}
    query = select(Person.id, Person.name).where(Person.id.in_(missing.values()))
    names = {row.id: row.name for row in await session.execute(query)}
    return [
        PersonRow(source=SOURCE, key=number, name=names[person_id], engagements=())
        for number, person_id in missing.items()
    ]


def _bound(rows: Sequence[PersonRow], staff: Mapping[str, int]) -> dict[str, int]:
    """Only for rows without a number: the others are found by it, and must agree with what stands here."""
    return {row.key: staff[row.key] for row in rows if row.employee_number is None and row.key in staff}


def _batches(rows: Sequence[PersonRow]) -> Iterator[Sequence[PersonRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
