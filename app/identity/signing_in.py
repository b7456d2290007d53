"""Signing in through an issuer: out with a row that remembers, back by the same browser, in with a session.

The issuer is asked between two short transactions, never inside one (design decision 10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import anyio
import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.database.session import Sessions, transaction
from app.errors import Problem
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.claims import Who, is_strong_enough, who_of
from app.identity.directory import follow_directory, follow_offices
from app.identity.hashing import new_token, token_hash
from app.identity.issuers import Issuers, SignInIssuer
from app.identity.models import Identity, SignIn
from app.identity.sessions import Visit, create_session, revoke_session
from app.people.models import Person
from app.settings import Settings
from integrations.graph.client import GraphRefused, groups_of_me
from integrations.oidc.code_flow import Tokens
from integrations.oidc.provider import IssuerUnreachable, TokenRefused

log = structlog.get_logger(__name__)
LASTS = timedelta(minutes=10)
"""How long somebody may take at the issuer: two factors, a forgotten phone."""
THREAD_SECONDS = 20.0
CLOCKS_APART = timedelta(minutes=1)
T = TypeVar("T")


class SignInFailed(Problem):
    """Told on a page of its own, with what to do. `person_id`: who it concerns, where we know."""

    status = 403

    def __init__(self, code: str, *, person_id: int | None = None) -> None:
        super().__init__(code)
        self.person_id = person_id


class IssuerAway(Problem):
    """The issuer does not answer. Worth trying again."""

    status = 503


@dataclass(frozen=True)
class Leaving:
    """Where the browser goes, and the cookie it must bring back."""

    uri: str
    token: str


@dataclass(frozen=True)
class Arrived:
    """A session's token, whose it is, and where they were going."""

    token: str
    person_id: int
    back: str


async def begin(
    sessions: Sessions,
    issuers: Issuers,
    issuer: SignInIssuer,
    *,
    redirect_uri: str,
    back: str,
    again_as: int | None = None,
    choose: bool = False,
) -> Leaving:
    """`again_as`: who must prove anew who they are; `choose`: another account than last time. Raises IssuerAway."""
    ask = partial(
        issuer.flow.begin,
        redirect_uri,
        scopes=tuple(issuer.settings.scopes.split()),
        acr_values=issuer.settings.acr_values,
        again=again_as is not None,
        choose=choose,
    )
    begun = await _ask(issuers, ask)
    token = new_token()
    async with transaction(sessions) as session:
        at = await database_now(session)
        session.add(
            SignIn(
                token_hash=token_hash(token),
                issuer_key=issuer.key,
                flow=begun.flow,
                back=back,
                person_id=again_as,
                created_at=at,
                expires_at=at + LASTS,
            )
        )
    return Leaving(begun.uri, token)


async def finish(
    sessions: Sessions,
    issuers: Issuers,
    issuer: SignInIssuer,
    settings: Settings,
    *,
    token: str,
    answer: Mapping[str, str],
    visit: Visit,
) -> Arrived:
    """The session of whoever the issuer says it is. Raises SignInFailed with a code for a person, or IssuerAway."""
    async with transaction(sessions) as session:
        taken = await _take(session, issuer, token, answer.get("state", ""))
    if taken is None:
        # Not in the security log: anybody may open this address as often as they like.
        raise SignInFailed("sign_in.expired")
    try:
        who = await _who(issuers, issuer, taken, answer)
        async with transaction(sessions) as session:
            return await _let_in(session, issuer, settings, taken, who, visit)
    except SignInFailed as failed:
        async with transaction(sessions) as session:
            told: dict[str, JSON] = {"way": issuer.key, "reason": failed.code}
            await audit(session, None, AuditKind.SIGN_IN_REFUSED, concerns_id=failed.person_id, payload=told)
        raise


async def _let_in(
    session: AsyncSession,
    issuer: SignInIssuer,
    settings: Settings,
    taken: _Taken,
    who: Who,
    visit: Visit,
) -> Arrived:
    person_id = await _person_of(session, who)
    if taken.person_id is not None:
        _check_came_back(taken, person_id, who)
    by = Actor(person_id=person_id, name="")
    for change in await follow_directory(session, person_id, who.groups, issuer.rules):
        kind = AuditKind.RIGHT_GIVEN if change.verb == "given" else AuditKind.RIGHT_TAKEN
        right: dict[str, JSON] = {"unit": change.unit, "lead": change.lead, "by": "directory"}
        await audit(session, by, kind, subject_kind="person", subject_id=person_id, payload=right)
    await follow_offices(session, person_id, who.groups, issuer.rules)
    if visit.token:
        await revoke_session(session, visit.token)
    at = await database_now(session)
    token = await create_session(
        session,
        person_id,
        settings,
        at=at,
        authenticated_at=min(at, who.authenticated_at) if who.authenticated_at else None,
        issuer_key=issuer.key,
        visit=visit,
    )
    kind = AuditKind.SIGNED_IN if taken.person_id is None else AuditKind.STEPPED_UP
    seen: dict[str, JSON] = {"way": issuer.key, "device": visit.device, "address": visit.address or ""}
    await audit(session, by, kind, subject_kind="person", subject_id=person_id, payload=seen)
    return Arrived(token, person_id, taken.back)


