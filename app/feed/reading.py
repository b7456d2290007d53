"""From what a source calls things to what they are here: places, kinds, people and grounds, and what could not be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.feed.difference import Known, Told
from app.feed.rows import EngagementRow, Finding, Found, PersonRow, periods
from app.people.engaging import Content, Span, is_last_shift
from app.people.models import CONSULTANT, HIRED_IN, EngagementKind, OrgUnit, Person
from service_catalog.schema import Catalogue
from sla.zone import ZONE

USUAL_KIND = "fast"
Grounds: TypeAlias = Mapping[str, Collection[str]]
"""By kind of engagement: the keys of the grounds in the catalogue that it may have."""


def grounds_of(catalogue: Catalogue) -> Grounds:
    found: dict[str, list[str]] = {}
    for ground in catalogue.grounds.values():
        for kind in ground.kinds:
            found.setdefault(kind, []).append(ground.key)
    return found


@dataclass(frozen=True)
class Names:
    """What things are called, folded; None where two are called the same."""

    places: Mapping[str, int | None]
    kinds: Mapping[str, str]
    people: Mapping[str, int | None]
    grounds: Grounds


async def names_for(session: AsyncSession, rows: Sequence[PersonRow], grounds: Grounds) -> Names:
    """Everything that these rows may name, in three queries."""
    named = {
        who.casefold()
        for row in rows
        for line in row.engagements or ()
        for who in (line.leader, line.sponsor)
        if who
    }
    if not any(row.engagements for row in rows):
        return Names({}, {}, {}, grounds)
    places: dict[str, int | None] = {}
    units = (await session.execute(select(OrgUnit.id, OrgUnit.key, OrgUnit.name, OrgUnit.ansvar))).all()
    # A key goes before a name, and a name before an ansvar, whatever the others are called.
    for column in ("ansvar", "name", "key"):
        seen: dict[str, int | None] = {}
        for unit in units:
            word = getattr(unit, column).casefold()
            seen[word] = None if word in seen else unit.id
        places |= seen
    kinds: dict[str, str] = {}
    for key, name in await session.execute(select(EngagementKind.key, EngagementKind.name)):
        kinds |= {name.casefold(): key, key.casefold(): key}
    return Names(places, kinds, await _people(session, named), grounds)


async def _people(session: AsyncSession, named: set[str]) -> dict[str, int | None]:
    """By employee number, e-mail address, or «#» and the id here."""
    ids = [int(each[1:]) for each in named if each.startswith("#") and each[1:].isdigit()]
    is_named = or_(Person.employee_number.in_(named), func.lower(Person.email).in_(named), Person.id.in_(ids))
    found: dict[str, int | None] = {}
    query = select(Person.id, Person.employee_number, Person.email).where(is_named)
    for row in await session.execute(query) if named else ():
        for word in (row.employee_number, row.email, f"#{row.id}"):
            if word and word.casefold() in named:
                found[word.casefold()] = None if word.casefold() in found else row.id
    return found


@dataclass(frozen=True, slots=True)
class Read:
    """`unreadable`: the keys of jobs of which nothing is concluded."""

    told: tuple[Told, ...]
    unreadable: frozenset[str]
    findings: tuple[Finding, ...]


def read(row: PersonRow, known: Sequence[Known], names: Names, on: date) -> Read:
    """The row's jobs as they are here. A job with one line that cannot be used is left as it was, whole."""
    told: list[Told] = []
    unreadable: set[str] = set()
    findings: list[Finding] = []
    first_days: dict[str, date] = {}
    for each in known:
        first_days[each.key] = min(first_days.get(each.key, date.max), each.span.starts_on)
    for key, lines in periods(row.engagements or ()).items():
        ours = f"{row.source}:{key}"
        wrong = [finding for line in lines for finding in _wrong_with(line, names)]
        findings += wrong
        if wrong:
            unreadable.add(ours)
        else:
            told += [_told(ours, line, names, first_days.get(ours, on)) for line in lines]
    return Read(tuple(told), frozenset(unreadable), tuple(findings))


def _wrong_with(line: EngagementRow, names: Names) -> list[Finding]:
    kind = names.kinds.get((line.kind or USUAL_KIND).casefold())
    sponsored, hired_in = kind == CONSULTANT, kind == HIRED_IN
    rules = (
        (names.places.get(line.org_unit.casefold()) is None, Found.UNKNOWN_PLACE, line.org_unit),
        (kind is None, Found.UNKNOWN_KIND, line.kind),
        (bool(line.leader) and _person(line.leader, names) is None, Found.UNKNOWN_PERSON, line.leader),
        (bool(line.sponsor) and _person(line.sponsor, names) is None, Found.UNKNOWN_PERSON, line.sponsor),
        (_is_no_ground(line.legal_basis, kind, names), Found.UNKNOWN_LAW, line.legal_basis),
        ((sponsored or hired_in) and line.ends_on is None, Found.NO_END, ""),
        (sponsored and not line.sponsor, Found.NO_SPONSOR, ""),
        (sponsored and not line.contract_reference, Found.NO_CONTRACT, ""),
        (hired_in and not line.legal_basis, Found.NO_LAW, ""),
        (_backwards(line), Found.PERIOD, f"{line.starts_on}–{line.ends_on}"),
        (not 0 < line.percent <= 100, Found.PERCENT, str(line.percent)),
        (bool(line.last_shift_ends) and _last_shift(line) is None, Found.LAST_SHIFT, line.last_shift_ends),
    )
    return [Finding(found, line.key, said) for is_wrong, found, said in rules if is_wrong]


def _is_no_ground(written: str, kind: str | None, names: Names) -> bool:
    return bool(written) and written not in names.grounds.get(kind or "", ())


def _last_shift(line: EngagementRow) -> datetime | None:
    """None where nothing is said, or what is said cannot be."""
    if line.ends_on is None or not line.last_shift_ends:
        return None
    said = line.last_shift_ends
    try:
        at = datetime.fromisoformat(said if len(said) > len("22:00") else f"{line.ends_on}T{said}")
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=ZONE)
    return at.astimezone(UTC) if is_last_shift(at, line.ends_on) else None


def _backwards(line: EngagementRow) -> bool:
    return line.starts_on is not None and line.ends_on is not None and line.ends_on < line.starts_on


def _person(named: str, names: Names) -> int | None:
    return names.people.get(named.casefold())


def _told(key: str, line: EngagementRow, names: Names, first_day: date) -> Told:
    kind = names.kinds[(line.kind or USUAL_KIND).casefold()]
    place = names.places[line.org_unit.casefold()]
    assert place is not None
    content = Content(
        org_unit_id=place,
        kind=kind,
        position_code=line.position_code,
        title=line.title,
        percent=line.percent,
        leader_id=_person(line.leader, names) if line.leader else None,
        sponsor_id=_person(line.sponsor, names) if line.sponsor else None,
        contract_reference=line.contract_reference or None,
        legal_basis=line.legal_basis or None,
        last_shift_ends_at=_last_shift(line),
    )
    starts_on = line.starts_on or first_day
    ends_on = max(line.ends_on, starts_on) if line.ends_on else None
    leaves = None if line.leaves is None else tuple(sorted(line.leaves))
    return Told(key, content, Span(starts_on, ends_on), leaves)
