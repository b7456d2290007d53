"""The life of a package: asked for, made by the job, fetched, and received by the archive."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import obstore
from obstore.store import ObjectStore
from sqlalchemy import func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.database.session import Sessions, transaction
from app.errors import Conflict, NotFound, refuse
from app.events.log import database_now
from app.identity.actor import Actor, system_actor
from app.identity.recent import require_recent
from app.retention import policy
from app.retention.models import DestructionLine, Package, PackagedCase
from app.retention.packing import Packed, pack
from app.tickets.lifecycle import Status
from app.tickets.models import Ticket
from app.tickets.reading import note_readings
from service_catalog.processing import ArchiveDuty
from service_catalog.schema import Confidentiality

SUBJECT = "archive_package"
PACKER = system_actor("retention.pack")
MOST = 1_000
"""Cases in one package."""
PART_BYTES = 8 * 1024 * 1024
FILE_KEPT = timedelta(days=30)
"""After the receipt: time to find that the archive's copy does not open."""


async def ask_for_package(
    session: AsyncSession, published: Published, *, archive_unit: str, by: Actor
) -> Package:
    """The next closed cases with archive duty that lie in no package. Raises Conflict when there are none."""
    refuse(policy.may_package(by, archive_unit))
    if not await cases_to_pack(session, published, most=1):
        raise Conflict("retention.nothing_to_pack")
    package = Package(asked_by_id=by.person_id, asked_at=await database_now(session))
    session.add(package)
    await session.flush()
    await audit(session, by, AuditKind.CASES_EXPORTED, subject_kind=SUBJECT, subject_id=package.id)
    return package


async def cases_to_pack(session: AsyncSession, published: Published, *, most: int = MOST) -> Sequence[int]:
    """Ids, oldest first. A whistle-blowing case is the mottak's own to keep."""
    catalogue = published.catalogue
    kept = [
        service.key
        for service in catalogue.services.values()
        if (processing := catalogue.processing_of(service)) and processing.archive is not ArchiveDuty.NONE
    ]
    packed = select(PackagedCase.ticket_id).where(PackagedCase.ticket_id == Ticket.id).exists()
    query = select(Ticket.id).where(
        Ticket.status == Status.CLOSED,
        Ticket.service.in_(kept),
        Ticket.confidentiality != Confidentiality.WHISTLEBLOWING,
        ~packed,
    )
    return (await session.scalars(query.order_by(Ticket.id).limit(most))).all()


async def make_next(sessions: Sessions, store: ObjectStore, published: Published) -> int:
    """Make the oldest package that is asked for. Twice at once is twice the work, and one package."""
    async with transaction(sessions) as session:
        waiting = select(Package.id).where(Package.made_at.is_(None)).order_by(Package.id).limit(1)
        package_id = (await session.scalars(waiting)).one_or_none()
        if package_id is None:
            return 0
        ids, at = await cases_to_pack(session, published), await database_now(session)
    with tempfile.TemporaryDirectory() as folder:
        packed = await pack(sessions, store, published, ids, Path(folder) / "package.zip", at=at)
        key = f"packages/{package_id}-{secrets.token_urlsafe(24)}.zip"
        await obstore.put_async(store, key, packed.path, chunk_size=PART_BYTES)
    if not await _register(sessions, package_id, key, packed, ids, at=at):
        await obstore.delete_async(store, key)
    return 1


async def _register(
    sessions: Sessions, package_id: int, key: str, packed: Packed, ids: Sequence[int], *, at: datetime
) -> bool:
    """False when another node was quicker."""
    async with transaction(sessions) as session:
        package = (
            await session.scalars(select(Package).where(Package.id == package_id).with_for_update())
        ).one()
        if package.made_at is not None:
            return False
        package.made_at, package.key = at, key
        package.cases, package.size, package.sha256 = packed.cases, packed.size, packed.sha256
        if ids:
            rows = [{"package_id": package_id, "ticket_id": ticket_id} for ticket_id in ids]
            await session.execute(insert(PackagedCase), rows)
        await audit(
            session,
            PACKER,
            AuditKind.CASES_EXPORTED,
            subject_kind=SUBJECT,
            subject_id=package_id,
            payload={"cases": packed.cases, "sha256": packed.sha256.hex()},
        )
        return True


async def fetched(session: AsyncSession, package_id: int, *, archive_unit: str, by: Actor) -> Package:
    """The package to send, with the fetching written, and that each protected case in it was read.

    Raises NotFound until it is made, and NotRecent: a thousand whole cases are not left to a browser that somebody
    walked away from.
    """
    refuse(policy.may_package(by, archive_unit))
    package = await session.get(Package, package_id)
    if package is None or package.key is None:
        raise NotFound
    require_recent(by)
    await note_fetching(session, package, by=by)
    return package


async def note_fetching(session: AsyncSession, package: Package, *, by: Actor) -> None:
    packed = select(PackagedCase.ticket_id).where(PackagedCase.package_id == package.id)
    await note_readings(session, by, "archive", packed)
    told = {"cases": package.cases}
    await audit(session, by, AuditKind.EXPORTED, subject_kind=SUBJECT, subject_id=package.id, payload=told)


async def receive(
    session: AsyncSession, package_id: int, receipt: str, *, archive_unit: str, by: Actor
) -> None:
    """The archive has it, under this reference: what is to be preserved may now be destroyed here.

    Raises NotFound until it is made, Conflict when it was received before.
    """
    refuse(policy.may_package(by, archive_unit))
    query = select(Package).where(Package.id == package_id, Package.made_at.is_not(None)).with_for_update()
    package = (await session.scalars(query)).one_or_none()
    if package is None:
        raise NotFound
    if package.received_at is not None:
        raise Conflict("retention.received_before")
    package.receipt, package.received_at = receipt, await database_now(session)
    told = {"received": package.cases}
    await audit(
        session, by, AuditKind.CASES_EXPORTED, subject_kind=SUBJECT, subject_id=package.id, payload=told
    )


async def forget_next_file(sessions: Sessions, store: ObjectStore) -> int:
    """The file of a package that was received a while ago, or holds a case that is destroyed since: a copy like others.

    The bytes first, so that a crash leaves none behind; 1, or 0 when none is left.
    """
    destroyed = (
        select(DestructionLine.id)
        .join(PackagedCase, PackagedCase.ticket_id == DestructionLine.ticket_id)
        .where(PackagedCase.package_id == Package.id, DestructionLine.done_at.is_not(None))
        .exists()
    )
    is_old = Package.received_at < func.clock_timestamp() - FILE_KEPT
    over = (Package.key.is_not(None), Package.received_at.is_not(None), or_(is_old, destroyed))
    async with transaction(sessions) as session:
        found = (await session.execute(select(Package.id, Package.key).where(*over).limit(1))).one_or_none()
    if found is None:
        return 0
    with contextlib.suppress(FileNotFoundError):
        await obstore.delete_async(store, found.key)
    async with transaction(sessions) as session:
        package = (
            await session.scalars(select(Package).where(Package.id == found.id).with_for_update())
        ).one()
        if package.key is not None:
            package.key = None
            told = {"cases": package.cases}
            await audit(
                session,
                PACKER,
                AuditKind.DESTROYED,
                subject_kind=SUBJECT,
                subject_id=package.id,
                payload=told,
            )
    return 1
