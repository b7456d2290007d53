"""The published version every node runs from: read once per process, immutable, replaced when a newer one appears."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import orjson
import structlog
from fastapi import Depends, FastAPI, Request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.models import CatalogueVersion
from app.database.session import Sessions
from app.errors import NotFound, Problem
from app.identity.actor import Actor, system_actor
from service_catalog.schema import Catalogue, Service, Unit
from service_catalog.search import Hit, ServiceIndex
from sla.agreement import Agreement
from sla.calendar import CalendarSource, WorkingCalendar
from sla.load import Sla
from sla.statute import Statute

POLL_SECONDS = 10.0
ORDERED = (
    "units",
    "services",
    "articles",
    "glossary",
    "processing",
    "laws",
    "risks",
    "journeys",
    "grounds",
    "wheel",
)
"""Parts of the catalogue whose order is the order on the page."""
ACCESS_ORDERED = ("systems", "entitlements", "profiles", "positions")
PINNED_YEARS = range(2015, 2041)
"""Public holidays written out when a version is published: a later release of `holidays` changes no promise."""
log = structlog.get_logger(__name__)


class NothingPublished(Problem):
    """The installation has no catalogue yet: `skranke catalogue publish`."""

    status = 503


@dataclass(frozen=True, eq=False)
class Published:
    """One version: catalogue, agreements, calendars and statutes that belong together."""

    version: int
    catalogue: Catalogue
    versions: dict[str, tuple[Agreement, ...]]
    """Every version of each agreement that was adopted, from the first to the last."""
    calendar_sources: dict[str, CalendarSource]
    statutes: dict[str, Statute] = field(default_factory=dict)
    _calendars: dict[str, WorkingCalendar] = field(default_factory=dict)

    def service(self, key: str) -> Service:
        try:
            return self.catalogue.services[key]
        except KeyError:
            raise NotFound from None

    def unit(self, key: str) -> Unit:
        try:
            return self.catalogue.units[key]
        except KeyError:
            raise NotFound from None

    def agreement(self, name: str, version: int) -> Agreement:
        """The version that something was opened under. NotFound when this catalogue is older than it."""
        for agreement in self.versions.get(name, ()):
            if agreement.version == version:
                return agreement
        raise NotFound

    def agreement_at(self, name: str, at: datetime) -> Agreement:
        """The version that what comes in at this instant stands under: the last that has begun where it is counted.

        One that has ended without a successor is followed until there is one, so that nothing is without a promise.
        """
        versions = self.versions[name]
        begun = [
            each
            for each in versions
            if each.valid_from <= local_day(self.calendar_sources[each.calendar], at)
        ]
        return begun[-1] if begun else versions[0]

    def agreements_at(self, at: datetime) -> list[Agreement]:
        """One of each, as they stand at this instant."""
        return [self.agreement_at(name, at) for name in self.versions]

    def calendar(self, name: str) -> WorkingCalendar:
        """Compiled on first use; compiling is the expensive part."""
        if name not in self._calendars:
            self._calendars[name] = self.calendar_sources[name].compile()
        return self._calendars[name]

    @property
    def office_hours(self) -> WorkingCalendar:
        """When people of the municipality are looked to for an answer."""
        return self.calendar(self.catalogue.municipality.calendar)

    @property
    def zone(self) -> ZoneInfo:
        """Where those hours are counted."""
        return ZoneInfo(self.calendar_sources[self.catalogue.municipality.calendar].timezone)

    @cached_property
    def _indexes(self) -> dict[str, ServiceIndex]:
        return {
            language: ServiceIndex(self.catalogue, language)
            for language in self.catalogue.municipality.languages
        }

    def search(self, query: str, language: str, limit: int) -> list[Hit]:
        index = self._indexes.get(language) or self._indexes[self.catalogue.municipality.languages[0]]
        return index.find(query, limit)


def local_day(calendar: CalendarSource, at: datetime) -> date:
    """Which day it is where the calendar's hours are counted."""
    return at.astimezone(ZoneInfo(calendar.timezone)).date()


K = TypeVar("K")
_read: dict[tuple[int, bytes], Published] = {}
"""By version and digest: tests open several databases in one process."""
_known: WeakKeyDictionary[object, dict[int, Published]] = WeakKeyDictionary()
"""By engine: what this process has read of one database. A version never changes, so it is asked for once."""
MOST_KNOWN = 4
"""Versions that a process keeps, those used last: one of a whole municipality takes some seven MiB."""


async def load_published(session: AsyncSession, version: int | None = None) -> Published:
    """The newest version, or the one named. Raises NothingPublished when there is none."""
    known = _known.setdefault(session.get_bind().engine, {})
    if version is not None and version in known:
        keep(known, version, known[version])
        return known[version]
    wanted = (
        select(CatalogueVersion.id, CatalogueVersion.digest).order_by(CatalogueVersion.id.desc()).limit(1)
    )
    if version is not None:
        wanted = wanted.where(CatalogueVersion.id == version)
    found = (await session.execute(wanted)).one_or_none()
    if found is None:
        raise NothingPublished("catalogue.nothing_published")
    what = (found.id, bytes(found.digest))
    if what not in _read:
        content = select(CatalogueVersion.content).where(CatalogueVersion.id == found.id)
        read = read_content(found.id, (await session.execute(content)).scalar_one())
    else:
        read = _read[what]
    if known.get(found.id, read) is not read:
        # Another digest under a number this process knows: the database was emptied and filled again (the demo).
        known.clear()
    keep(_read, what, read)
    keep(known, found.id, read)
    return read


async def published_or_none(session: AsyncSession) -> Published | None:
    """The newest version; None before there is a catalogue, when no job has anything to go by."""
    try:
        return await load_published(session)
    except NothingPublished:
        return None