@dataclass(frozen=True)
class _Taken:
    flow: dict[str, Any]
    back: str
    person_id: int | None
    created_at: datetime


async def _take(session: AsyncSession, issuer: SignInIssuer, token: str, state: str) -> _Taken | None:
    """Once: the row is gone. Only for the browser that began, the issuer it went to, and the state it was given."""
    at = await database_now(session)
    taking = (
        delete(SignIn)
        .where(
            SignIn.token_hash == token_hash(token),
            SignIn.issuer_key == issuer.key,
            SignIn.flow["state"].as_string() == state,
            SignIn.expires_at > at,
        )
        .returning(SignIn.flow, SignIn.back, SignIn.person_id, SignIn.created_at)
    )
    row = (await session.execute(taking)).one_or_none()
    return None if row is None else _Taken(*row)


async def _who(issuers: Issuers, issuer: SignInIssuer, taken: _Taken, answer: Mapping[str, str]) -> Who:
    """The verified answer, with all groups. Raises SignInFailed."""
    try:
        metadata = await issuer.provider.metadata()
        if answer.get("iss", metadata.issuer) != metadata.issuer:
            raise TokenRefused("issuer_of_answer")  # RFC 9207: an answer mixed up with another issuer's
        tokens: Tokens = await _ask(issuers, partial(issuer.flow.finish, taken.flow, answer))
        claims = await issuer.provider.verify(
            tokens.id_token, audience=issuer.settings.client_id, nonce=tokens.nonce
        )
    except TokenRefused as refused:
        log.warning("sign_in.refused", issuer=issuer.key, reason=refused.reason)
        stopped = refused.reason in ("access_denied", "login_required", "interaction_required")
        raise SignInFailed("sign_in.stopped" if stopped else "sign_in.refused") from refused
    except IssuerUnreachable as away:
        raise _away(issuer.key) from away
    who = who_of(claims, issuer.settings)
    if who is None:
        log.warning("sign_in.refused", issuer=issuer.key, reason="no_subject")
        raise SignInFailed("sign_in.refused")
    if not is_strong_enough(who, issuer.settings):
        raise SignInFailed("sign_in.too_weak")
    return await _with_all_groups(issuers, issuer, who, tokens)


async def _with_all_groups(issuers: Issuers, issuer: SignInIssuer, who: Who, tokens: Tokens) -> Who:
    """Whoever is in more groups than a token holds is asked about at Graph: half of one's groups are the wrong ones."""
    if not who.has_more_groups or not issuer.rules:
        return who
    try:
        http = issuers.http(issuer.settings.ca_file)
        groups = await groups_of_me(http, tokens.access_token or "", url=issuer.settings.graph_url)
    except GraphRefused as refused:
        log.warning("sign_in.groups_unread", issuer=issuer.key, reason=str(refused))
        raise IssuerAway("sign_in.groups_unread") from refused
    return Who(who.issuer, who.subject, who.groups | groups, False, who.acr, who.authenticated_at)


async def _person_of(session: AsyncSession, who: Who) -> int:
    """Raises SignInFailed for those we do not know, and for those who have ended."""
    query = (
        select(Identity.id, Person.id.label("person_id"), Person.active)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.issuer == who.issuer, Identity.subject == who.subject)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise SignInFailed("sign_in.unknown")
    if not found.active:
        raise SignInFailed("sign_in.ended", person_id=found.person_id)
    used = update(Identity).where(Identity.id == found.id)
    await session.execute(used.values(last_used_at=await database_now(session)))
    return int(found.person_id)


def _check_came_back(taken: _Taken, person_id: int, who: Who) -> None:
    """The same person, and really asked: an issuer that answers from an old sign-in has proved nothing new."""
    if taken.person_id != person_id:
        raise SignInFailed("sign_in.other_person", person_id=taken.person_id)
    if who.authenticated_at is None or who.authenticated_at < taken.created_at - CLOCKS_APART:
        raise SignInFailed("sign_in.not_anew", person_id=person_id)


async def _ask(issuers: Issuers, question: Callable[[], T]) -> T:
    """MSAL is synchronous and calls out: a thread of its own limiter, and not for ever. Raises IssuerAway."""
    try:
        with anyio.fail_after(THREAD_SECONDS):
            return await anyio.to_thread.run_sync(question, limiter=issuers.limiter, abandon_on_cancel=True)
    except (IssuerUnreachable, TimeoutError) as away:
        raise _away(str(away)) from away


def _away(which: str) -> IssuerAway:
    log.warning("sign_in.issuer_away", issuer=which)
    return IssuerAway("sign_in.issuer_away")
