"""REST routes of one's own API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.account.keys import NewKey, make_key, revoke_key
from app.database.session import Db
from app.identity.me import Me
from app.identity.tokens import Scope, keys_of
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1/me/keys", tags=["people"], responses=PROBLEM_RESPONSES)
LONGEST_DAYS = 3650
KeyId = Annotated[int, Path(ge=1, lt=2**63)]


class KeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[12])
    name: str = Field(examples=["Rapport til ledermøtet"])
    hint: str = Field(description="The key's last characters, to know it by.", examples=["x7Qk"])
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="True to within five minutes.")


class NewKeyOut(KeyOut):
    key: str = Field(description="Shown once, and kept nowhere.")


class KeyIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)] = Field(
        description="What it is used for.", examples=["Rapport til ledermøtet"]
    )
    scopes: list[Scope] = Field(examples=[["read"]], max_length=len(Scope))
    days: int = Field(default=90, ge=1, le=LONGEST_DAYS, description="How long it lives.", examples=[90])


@router.get("", summary="Your API keys; not the keys themselves")
async def own_keys(session: Db, me: Me) -> list[KeyOut]:
    return [KeyOut.model_validate(key) for key in await keys_of(session, me.person_id or 0)]


@router.post("", status_code=201, summary="Make a key; only in a browser, by somebody who has just signed in")
async def make(request: Request, body: KeyIn, session: Db, me: Me) -> NewKeyOut:
    """Not kept under an Idempotency-Key: a lost answer is a lost key, so make another and revoke the first."""
    wanted = NewKey(body.name, frozenset(body.scopes), body.days)
    key, row = await make_key(session, wanted, by=me, settings=request.app.state.settings)
    return NewKeyOut(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=[Scope(scope) for scope in row.scopes],
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=None,
        key=key,
    )


@router.delete("/{key_id}", status_code=204, summary="Revoke a key; it opens nothing from then on")
async def revoke(key_id: KeyId, session: Db, me: Me) -> Response:
    await revoke_key(session, key_id, by=me)
    return Response(status_code=204)
