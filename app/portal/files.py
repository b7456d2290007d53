"""Files that come with a page's form: stored one by one before anything else, and named when refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse

from app.database.session import Sessions, transaction
from app.errors import FieldProblem, Invalid, TooLarge, UnsupportedType
from app.identity.actor import Actor
from app.identity.me import MeBriefly
from app.settings import Settings
from app.tickets import attachments
from app.web.rooms import Room

router = Room(include_in_schema=False)
CHUNK = 64 * 1024


@dataclass
class Staged:
    """What was kept, as (field, id), and what was not."""

    kept: list[tuple[str, int]] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(attachment_id for _name, attachment_id in self.kept)


async def stage_files(request: Request, form: FormData, me: Actor) -> Staged:
    """Every file of the form. A refused one is a problem of its field; the others are kept all the same."""
    staged = Staged()
    sessions: Sessions = request.app.state.sessions
    settings: Settings = request.app.state.settings
    for name, upload in form.multi_items():
        # A file field nobody used sends a file without a name.
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        try:
            kept = await attachments.stage(
                sessions,
                request.app.state.attachments,
                stream=_chunks(upload),
                name=upload.filename,
                by=me,
                max_bytes=settings.attachment_max_bytes,
            )
            staged.kept.append((name, kept.id))
        except (Invalid, TooLarge, UnsupportedType) as problem:
            params = tuple((key, str(value)) for key, value in problem.params.items())
            staged.problems.append(FieldProblem(name, problem.code, params))
    return staged


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(CHUNK):
        yield chunk


@router.get("/vedlegg/{attachment_id}")
async def download(
    request: Request, me: MeBriefly, attachment_id: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> Response:
    """No connection is held while the bytes move."""
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        found = await attachments.find_download(session, attachment_id, actor=me)
    content = await attachments.read(request.app.state.attachments, found)
    return StreamingResponse(content, headers=found.headers, media_type=found.media_type)
