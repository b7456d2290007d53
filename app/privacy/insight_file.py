"""The file: a page to read, the same as JSON, and the attachments, in one zip."""

from __future__ import annotations

import secrets
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import obstore
import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.database.session import Sessions, transaction
from app.deliveries.queue import deliver_later
from app.errors import Conflict, NotFound
from app.events.log import record, take
from app.identity.actor import Actor, system_actor
from app.identity.recent import require_recent
from app.people.models import Person
from app.privacy.insight_content import Export, FileIn, export_of
from app.privacy.models import InsightRequest, InsightState
from app.privacy.policy import is_officer
from app.tickets.attachments import Download
from app.web.pages import environment

if TYPE_CHECKING:
    from obstore.store import ObjectStore

BUILDER = system_actor("privacy.build")
LEASE = timedelta(minutes=10)
KEPT = timedelta(days=30)
"""How long the person has for fetching it; then the bytes are deleted, and it can be asked for anew."""
STYLE = Path(__file__).parent / "export.css"
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Claim:
    request_id: int
    person_id: int
    language: str
    until: datetime


async def build_due(sessions: Sessions, store: ObjectStore) -> int:
    """Make the file of one approved request; how many. No connection is held while bytes move."""
    async with transaction(sessions) as session:
        claim = await _claim(session)
        export = await export_of(session, claim.request_id, claim.language) if claim else None
    if claim is None or export is None:
        return 0
    key = f"insight-{secrets.token_hex(16)}"
    with tempfile.TemporaryFile() as made:
        await _write(made, export, store, claim.language)
        size = made.tell()
        made.seek(0)
        await obstore.put_async(store, key, made)
    async with transaction(sessions) as session:
        is_ours = await _release(session, claim, key, size)
    if not is_ours:
        await _delete(store, key)
    return 1


async def _claim(session: AsyncSession) -> Claim | None:
    now = func.clock_timestamp()
    due = (
        select(InsightRequest, Person.language)
        .join(Person, Person.id == InsightRequest.person_id)
        .where(
            InsightRequest.state == InsightState.APPROVED,
            or_(InsightRequest.taken_until.is_(None), InsightRequest.taken_until < now),
        )
        .order_by(InsightRequest.id)
        .limit(1)
        .with_for_update(of=InsightRequest, skip_locked=True)
    )
    found = (await session.execute(due)).one_or_none()
    if found is None:
        return None
    request, language = found
    request.taken_until = (await session.execute(select(now + LEASE))).scalar_one()
    return Claim(request.id, request.person_id, language, request.taken_until)


async def _write(made: IO[bytes], export: Export, store: ObjectStore, language: str) -> None:
    """A file that is gone from the store is told of in the list, and stops nothing. Attachments are packed already."""
    missing: list[str] = []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for file in export.files:
            if not await _copy(archive, file, store):
                missing.append(file.path)
        content = asdict(export)
        del content["files"]
        content["missing"] = missing
        archive.writestr(
            "opplysninger.json", orjson.dumps(content, option=orjson.OPT_INDENT_2), zipfile.ZIP_DEFLATED
        )
        archive.writestr("index.html", page(export, missing, language), zipfile.ZIP_DEFLATED)
        archive.write(STYLE, "stil.css")


async def _copy(archive: zipfile.ZipFile, file: FileIn, store: ObjectStore) -> bool:
    try:
        found = await obstore.get_async(store, file.key)
    except FileNotFoundError:
        return False
    with archive.open(str(PurePosixPath(file.path)), "w", force_zip64=True) as entry:
        async for chunk in found.stream(min_chunk_size=CHUNK):
            entry.write(bytes(chunk))
    return True


def page(export: Export, missing: list[str], language: str) -> str:
    """A document that stands by itself, without a server and without script."""
    template = environment(language).get_template("privacy/insight_export.html")
    view: Mapping[str, Any] = {"view": export, "missing": missing}
    return template.render(view)


async def _release(session: AsyncSession, claim: Claim, key: str, size: int) -> bool:
    """False when somebody claimed it after us, or it was withdrawn: then the bytes are nobody's."""
    request, at = await take(session, InsightRequest, InsightRequest.id == claim.request_id)
    if request.state is not InsightState.APPROVED or request.taken_until != claim.until:
        return False
    request.state, request.taken_until = InsightState.RELEASED, None
    request.file_key, request.file_size = key, size
    request.released_at, request.expires_at = at, at + KEPT
    record(request, "insight.released", by=BUILDER, at=at, size=size)
    await audit(
        session,
        BUILDER,
        AuditKind.INSIGHT_RELEASED,
        subject_kind="insight_request",
        subject_id=request.id,
        concerns_id=request.person_id,
    )
    await deliver_later(
        session,
        "insight.released",
        key=f"insight.released:{request.id}",
        payload={"request_id": request.id},
        recipient_id=request.person_id,
    )
    return True


async def fetch(session: AsyncSession, request_id: int, *, by: Actor) -> Download:
    """The file, for the person alone; that it was fetched is recorded. Whoever has left cannot come in: the officer
    hands it to them.

    Raises NotFound for everybody else, Conflict before it is made and when it is forgotten, and NotRecent for whoever
    has not lately shown who they are: everything about a person is not left to a browser that somebody walked away from.
    """
    is_there = InsightRequest.expires_at > func.clock_timestamp()
    has_left = select(Person.id).where(Person.id == InsightRequest.person_id, ~Person.active).exists()
    whose = InsightRequest.person_id == by.person_id
    found = select(InsightRequest, is_there).where(
        InsightRequest.id == request_id, or_(whose, has_left) if is_officer(by) else whose
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    request, is_kept = row
    if request.state is not InsightState.RELEASED or request.file_key is None or not is_kept:
        raise Conflict("privacy.no_file")
    require_recent(by)
    await audit(
        session,
        by,
        AuditKind.INSIGHT_FETCHED,
        subject_kind="insight_request",
        subject_id=request.id,
        concerns_id=request.person_id,
    )
    return Download(
        request.file_key, f"innsyn-{request.asked_at:%Y-%m-%d}.zip", "application/zip", request.file_size or 0
    )


async def forget_due(sessions: Sessions, store: ObjectStore, *, limit: int = 20) -> int:
    """What nobody may fetch any more: the bytes first, so that a crash leaves none behind."""
    over = (InsightRequest.state == InsightState.RELEASED, InsightRequest.expires_at < func.clock_timestamp())
    async with transaction(sessions) as session:
        found = (
            await session.execute(
                select(InsightRequest.id, InsightRequest.file_key).where(*over).limit(limit)
            )
        ).all()
    for row in found:
        await _delete(store, row.file_key)
    for row in found:
        async with transaction(sessions) as session:
            request, at = await take(session, InsightRequest, InsightRequest.id == row.id)
            if request.state is InsightState.RELEASED:
                request.state, request.file_key = InsightState.EXPIRED, None
                record(request, "insight.expired", by=BUILDER, at=at)
    return len(found)


async def _delete(store: ObjectStore, key: str) -> None:
    try:
        await obstore.delete_async(store, key)
    except FileNotFoundError:
        return