def keep(kept: dict[K, Published], key: K, one: Published) -> None:
    """As the one used last; the one that has not been used for longest gives way."""
    kept.pop(key, None)
    kept[key] = one
    while len(kept) > MOST_KNOWN:
        del kept[next(iter(kept))]


def read_content(version: int, content: dict[str, Any]) -> Published:
    catalogue = Catalogue.model_validate(_in_order(content), strict=False)
    agreements, calendars = content["agreements"], content["calendars"]
    assert isinstance(agreements, dict)
    assert isinstance(calendars, dict)
    return Published(
        version=version,
        catalogue=catalogue,
        versions={name: _versions(value) for name, value in agreements.items()},
        calendar_sources={name: CalendarSource.model_validate(value) for name, value in calendars.items()},
        statutes={name: Statute.model_validate(value) for name, value in content.get("statutes", {}).items()},
    )


def _versions(written: Any) -> tuple[Agreement, ...]:
    """A list; before agreements had several versions, the one that stood."""
    found = [
        Agreement.model_validate(value) for value in (written if isinstance(written, list) else [written])
    ]
    return tuple(sorted(found, key=lambda agreement: agreement.version))


def _in_order(content: dict[str, Any]) -> dict[str, Any]:
    """The catalogue with its keys in the order they were written: JSONB keeps none, and pages show it."""
    written: dict[str, Any] = content["catalogue"]
    order: dict[str, list[str]] = content.get("order", {})
    access: dict[str, Any] = written.get("access", {})
    parts: dict[str, list[str]] = content.get("access_order", {})
    return (
        written
        | {name: {key: written[name][key] for key in keys} for name, keys in order.items()}
        | {
            "access": access
            | {name: {key: access[name][key] for key in keys} for name, keys in parts.items()}
        }
    )


async def knowing(session: AsyncSession, published: Published, agreement: str, version: int) -> Published:
    """This one when it knows the agreement's version, else the newest, which knows every version ever adopted."""
    known = any(each.version == version for each in published.versions.get(agreement, ()))
    return published if known else await load_published(session)


def content_of(catalogue: Catalogue, sla: Sla) -> dict[str, Any]:
    """What is kept of a version: everything that was read, with public holidays written out."""
    return {
        "catalogue": catalogue.model_dump(mode="json"),
        "order": {name: list(getattr(catalogue, name)) for name in ORDERED},
        "access_order": {name: list(getattr(catalogue.access, name)) for name in ACCESS_ORDERED},
        "agreements": {
            name: [agreement.model_dump(mode="json") for agreement in versions]
            for name, versions in sla.versions.items()
        },
        "calendars": {
            name: calendar.pinned(PINNED_YEARS).model_dump(mode="json")
            for name, calendar in sla.calendars.items()
        },
        "statutes": {name: statute.model_dump(mode="json") for name, statute in sla.statutes.items()},
    }


async def publish(
    session: AsyncSession, catalogue: Catalogue, sla: Sla, *, by: str, actor: Actor | None = None
) -> int:
    """Publish what was read and checked; the same content again keeps the version that stands.

    `by`: a name to show. `actor`: who it was for the security log, when that is somebody of ours.
    """
    content = content_of(catalogue, sla)
    return await _take_in_use(session, content, by=by, actor=actor)


async def hold(session: AsyncSession) -> None:
    """Whoever builds on the newest version does so alone, until its transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("catalogue_versions"))))


async def publish_agreement(
    session: AsyncSession, agreement: Agreement, calendar: CalendarSource, *, by: Actor
) -> int:
    """The newest version with one more version of one agreement; the caller holds the catalogue."""
    query = select(CatalogueVersion.content).order_by(CatalogueVersion.id.desc()).limit(1)
    content = (await session.execute(query)).scalar_one()
    before = _versions(content["agreements"].get(agreement.name, []))
    versions = [each.model_dump(mode="json") for each in (*before, agreement)]
    return await _take_in_use(
        session,
        content
        | {
            "agreements": content["agreements"] | {agreement.name: versions},
            "calendars": {calendar.name: calendar.model_dump(mode="json")} | content["calendars"],
        },
        by=by.name,
        actor=by,
    )


async def _take_in_use(
    session: AsyncSession, content: dict[str, Any], *, by: str, actor: Actor | None
) -> int:
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
    newest = (
        await session.execute(
            select(CatalogueVersion.id, CatalogueVersion.digest).order_by(CatalogueVersion.id.desc()).limit(1)
        )
    ).one_or_none()
    if newest is not None and bytes(newest.digest) == digest:
        return int(newest.id)
    row = CatalogueVersion(
        digest=digest,
        content=content,
        published_at=func.clock_timestamp(),
        published_by=by,
    )
    session.add(row)
    await session.flush()
    who = actor or system_actor("catalogue.publish")
    await audit(
        session, who, AuditKind.CATALOGUE_PUBLISHED, subject_kind="catalogue_version", subject_id=row.id
    )
    return row.id


async def refresh_published(app: FastAPI) -> None:
    """Look for a newer version until cancelled; a database that is away is asked again later."""
    sessions: Sessions = app.state.sessions
    while True:
        try:
            async with sessions() as session:
                app.state.published = await published_or_none(session)
        except (SQLAlchemyError, OSError) as away:
            log.warning("catalogue.poll_failed", error=str(away))
        await asyncio.sleep(POLL_SECONDS)


async def current_published(request: Request) -> Published:
    """For routes; right after the first publish it looks itself rather than wait for the next poll."""
    published: Published | None = getattr(request.app.state, "published", None)
    if published is None:
        sessions: Sessions = request.app.state.sessions
        async with sessions() as session:
            published = await load_published(session)
        request.app.state.published = published
    return published


Current = Annotated[Published, Depends(current_published)]
