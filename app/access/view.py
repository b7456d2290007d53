"""What the pages of access show: one person's lines by system, and a leader's people × systems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.access.expiring import ends_by_itself
from app.access.ordering import is_dangerous
from app.access.plan import Held, Line, Person, Standing, State, is_lacking, is_too_much, plan
from app.access.targets import Targets, configured
from app.access.words import STANDINGS, failure_in, missing_in, reasons_of, restorer_in, standing_in
from app.tickets.lifecycle import number_of
from service_catalog.access_schema import GIVE, TAKE, Access, Approver, How, Risk
from service_catalog.schema import Catalogue


class Bucket(StrEnum):
    """How a leader reads a standing."""

    TOO_MUCH = "too_much"
    LACKS = "lacks"
    ON_THE_WAY = "on_the_way"
    HAS = "has"


BUCKETS: dict[Standing, Bucket] = {
    Standing.SUPERFLUOUS: Bucket.TOO_MUCH,
    Standing.FAILED: Bucket.LACKS,
    Standing.BLOCKED: Bucket.LACKS,
    Standing.DUE: Bucket.LACKS,
    Standing.UNKNOWN: Bucket.ON_THE_WAY,
    Standing.PENDING: Bucket.ON_THE_WAY,
    Standing.ORDERED: Bucket.ON_THE_WAY,
    Standing.EXPIRING: Bucket.HAS,
    Standing.GRANTED: Bucket.HAS,
}


@dataclass(frozen=True)
class LineView:
    """One entitlement as it is told. Dates are days."""

    key: str
    title: str
    gives: str
    standing: Standing
    word: str
    colour: str
    bucket: Bucket
    because: tuple[str, ...]
    on: date | None
    missing: str
    conflicts: tuple[str, ...]
    must_confirm: bool
    owner: str
    """The role that answers for it."""
    approver: Approver
    is_automatic: bool
    by_hand_for_now: bool
    """It is meant to be given by itself, and its system is not connected."""
    by_itself: bool
    """It is being given, or taken away, by the system itself."""
    failed_because: str
    """In words; empty when it has not failed."""
    is_risky: bool
    licence_nok_month: int
    number: str
    """The ticket in which it is being given, or taken away; empty when there is none."""
    may_be_ordered: bool
    may_be_taken: bool
    may_be_confirmed: bool
    """It ends by itself though the job goes on: somebody says whether it is needed still."""
    restore: str
    """Who gives it back round the clock, when lives may depend on it; else empty."""


@dataclass(frozen=True)
class SystemView:
    key: str
    title: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True)
class PersonView:
    """`name` is empty for the reader."""

    person_id: int
    name: str
    jobs: tuple[str, ...]
    systems: tuple[SystemView, ...]
    """Those with something to do about first."""
    counts: Mapping[Bucket, int]
    licence_nok_month: int
    """Of what they have."""
    has_dangerous: bool
    """Something of high risk, which whoever leads them may have taken away at once."""


@dataclass(frozen=True)
class Cell:
    """How one person stands in one system."""

    counts: tuple[tuple[Bucket, int], ...]
    """In the order of Bucket, none of them zero."""

    @property
    def is_in_order(self) -> bool:
        return all(bucket is Bucket.HAS for bucket, _count in self.counts)


@dataclass(frozen=True)
class RowView:
    person_id: int
    name: str
    title: str
    cells: tuple[Cell | None, ...]
    """One for each system of the grid; None where there is nothing to say."""

    @property
    def in_order(self) -> int:
        """How much is in its place."""
        return sum(
            count for cell in self.cells if cell for bucket, count in cell.counts if bucket is Bucket.HAS
        )


@dataclass(frozen=True)
class GridView:
    systems: tuple[str, ...]
    rows: tuple[RowView, ...]
    counts: Mapping[Bucket, int]


def person_view(
    catalogue: Catalogue,
    person_id: int,
    name: str,
    person: Person,
    on: date,
    language: str,
    targets: Targets | None = None,
) -> PersonView:
    """`targets`: those of this process when they are not named."""
    targets = targets or configured()
    access, lines = catalogue.access, plan(catalogue.access, person, on)
    first_name = name.split()[0] if name else ""
    held = {each.entitlement: each for each in person.held}
    views = [
        _line(catalogue, line, held.get(line.entitlement), language, who=first_name, on=on, targets=targets)
        for line in lines
    ]
    by_system: dict[str, list[LineView]] = {}
    for line, view in zip(lines, views, strict=True):
        by_system.setdefault(_system_of(access, line), []).append(view)
    systems = [
        SystemView(key, _system_title(access, key, language), tuple(_pressing_first(found)))
        for key, found in _in_order(access, by_system)
    ]
    return PersonView(
        person_id=person_id,
        name=name,
        jobs=tuple(f"{job.title}, {job.place}" for job in person.jobs if job.in_force(on)),
        systems=tuple(sorted(systems, key=lambda system: all(map(_in_place, system.lines)))),
        counts=Counter(view.bucket for view in views),
        licence_nok_month=sum(view.licence_nok_month for view in views if view.bucket is Bucket.HAS),
        has_dangerous=bool(name)
        and any(is_dangerous(access.entitlements.get(key), each) for key, each in held.items()),
    )


def grid_view(
    access: Access, people: Sequence[tuple[int, str, str, Person]], on: date, language: str
) -> GridView:
    """`people` are (id, name, title, what their plan is made of), in the order of the rows."""
    plans = [(id_, name, title, plan(access, person, on)) for id_, name, title, person in people]
    used = {_system_of(access, line) for *_who, lines in plans for line in lines}
    columns = [key for key, _found in _in_order(access, dict.fromkeys(used, ()))]
    total: Counter[Bucket] = Counter()
    rows = []
    for id_, name, title, lines in plans:
        cells: dict[str, Counter[Bucket]] = {}
        for line in lines:
            cells.setdefault(_system_of(access, line), Counter())[BUCKETS[line.standing]] += 1
            total[BUCKETS[line.standing]] += 1
        rows.append(RowView(id_, name, title, tuple(_cell(cells.get(column)) for column in columns)))
    return GridView(tuple(_system_title(access, key, language) for key in columns), tuple(rows), total)


def _cell(counts: Counter[Bucket] | None) -> Cell | None:
    return Cell(tuple((bucket, counts[bucket]) for bucket in Bucket if counts[bucket])) if counts else None


def _line(
    catalogue: Catalogue,
    line: Line,
    held: Held | None,
    language: str,
    *,
    who: str,
    on: date,
    targets: Targets,
) -> LineView:
    access = catalogue.access
    one = access.entitlements.get(line.entitlement)
    owner = catalogue.owners.get(access.owner_of(one) or "") if one else None
    return LineView(
        key=line.entitlement,
        title=one.title.in_language(language) if one else line.entitlement,
        gives=one.gives.in_language(language) if one else "",
        standing=line.standing,
        word=standing_in(line.standing, language),
        colour=STANDINGS[line.standing][1],
        bucket=BUCKETS[line.standing],
        because=reasons_of(line, language, who=who, today=on),
        on=line.on,
        missing=missing_in(line.missing, language),
        conflicts=tuple(_title(access, key, language) for key in line.conflicts),
        must_confirm=line.must_confirm,
        owner=owner.role.in_language(language) if owner else "",
        approver=one.approval if one else Approver.NONE,
        is_automatic=one is not None and one.how is How.AUTOMATIC,
        by_hand_for_now=one is not None and one.how is How.AUTOMATIC and targets.thing(one) is None,
        by_itself=held is not None and held.by_itself,
        failed_because=_failure_of(held, language),
        is_risky=one is not None and one.risk is Risk.HIGH,
        licence_nok_month=one.licence_nok_month if one else 0,
        number=number_of(held.ticket_id) if held and held.ticket_id else "",
        may_be_ordered=_is_free(held)
        and is_lacking(line)
        and (GIVE in access.orders or (one is not None and targets.thing(one) is not None)),
        may_be_taken=TAKE in access.orders and one is not None and is_too_much(line, held),
        may_be_confirmed=one is not None
        and held is not None
        and ends_by_itself(one, held, line, on) is not None,
        restore=restorer_in(access, one, language) if one else "",
    )


def _failure_of(held: Held | None, language: str) -> str:
    if held is None or held.state is not State.FAILED or held.reason is None:
        return ""
    return failure_in(held.reason, language)


def _is_free(held: Held | None) -> bool:
    return held is None or not held.is_under_way


def _title(access: Access, key: str, language: str) -> str:
    one = access.entitlements.get(key)
    return one.title.in_language(language) if one else key


def _system_of(access: Access, line: Line) -> str:
    one = access.entitlements.get(line.entitlement)
    return one.system if one else ""


def _system_title(access: Access, key: str, language: str) -> str:
    system = access.systems.get(key)
    return system.title.in_language(language) if system else "–"


def _in_order(
    access: Access, found: Mapping[str, Sequence[LineView]]
) -> list[tuple[str, Sequence[LineView]]]:
    """In the catalogue's order; what it no longer knows last."""
    order = {key: place for place, key in enumerate(access.systems)}
    return sorted(found.items(), key=lambda each: order.get(each[0], len(order)))


def _in_place(line: LineView) -> bool:
    return line.standing is Standing.GRANTED and not (line.missing or line.conflicts or line.must_confirm)


_PRESSING = {standing: place for place, standing in enumerate(Standing)}


def _pressing_first(lines: Sequence[LineView]) -> list[LineView]:
    return sorted(lines, key=lambda line: _PRESSING[line.standing])
