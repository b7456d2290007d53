"""Who is acting in this request: one query from a cookie or a token to an Actor with all its rights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import (
    ColumnElement,
    Interval,
    Row,
    Select,
    any_,
    bindparam,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import ScalarSelect

from app.database.session import Db, Sessions, run, transaction
from app.errors import Forbidden, NotFound, NotSignedIn, TooMany
from app.identity import sessions, systems, tokens
from app.identity.actor import Actor, Office
from app.identity.allowance import Allowances
from app.identity.hashing import token_hash
from app.identity.issuers import IDPORTEN
from app.identity.models import ApiToken, BrowserSession, GlassOpening, System
from app.people.models import Delegation, Deputy, Membership, NearTie, OfficeHolder, Orderer, OrgUnit, Person
from app.people.ties import own_leaders
from app.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WHOLE_BROWSER = "*"


def _list_of(query: Select[Any]) -> ColumnElement[Any]:
    part: ScalarSelect[Any] = query.correlate(Person).scalar_subquery()
    return func.array(part)


def _rights() -> list[ColumnElement[Any]]:
    """Everything a policy asks about, as one row beside the person."""
    today = func.current_date()
    in_force = (
        Delegation.valid_from <= today,
        or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today),
    )
    mine = Membership.person_id == Person.id
    authority = func.concat(Delegation.authority, literal(":"), Delegation.scope)
    office = func.concat(OfficeHolder.office, literal(":"), OfficeHolder.scope)
    said, named = NearTie.person_id == Person.id, NearTie.other_id == Person.id
    kin = union(
        select(NearTie.other_id.label("id")).where(said).correlate(Person),
        select(NearTie.person_id).where(named).correlate(Person),
    ).subquery()
    deputy = (
        Deputy.deputy_id == Person.id,
        Deputy.starts_on <= func.current_date(),
        Deputy.ends_on >= func.current_date(),
    )
    held_for = func.concat(authority, literal(":"), Deputy.person_id)
    for_whom = func.concat(Deputy.person_id, literal(":"), Deputy.acting)
    stands_in = (
        select(held_for)
        .join(Delegation, Delegation.person_id == Deputy.person_id)
        .where(*deputy, *in_force, Delegation.authority == any_(Deputy.covers))
    )
    broken = (GlassOpening.person_id == Person.id, GlassOpening.ends_at > func.clock_timestamp())
    return [
        _list_of(select(Membership.unit).where(mine)).label("units"),
        _list_of(select(Membership.unit).where(mine, Membership.lead)).label("leads_units"),
        _list_of(select(OrgUnit.id).where(OrgUnit.leader_id == Person.id)).label("leads_org_units"),
        _list_of(select(Orderer.org_unit_id).where(Orderer.person_id == Person.id)).label("orders_for"),
        _list_of(select(authority).where(Delegation.person_id == Person.id, *in_force)).label("authorities"),
        _list_of(stands_in).label("stands_in"),
        _list_of(select(for_whom).where(*deputy)).label("stands_in_for"),
        _list_of(select(office).where(OfficeHolder.person_id == Person.id)).label("offices"),
        _list_of(select(kin.c.id)).label("kin"),
        own_leaders("persons.id").label("leaders"),
        _list_of(select(GlassOpening.ticket_id).where(*broken)).label("glass"),
    ]


def _actor(row: Row[Any], first_line_units: Collection[str], scopes: Collection[str]) -> Actor:
    units = frozenset(row.units)
    own = frozenset(_halves(held) for held in row.authorities)
    away = [held.rsplit(":", 1) for held in row.stands_in]
    stands_in = frozenset((*_halves(held), int(who)) for held, who in away)
    deputies = [_halves(one) for one in row.stands_in_for]
    offices = (held.partition(":") for held in row.offices)
    return Actor(
        person_id=row.id,
        name=row.name,
        language=row.language,
        units=units,
        leads_units=frozenset(row.leads_units),
        leads_org_units=frozenset(row.leads_org_units),
        orders_for=frozenset(row.orders_for),
        authorities=own | {(authority, scope) for authority, scope, _who in stands_in},
        # What is their own they answer for themselves, also while its other holder is away.
        stands_in=frozenset(each for each in stands_in if each[:2] not in own),
        stands_in_for=frozenset(int(who) for who, _acting in deputies),
        acts_as=frozenset(int(who) for who, acting in deputies if acting == "t"),
        first_line=not units.isdisjoint(first_line_units),
        offices=frozenset((Office(office), scope) for office, _, scope in offices),
        kin=frozenset(row.kin),
        leaders=frozenset(row.leaders),
        glass=frozenset(row.glass),
        scopes=frozenset(scopes),
        session_id=row.session_id,
    )


def _halves(pair: str) -> tuple[str, str]:
    first, _, second = pair.partition(":")
    return first, second


def as_oneself(actor: Actor) -> Actor:
    """Without what the place at work gives: whoever came the second way in reaches their own matters and no more."""
    return replace(
        actor,
        units=frozenset(),
        leads_units=frozenset(),
        leads_org_units=frozenset(),
        orders_for=frozenset(),
        authorities=frozenset(),
        stands_in=frozenset(),
        stands_in_for=frozenset(),
        acts_as=frozenset(),
        offices=frozenset(),
        glass=frozenset(),
        first_line=False,
        only_oneself=True,
    )


async def load_actor(
    session: AsyncSession, person_id: int, *, first_line_units: Collection[str] = ("servicesenteret",)
) -> Actor:
    """The person with all rights a browser gives them. Raises NotFound for nobody and for those who left."""
    query = select(Person.id, Person.name, Person.language, null().label("session_id"), *_rights())
    row = (await session.execute(query.where(Person.id == person_id, Person.active))).one_or_none()
    if row is None:
        raise NotFound
    return replace(_actor(row, first_line_units, {WHOLE_BROWSER}), signed_in_recently=True)


# Built once: putting these queries together costs more than PostgreSQL takes to answer them.
_NOW = func.clock_timestamp()
_BY_COOKIE = (
    select(
        Person.id,
        Person.name,
        func.coalesce(BrowserSession.language, Person.language).label("language"),
        BrowserSession.id.label("session_id"),
        (BrowserSession.seen_at < _NOW - sessions.SEEN_EVERY).label("stale"),
        BrowserSession.issuer_key,
        BrowserSession.authenticated_at,
        func.coalesce(
            BrowserSession.authenticated_at > _NOW - bindparam("recent", type_=Interval), false()
        ).label("is_recent"),
        *_rights(),
    )
    .join(BrowserSession, BrowserSession.person_id == Person.id)
    .where(
        BrowserSession.token_hash == bindparam("token_hash"),
        BrowserSession.revoked_at.is_(None),
        BrowserSession.expires_at > _NOW,
        BrowserSession.seen_at > _NOW - bindparam("idle", type_=Interval),
        Person.active,
    )
)
_BY_TOKEN = (
    select(
        Person.id,
        Person.name,
        Person.language,
        null().label("session_id"),
        ApiToken.id.label("key_id"),
        ApiToken.scopes,
        tokens.is_stale(),
        *_rights(),
    )
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > _NOW),
        Person.active,
    )
)
_BY_CLIENT = (
    select(
        Person.id,
        Person.name,
        Person.language,
        null().label("session_id"),
        System.id.label("system_id"),
        System.scopes,
        func.coalesce(System.last_used_at < _NOW - sessions.SEEN_EVERY, true()).label("stale"),
        *_rights(),
    )
    .join(System, System.person_id == Person.id)
    .where(
        System.authority == bindparam("authority"),
        System.client_id == bindparam("client_id"),
        System.revoked_at.is_(None),
        Person.active,
    )
)


async def actor_of_cookie(
    session: AsyncSession, token: str, settings: Settings, *, first_line_units: Collection[str] = ()
) -> Actor | None:
    """None when the session ended, idled out, was revoked, or its person is no longer active."""
    given = {
        "token_hash": token_hash(token),
        "idle": timedelta(hours=settings.session_idle_hours),
        "recent": timedelta(minutes=settings.recent_sign_in_minutes),
    }
    row = (await run(session, _BY_COOKIE, given)).one_or_none()
    if row is None:
        return None
    if row.stale:
        await sessions.mark_seen(session, row.session_id)
    actor = replace(
        _actor(row, first_line_units, {WHOLE_BROWSER}),
        signed_in_at=row.authenticated_at,
        signed_in_recently=row.is_recent,
    )
    return as_oneself(actor) if row.issuer_key == IDPORTEN else actor


async def actor_of_token(
    session: AsyncSession, token: str, *, first_line_units: Collection[str] = ()
) -> Actor | None:
    """None when the token is unknown, over, revoked, or its person is no longer active."""
    row = (await run(session, _BY_TOKEN, {"token_hash": token_hash(token)})).one_or_none()
    if row is None:
        return None
    if row.stale:
        await tokens.mark_used(session, row.key_id)
    return _actor(row, first_line_units, row.scopes)


async def actor_of_client(
    session: AsyncSession, authority: str, client_id: str, *, first_line_units: Collection[str] = ()
) -> Actor | None:
    """None when no such system is registered, or the person it acts as is no longer active."""
    given = {"authority": authority, "client_id": client_id}
    row = (await run(session, _BY_CLIENT, given)).one_or_none()
    if row is None:
        return None
    if row.stale:
        await systems.mark_used(session, row.system_id)
    return _actor(row, first_line_units, row.scopes)


def first_line_units(request: Request) -> frozenset[str]:
    """The units the published catalogue calls first line."""
    published = getattr(request.app.state, "published", None)
    if published is None:
        return frozenset()
    return frozenset(unit.key for unit in published.catalogue.units.values() if unit.first_line)


async def somebody(request: Request, session: Db) -> Actor | None:
    """The actor of this request, or None. Kept on the request for the layout and for problems.

    Raises TooMany for whoever asks too often.
    """
    token = tokens.bearer(request.headers.get("authorization"))
    actor = await (_of_cookie(request, session) if token is None else _of_bearer(request, session, token))
    request.state.actor = actor
    allowances: Allowances = request.app.state.allowances
    wait = allowances.spend(
        actor.person_id if actor else None, request.client.host if request.client else None
    )
    if wait:
        raise TooMany(retry_after_seconds=ceil(wait))
    return actor


async def _of_cookie(request: Request, session: AsyncSession) -> Actor | None:
    settings: Settings = request.app.state.settings
    cookie = request.cookies.get(sessions.cookie_name(settings))
    if not cookie:
        return None
    return await actor_of_cookie(session, cookie, settings, first_line_units=first_line_units(request))


async def _of_bearer(request: Request, session: AsyncSession, token: str) -> Actor | None:
    """A person's key, or a system's access token, which is verified before the database is asked anything."""
    first_line = first_line_units(request)
    if not systems.looks_like_one(token):
        return await actor_of_token(session, token, first_line_units=first_line)
    settings: Settings = request.app.state.settings
    client_id = await systems.client_of(request.app.state.issuers, settings, token)
    if client_id is None or settings.systems is None:
        return None
    return await actor_of_client(session, settings.systems.authority, client_id, first_line_units=first_line)


Somebody = Annotated[Actor | None, Depends(somebody)]


async def require_me(request: Request, actor: Somebody) -> Actor:
    return _checked(request, actor)


def _checked(request: Request, actor: Actor | None) -> Actor:
    if actor is None:
        raise NotSignedIn
    wanted = tokens.Scope.READ if request.method in SAFE_METHODS else tokens.Scope.WRITE
    if not {WHOLE_BROWSER, wanted.value} & actor.scopes:
        raise Forbidden("token.scope", scope=wanted.value)
    return actor


Me = Annotated[Actor, Depends(require_me)]


async def require_me_briefly(request: Request) -> Actor:
    open_sessions: Sessions = request.app.state.sessions
    async with transaction(open_sessions) as session:
        return _checked(request, await somebody(request, session))


MeBriefly = Annotated[Actor, Depends(require_me_briefly)]
"""For routes that move bytes, or that open their own transactions: no connection is held while they run."""
