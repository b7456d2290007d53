"""Who is acting in this request: one query from a cookie or a token to an Actor with all its rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import ColumnElement, Interval, Row, Select, bindparam, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import ScalarSelect

from app.database.session import Db, Sessions, run, transaction
from app.errors import Forbidden, NotFound, NotSignedIn
from app.identity import sessions, tokens
from app.identity.actor import Actor
from app.identity.hashing import token_hash
from app.identity.models import ApiToken, BrowserSession
from app.people.models import Delegation, Membership, Orderer, OrgUnit, Person
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
    return [
        _list_of(select(Membership.unit).where(mine)).label("units"),
        _list_of(select(Membership.unit).where(mine, Membership.lead)).label("leads_units"),
        _list_of(select(OrgUnit.id).where(OrgUnit.leader_id == Person.id)).label("leads_org_units"),
        _list_of(select(Orderer.org_unit_id).where(Orderer.person_id == Person.id)).label("orders_for"),
        _list_of(select(authority).where(Delegation.person_id == Person.id, *in_force)).label("authorities"),
    ]


def _actor(row: Row[Any], first_line_units: Collection[str], scopes: Collection[str]) -> Actor:
    units = frozenset(row.units)
    pairs = (held.partition(":") for held in row.authorities)
    return Actor(
        person_id=row.id,
        name=row.name,
        language=row.language,
        units=units,
        leads_units=frozenset(row.leads_units),
        leads_org_units=frozenset(row.leads_org_units),
        orders_for=frozenset(row.orders_for),
        authorities=frozenset((kind, scope) for kind, _, scope in pairs),
        first_line=not units.isdisjoint(first_line_units),
        scopes=frozenset(scopes),
        session_id=row.session_id,
    )


async def load_actor(
    session: AsyncSession, person_id: int, *, first_line_units: Collection[str] = ("servicesenteret",)
) -> Actor:
    """The person with all rights a browser gives them. Raises NotFound for nobody and for those who left."""
    query = select(Person.id, Person.name, Person.language, null().label("session_id"), *_rights())
    row = (await session.execute(query.where(Person.id == person_id, Person.active))).one_or_none()
    if row is None:
        raise NotFound
    return _actor(row, first_line_units, {WHOLE_BROWSER})


# Built once: putting these queries together costs more than PostgreSQL takes to answer them.
_NOW = func.clock_timestamp()
_BY_COOKIE = (
    select(
        Person.id,
        Person.name,
        func.coalesce(BrowserSession.language, Person.language).label("language"),
        BrowserSession.id.label("session_id"),
        (BrowserSession.seen_at < _NOW - sessions.SEEN_EVERY).label("stale"),
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
    select(Person.id, Person.name, Person.language, null().label("session_id"), ApiToken.scopes, *_rights())
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > _NOW),
        Person.active,
    )
)


async def actor_of_cookie(
    session: AsyncSession, token: str, settings: Settings, *, first_line_units: Collection[str] = ()
) -> Actor | None:
    """None when the session ended, idled out, was revoked, or its person is no longer active."""
    given = {"token_hash": token_hash(token), "idle": timedelta(hours=settings.session_idle_hours)}
    row = (await run(session, _BY_COOKIE, given)).one_or_none()
    if row is None:
        return None
    if row.stale:
        await sessions.mark_seen(session, row.session_id)
    return _actor(row, first_line_units, {WHOLE_BROWSER})


async def actor_of_token(
    session: AsyncSession, token: str, *, first_line_units: Collection[str] = ()
) -> Actor | None:
    """None when the token is unknown, over, revoked, or its person is no longer active."""
    row = (await run(session, _BY_TOKEN, {"token_hash": token_hash(token)})).one_or_none()
    return None if row is None else _actor(row, first_line_units, row.scopes)


def first_line_units(request: Request) -> frozenset[str]:
    """The units the published catalogue calls first line."""
    published = getattr(request.app.state, "published", None)
    if published is None:
        return frozenset()
    return frozenset(unit.key for unit in published.catalogue.units.values() if unit.first_line)


async def somebody(request: Request, session: Db) -> Actor | None:
    """The actor of this request, or None. Kept on the request for the layout and for problems."""
    settings: Settings = request.app.state.settings
    first_line = first_line_units(request)
    token = tokens.bearer(request.headers.get("authorization"))
    cookie = request.cookies.get(sessions.cookie_name(settings))
    actor: Actor | None = None
    if token is not None:
        actor = await actor_of_token(session, token, first_line_units=first_line)
    elif cookie:
        actor = await actor_of_cookie(session, cookie, settings, first_line_units=first_line)
    request.state.actor = actor
    return actor


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
