"""Files of tickets: bytes under a random key in an object store, and the rows that say whose they are."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import obstore
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.embedded import default_data
from app.database.session import Sessions, transaction
from app.errors import FieldProblem, Invalid, NotFound, TooLarge
from app.identity.actor import Actor
from app.identity_numbers import conceal
from app.settings import Settings
from app.tickets.file_types import HEAD_BYTES, judge
from app.tickets.models import Attachment, Message, Ticket
from app.tickets.policy import visible_messages_to, visible_to
from app.tickets.reading import note_reading
from app.web.security import DOCUMENT_POLICY

STAGED_FOR = timedelta(hours=24)
# The sweep leaves an hour after the last moment a ticket may link the file, so the two never meet.
SWEPT_AFTER = STAGED_FOR + timedelta(hours=1)
NAME_MAX = 200
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Stored:
    """Bytes that lie in the store and that no row names yet."""

    key: str
    name: str
    media_type: str
    size: int
    digest: bytes
    """SHA-256 of the content."""


@dataclass(frozen=True)
class Download:
    """What an actor may fetch, with nothing of the store opened yet."""

    key: str
    name: str
    media_type: str
    size: int

    @property
    def headers(self) -> dict[str, str]:
        """Saved, never shown: not even a file that fools the check runs as ours (RFC 6266, RFC 8187)."""
        ascii_name = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in self.name)
        return {
            "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(self.name, safe='')}",
            "Content-Length": str(self.size),
            "Content-Security-Policy": DOCUMENT_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }


def open_store(settings: Settings) -> ObjectStore:
    """A folder unless a URL says otherwise; keys for S3 and Azure come from their usual environment variables."""
    where = settings.attachments_url
    if where is not None and "://" in where:
        return from_url(where)
    folder = Path(where) if where is not None else (settings.data or default_data()) / "attachments"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(prefix=folder)


async def stage(
    sessions: Sessions,
    store: ObjectStore,
    *,
    stream: AsyncIterator[bytes],
    name: str,
    by: Actor,
    max_bytes: int,
) -> Attachment:
    """Store the bytes, then the staged row that a ticket may link within a day. Holds no connection meanwhile."""
    async with (
        storing(store, stream, name=name, max_bytes=max_bytes) as stored,
        transaction(sessions) as session,
    ):
        return await add_staged(session, stored, by=by)


@asynccontextmanager
async def storing(
    store: ObjectStore, stream: AsyncIterator[bytes], *, name: str, max_bytes: int
) -> AsyncIterator[Stored]:
    """The bytes are kept if the block ends well, else deleted. Raises TooLarge, UnsupportedType or Invalid."""
    name = _checked(name)
    head, rest = await _head(stream)
    if not head:
        raise Invalid("attachment.empty")
    upload = _Upload(head, rest, max_bytes)
    media_type = judge(name, head)
    key = secrets.token_hex(16)
    await obstore.put_async(store, key, upload.chunks())
    try:
        if upload.failure is not None:
            raise upload.failure
        yield Stored(key, name, media_type, upload.size, upload.digest.digest())
    except BaseException:
        await _delete(store, key)
        raise


class _Upload:
    """The stream on its way to the store, counted. A failure ends it and is raised by the reader of `failure`:
    an exception that travels through the store's threads may abort the process when it ends soon after."""

    def __init__(self, head: bytes, rest: AsyncIterator[bytes], max_bytes: int) -> None:
        self._head = head
        self._rest = rest
        self._max_bytes = max_bytes
        self.size = 0
        self.digest = hashlib.sha256()
        self.failure: Exception | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            self._count(self._head)
            yield self._head
            async for chunk in self._rest:
                self._count(chunk)
                yield chunk
        except Exception as failure:  # noqa: BLE001 - kept, and raised by `storing`
            self.failure = failure

    def _count(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise TooLarge("attachment.too_large", max=f"{self._max_bytes // 1024**2} MB")
        self.digest.update(chunk)


async def _head(stream: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """Enough of the beginning to judge the type by, and what follows."""
    parts: list[bytes] = []
    iterator = aiter(stream)
    while sum(map(len, parts)) < HEAD_BYTES:
        chunk = await anext(iterator, None)
        if chunk is None:
            break
        parts.append(chunk)
    return b"".join(parts), iterator


def _checked(name: str) -> str:
    """The name as given, if people can read it and any file system can keep it."""
    wrong = (
        not name.strip() or len(name) > NAME_MAX or not name.isprintable() or any(c in name for c in "/\\")
    )
    if wrong:
        raise Invalid("attachment.bad_name")
    return conceal(name)


async def add_staged(session: AsyncSession, stored: Stored, *, by: Actor) -> Attachment:
    attachment = Attachment(
        key=stored.key,
        uploaded_by_id=by.person_id,
        uploaded_at=func.clock_timestamp(),
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
    )
    session.add(attachment)
    await session.flush()
    await session.refresh(attachment)
    return attachment


async def own_staged(session: AsyncSession, attachment_id: int, *, by: Actor) -> Attachment:
    """Raises NotFound when it is another's, already linked, or swept."""
    mine = and_(Attachment.uploaded_by_id == by.person_id, Attachment.ticket_id.is_(None))
    found = (
        await session.scalars(select(Attachment).where(Attachment.id == attachment_id, mine))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


async def link(
    session: AsyncSession, ids: Sequence[int], *, ticket_id: int, message_id: int | None, by: Actor
) -> None:
    """Make one's own staged files the ticket's. Raises Invalid for any other id, and then links none."""
    if not ids:
        return
    mine = and_(
        Attachment.id.in_(ids),
        Attachment.uploaded_by_id == by.person_id,
        Attachment.ticket_id.is_(None),
        Attachment.uploaded_at > func.clock_timestamp() - STAGED_FOR,
    )
    linking = update(Attachment).where(mine).values(ticket_id=ticket_id, message_id=message_id)
    linked = set(await session.scalars(linking.returning(Attachment.id)))
    if linked != set(ids):
        raise Invalid("request.invalid", fields=(FieldProblem("attachment_ids", "field.unknown_file"),))


async def find_download(session: AsyncSession, attachment_id: int, *, actor: Actor) -> Download:
    """Raises NotFound unless the actor may see the ticket and the message it hangs on, or staged it."""
    seen = (
        select(Ticket.id)
        .where(Ticket.id == Attachment.ticket_id, visible_to(actor))
        .correlate(Attachment)
        .exists()
    )
    readable = (
        select(Message.id)
        .where(Message.id == Attachment.message_id, visible_messages_to(actor))
        .correlate(Attachment)
        .exists()
    )
    linked = and_(Attachment.ticket_id.is_not(None), seen, or_(Attachment.message_id.is_(None), readable))
    staged = and_(Attachment.ticket_id.is_(None), Attachment.uploaded_by_id == actor.person_id)
    file = (Attachment.key, Attachment.name, Attachment.media_type, Attachment.size)
    query = select(*file, Ticket.id, Ticket.requester_id, Ticket.about_id, Ticket.confidentiality)
    query = query.outerjoin(Ticket, Ticket.id == Attachment.ticket_id)
    row = (
        await session.execute(query.where(Attachment.id == attachment_id, or_(linked, staged)))
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.id is not None:
        await note_reading(session, actor, "file", row)
    return Download(row.key, row.name, row.media_type, row.size)


async def read(store: ObjectStore, download: Download) -> AsyncIterator[bytes]:
    """The bytes, piece by piece. Raises NotFound at once when they are gone."""
    try:
        found = await obstore.get_async(store, download.key)
    except FileNotFoundError:
        raise NotFound from None
    return aiter(found.stream(min_chunk_size=_CHUNK))


async def sweep_staged(sessions: Sessions, store: ObjectStore, *, limit: int = 500) -> int:
    """Forget files nobody used: first the bytes, then the rows, so that a crash leaves no bytes behind."""
    old = and_(Attachment.ticket_id.is_(None), Attachment.uploaded_at < func.clock_timestamp() - SWEPT_AFTER)
    async with transaction(sessions) as session:
        found = (await session.execute(select(Attachment.id, Attachment.key).where(old).limit(limit))).all()
    for row in found:
        await _delete(store, row.key)
    async with transaction(sessions) as session:
        await session.execute(delete(Attachment).where(old, Attachment.id.in_([row.id for row in found])))
    return len(found)


async def _delete(store: ObjectStore, key: str) -> None:
    try:
        await obstore.delete_async(store, key)
    except FileNotFoundError:
        return
