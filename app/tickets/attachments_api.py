"""REST routes of files: an upload is its own request, so that creating a ticket never waits for bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from obstore.store import ObjectStore
from pydantic import BaseModel, ConfigDict, Field

from app.database.session import transaction
from app.errors import Invalid
from app.identity.me import MeBriefly
from app.tickets import attachments
from app.tickets.file_types import EXTENSIONS
from app.web.idempotency import Once, checked_key
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1", tags=["attachments"], responses=PROBLEM_RESPONSES)

RAW_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The file itself. Allowed: {', '.join(EXTENSIONS)}.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class AttachmentOut(BaseModel):
    """A file that is stored. Name its `id` in `attachment_ids` within a day, or it is forgotten."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[42])
    name: str = Field(examples=["skjermbilde.png"])
    media_type: str = Field(examples=["image/png"])
    size: int = Field(description="Bytes.", examples=[48213])
    uploaded_at: datetime


async def attachment_store(request: Request) -> ObjectStore:
    store: ObjectStore = request.app.state.attachments
    return store


Store = Annotated[ObjectStore, Depends(attachment_store)]


async def file_name(
    x_filename: Annotated[
        str,
        Header(max_length=2000, description="Percent-encoded UTF-8.", examples=["kvittering%20nr.%201.pdf"]),
    ],
) -> str:
    try:
        return unquote(x_filename, errors="strict")
    except UnicodeDecodeError:
        raise Invalid("attachment.bad_name") from None


@router.post("/attachments", status_code=201, summary="Store a file", openapi_extra=RAW_BODY)
async def upload(
    request: Request,
    response: Response,
    me: MeBriefly,
    store: Store,
    name: Annotated[str, Depends(file_name)],
    idempotency_key: Annotated[str | None, Header(description="New for each upload.")] = None,
) -> AttachmentOut:
    if idempotency_key is None:
        raise Invalid("idempotency.missing")
    limit = request.app.state.settings.attachment_max_bytes
    storing = attachments.storing(store, request.stream(), name=name, max_bytes=limit)
    try:
        async with storing as stored, transaction(request.app.state.sessions) as session:
            once = Once(session, me, "POST /api/v1/attachments", checked_key(idempotency_key), stored.digest)
            answered = await once.begin()
            if answered is not None:
                raise _AlreadyStored(int(answered.location.rpartition("/")[2]))
            attachment = await attachments.add_staged(session, stored, by=me)
            await once.finish(status=201, location=_location(attachment.id))
    except _AlreadyStored as twin:  # The bytes that came a second time are deleted on the way here.
        async with transaction(request.app.state.sessions) as session:
            attachment = await attachments.own_staged(session, twin.attachment_id, by=me)
    response.headers["Location"] = _location(attachment.id)
    return AttachmentOut.model_validate(attachment)


class _AlreadyStored(Exception):
    def __init__(self, attachment_id: int) -> None:
        super().__init__(attachment_id)
        self.attachment_id = attachment_id


def _location(attachment_id: int) -> str:
    return f"/api/v1/attachments/{attachment_id}"


@router.get(
    "/attachments/{attachment_id}",
    summary="Fetch a file",
    response_class=StreamingResponse,
    responses={200: {"description": "The file, always to be saved and never shown.", "content": {"*/*": {}}}},
)
async def download(
    request: Request, me: MeBriefly, store: Store, attachment_id: Annotated[int, Path(ge=1, lt=2**63)]
) -> StreamingResponse:
    async with transaction(request.app.state.sessions) as session:
        found = await attachments.find_download(session, attachment_id, actor=me)
    return StreamingResponse(
        await attachments.read(store, found), media_type=found.media_type, headers=found.headers
    )
