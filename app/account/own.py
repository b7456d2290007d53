"""«Innlogging og nøkler»: where one is signed in, and the keys one has made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.account.keys import NewKey, check_key, make_key, revoke_key
from app.account.sign_in import title_of
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.database.session import Db
from app.errors import Invalid, NotFound
from app.identity.actor import Actor
from app.identity.issuers import Issuers
from app.identity.me import Me
from app.identity.sessions import OwnSession, revoke_own_session, sessions_of
from app.identity.tokens import OwnKey, Scope, keys_of
from app.settings import Settings
from app.web.i18n import _, language_of
from app.web.idempotency import new_key, once_for
from app.web.pages import render
from app.web.problems import field_errors
from app.web.rooms import Room

router = Room(include_in_schema=False)
HERE = "/meg/innlogging"
LIVES = ((30, _("30 dager")), (90, _("90 dager")), (180, _("Et halvt år")), (365, _("Et år")))
MAY = {"read": frozenset({Scope.READ}), "write": frozenset({Scope.READ, Scope.WRITE})}
LARGEST_ID = 2**63 - 1
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@dataclass(frozen=True)
class SessionRow:
    own: OwnSession
    is_this: bool
    way_in: str


@dataclass(frozen=True)
class Tried:
    """A form that could not be sent in: what was written, and the sentence for each field that is wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountView:
    sessions: Sequence[SessionRow]
    keys: Sequence[OwnKey]
    made: str | None
    """The new key, this once."""
    may_make: bool
    again: str
    lives: Sequence[tuple[int, str]]
    tried: Tried
    key: str
    """Of the form, so that a second click makes no second key."""


@router.get(HERE, name="account")
async def show(request: Request, me: Me, session: Db) -> Response:
    return render(request, "account/own.html", await _view(request, session, me))


async def _view(
    request: Request, session: AsyncSession, me: Actor, *, made: str | None = None, tried: Tried | None = None
) -> AccountView:
    settings: Settings = request.app.state.settings
    if me.person_id is None:
        raise NotFound
    language = language_of(request)
    issuers: Issuers = request.app.state.issuers
    ways = {key: title_of(issuer, language) for key, issuer in issuers.sign_in.items()}
    return AccountView(
        sessions=[
            SessionRow(own, own.id == me.session_id, ways.get(own.issuer_key, ""))
            for own in await sessions_of(session, me.person_id, settings)
        ],
        keys=await keys_of(session, me.person_id),
        made=made,
        may_make=me.signed_in_recently,
        again=f"/logg-inn/igjen?{urlencode({'til': HERE})}",
        lives=[life for life in LIVES if life[0] <= settings.key_longest_days],
        tried=tried or Tried(),
        key=new_key(),
    )


@router.post(f"{HERE}/okter/{{session_id}}/slutt", name="end_own_session")
async def end_session(session_id: Id, me: Me, session: Db) -> Response:
    if me.person_id is None:
        raise NotFound
    await revoke_own_session(session, me.person_id, session_id)
    await audit(session, me, AuditKind.SIGNED_OUT, subject_kind="session", subject_id=session_id)
    return RedirectResponse(HERE, 303)


@router.post(f"{HERE}/nokler", name="make_own_key")
async def make(
    request: Request,
    me: Me,
    session: Db,
    idempotency_key: Annotated[str, Form(max_length=200)],
    name: Annotated[str, Form(max_length=1000)] = "",
    may: Annotated[str, Form(max_length=20)] = "",
    days: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """The key is in this answer and nowhere else; the same form sent again makes none."""
    settings: Settings = request.app.state.settings
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
    wanted = NewKey(name, MAY.get(may, frozenset()), number)
    try:
        check_key(wanted, settings)
    except Invalid as wrong:
        told = {each["field"]: each["detail"] for each in field_errors(wrong, language_of(request))}
        tried = Tried({"name": name, "may": may, "days": days}, told)
        return render(request, "account/own.html", await _view(request, session, me, tried=tried), status=422)
    body = f"{name}\n{may}\n{days}".encode()
    once = once_for(session, me, route=f"POST {HERE}/nokler", key=idempotency_key, body=body)
    if await once.begin() is not None:
        return RedirectResponse(HERE, 303)
    made, _row = await make_key(session, wanted, by=me, settings=settings)
    await once.finish(status=303, location=HERE)
    return render(request, "account/own.html", await _view(request, session, me, made=made), status=201)


@router.post(f"{HERE}/nokler/{{key_id}}/tilbakekall", name="revoke_own_key")
async def revoke(key_id: Id, me: Me, session: Db) -> Response:
    await revoke_key(session, key_id, by=me)
    return RedirectResponse(f"{HERE}#nokler", 303)
