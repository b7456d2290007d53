"""Signing out: here, everywhere, and with the issuer when one wants to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from app.account.cookies import take_session, visit_of
from app.account.sign_in import title_of
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.database.session import Db
from app.errors import NotFound
from app.identity import sessions
from app.identity.ending import sign_out_everywhere as end_sessions_everywhere
from app.identity.issuers import Issuers
from app.identity.me import Me, Somebody
from app.settings import Settings
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rate_limit import LimitedByAddress
from app.web.rooms import Room
from integrations.oidc.provider import IssuerUnreachable

router = Room(include_in_schema=False)


@dataclass(frozen=True)
class OutView:
    everywhere: bool
    issuer_title: str | None
    """Who still knows the person; None when nobody does, or it cannot be told."""
    sign_out_there: str


@router.post("/logg-ut", name="sign_out")
async def sign_out(request: Request, actor: Somebody, session: Db) -> Response:
    """Also for whoever has nothing left to end: the answer is the same."""
    settings: Settings = request.app.state.settings
    key = ""
    if actor is not None and actor.session_id is not None:
        key = await sessions.issuer_of_session(session, actor.session_id)
        await audit(session, actor, AuditKind.SIGNED_OUT, subject_kind="session", subject_id=actor.session_id)
    token = visit_of(request).token
    if token:
        await sessions.revoke_session(session, token)
    return _out(settings, key, everywhere=False)


@router.post("/logg-ut/overalt", name="sign_out_everywhere")
async def sign_out_everywhere(request: Request, me: Me, session: Db) -> Response:
    """Every session of this person, this one too. Keys are not sessions: they are revoked one by one."""
    settings: Settings = request.app.state.settings
    if me.person_id is None or me.session_id is None:
        raise NotFound
    key = await sessions.issuer_of_session(session, me.session_id)
    await end_sessions_everywhere(session, me.person_id, by=me)
    return _out(settings, key, everywhere=True)


def _out(settings: Settings, key: str, *, everywhere: bool) -> Response:
    to = "/logg-inn"
    if not settings.demo:
        query = {"fra": key} if key else {}
        to = "/logg-ut/ferdig?" + urlencode(query | ({"overalt": "1"} if everywhere else {}))
    response = RedirectResponse(to, 303)
    take_session(response, settings)
    return response


@router.get("/logg-ut/ferdig", name="signed_out")
async def signed_out(
    request: Request,
    _limit: LimitedByAddress,
    fra: Annotated[str, Query(max_length=20)] = "",
    overalt: bool = False,
) -> Response:
    issuers: Issuers = request.app.state.issuers
    issuer = issuers.sign_in.get(fra)
    view = OutView(
        everywhere=overalt,
        issuer_title=title_of(issuer, language_of(request)) if issuer else None,
        sign_out_there=f"/logg-ut/hos/{fra}",
    )
    return render(request, "account/signed_out.html", view)


@router.get("/logg-ut/hos/{key}", name="sign_out_with_issuer")
async def sign_out_there(request: Request, key: str, _limit: LimitedByAddress) -> Response:
    """RP-initiated logout: on a shared machine the issuer must forget the person too."""
    issuers: Issuers = request.app.state.issuers
    settings: Settings = request.app.state.settings
    issuer = issuers.sign_in.get(key)
    if issuer is None:
        raise NotFound
    try:
        endpoint = (await issuer.provider.metadata()).end_session_endpoint
    except IssuerUnreachable:
        endpoint = None
    if not endpoint:
        return RedirectResponse("/logg-ut/ferdig", 303)
    back = f"{settings.public_url}/logg-ut/ferdig"
    query = urlencode({"client_id": issuer.settings.client_id, "post_logout_redirect_uri": back})
    return RedirectResponse(f"{endpoint}?{query}", 303)
