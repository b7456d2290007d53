"""REST routes of administration. All of them ask for a recent sign-in, which no key and no system has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.administration import accounts, clients, naming
from app.administration.door import Administrator
from app.catalogue.published import Current
from app.database.session import Db
from app.identity.actor import Office
from app.identity.systems import registered_systems, revoke_system
from app.identity.tokens import Scope
from app.people.offices import offices_held
from app.web.idempotency import OnceOnly
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1/administration", tags=["administration"], responses=PROBLEM_RESPONSES)
Id = Annotated[int, Path(ge=1, lt=2**63)]
Over = Annotated[str, Query(max_length=100, description="The service's key, for process owners only.")]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AccountRowOut(_Out):
    id: int = Field(examples=[12])
    name: str = Field(examples=["Alice Berg"])
    email: str | None
    active: bool = Field(description="False: they are shut out.")


class SessionOut(_Out):
    id: int
    device: str = Field(examples=["Chrome, Windows"])
    address: str | None
    created_at: datetime
    seen_at: datetime
    idle_at: datetime
    expires_at: datetime


class HeldKeyOut(_Out):
    id: int
    name: str = Field(examples=["Rapport til ledermøtet"])
    hint: str = Field(examples=["x7Qk"])
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class HeldOut(_Out):
    office: Office
    scope: str = Field(description="The service's key; empty for the whole municipality.")
    person_id: int
    name: str
    active: bool


class AccountOut(BaseModel):
    """Where somebody is signed in, the names of their keys and their offices. No case."""

    person: AccountRowOut
    sessions: list[SessionOut]
    keys: list[HeldKeyOut]
    offices: list[HeldOut]


class SystemOut(_Out):
    id: int
    name: str = Field(examples=["Timeplan"])
    client_id: str
    scopes: list[Scope]
    units: list[str]
    created_at: datetime
    last_used_at: datetime | None


class SystemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=clients.LONGEST_NAME, examples=["Timeplan"])
    client_id: str = Field(max_length=clients.LONGEST_CLIENT, examples=["timeplan-produksjon"])
    scopes: list[Scope] = Field(examples=[["read"]], max_length=len(Scope))


@router.get("/persons", summary="People by name, e-mail or employee number, also those who are shut out")
async def find(
    me: Administrator, session: Db, q: Annotated[str, Query(max_length=100)]
) -> list[AccountRowOut]:
    return [AccountRowOut.model_validate(row) for row in await accounts.find_accounts(session, q)]


@router.get("/persons/{person_id}", summary="Where somebody is signed in, their keys and offices")
async def show(request: Request, person_id: Id, me: Administrator, session: Db) -> AccountOut:
    """That it was looked at is recorded."""
    found = await accounts.account_of(session, person_id, request.app.state.settings, by=me)
    return AccountOut(
        person=AccountRowOut.model_validate(found.row),
        sessions=[SessionOut.model_validate(each) for each in found.sessions],
        keys=[HeldKeyOut.model_validate(each) for each in found.keys],
        offices=[HeldOut.model_validate(each) for each in found.offices],
    )


@router.delete("/persons/{person_id}/sessions", status_code=204, summary="Sign somebody out everywhere")
async def sign_out(person_id: Id, me: Administrator, session: Db) -> None:
    await accounts.sign_out_everywhere(session, person_id, by=me)


@router.delete("/persons/{person_id}/access", status_code=204, summary="Shut somebody out")
async def shut_out(person_id: Id, me: Administrator, session: Db) -> None:
    """Sessions and keys end now, open streams within a minute."""
    await accounts.shut_out(session, person_id, by=me)


@router.put("/persons/{person_id}/access", status_code=204, summary="Let somebody in again")
async def let_in(person_id: Id, me: Administrator, session: Db) -> None:
    """What was revoked stays so."""
    await accounts.let_in(session, person_id, by=me)


@router.delete("/persons/{person_id}/keys/{key_id}", status_code=204, summary="Revoke somebody's API key")
async def revoke_key(person_id: Id, key_id: Id, me: Administrator, session: Db) -> None:
    await accounts.revoke_key(session, person_id, key_id, by=me)


@router.get("/offices", summary="Who holds which office")
async def offices(me: Administrator, session: Db) -> list[HeldOut]:
    return [HeldOut.model_validate(each) for each in await offices_held(session)]


@router.put("/offices/{office}/{person_id}", status_code=204, summary="Name somebody to an office")
async def name_to(
    office: Office, person_id: Id, me: Administrator, session: Db, published: Current, scope: Over = ""
) -> None:
    """Never oneself, and never to the whistle-blowing mottak. Twice changes nothing."""
    await naming.name_to(session, person_id, office, scope, by=me, published=published)


@router.delete("/offices/{office}/{person_id}", status_code=204, summary="Relieve somebody of an office")
async def relieve(office: Office, person_id: Id, me: Administrator, session: Db, scope: Over = "") -> None:
    await naming.relieve(session, person_id, office, scope, by=me)


@router.get("/systems", summary="The systems that may come in")
async def systems(me: Administrator, session: Db) -> list[SystemOut]:
    return [SystemOut.model_validate(each) for each in await registered_systems(session)]


@router.post("/systems", status_code=201, summary="Let a system in, to do what an employee may")
async def register(
    request: Request, body: SystemIn, me: Administrator, session: Db, once: OnceOnly
) -> list[SystemOut]:
    """Answers with those that may come in. One that works in a unit is registered on the server."""
    if await once.begin() is None:
        made = await clients.register(
            session,
            body.name,
            body.client_id,
            frozenset(body.scopes),
            by=me,
            settings=request.app.state.settings,
        )
        await once.finish(status=201, location=f"/api/v1/administration/systems/{made.id}")
    return [SystemOut.model_validate(each) for each in await registered_systems(session)]


@router.delete("/systems/{system_id}", status_code=204, summary="A system is nobody from now on")
async def end_system(system_id: Id, me: Administrator, session: Db) -> None:
    await revoke_system(session, system_id, by=me)
