"""Signing in: by the issuers that are configured, or as anybody in a demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from app.account.cookies import WAITING_COOKIE, give_session, let_wait, visit_of, wait_no_more
from app.account.demo_chooser import chooser
from app.catalogue.published import Current
from app.database.session import Db, Sessions, transaction
from app.errors import NotFound, Problem
from app.identity import signing_in
from app.identity.issuers import IDPORTEN, Issuers, SignInIssuer
from app.identity.me import MeBriefly, Somebody
from app.identity.sessions import issuer_of_session
from app.identity.signing_in import IssuerAway, SignInFailed
from app.settings import Settings
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.problems import headers_of
from app.web.rate_limit import LimitedByAddress
from app.web.redirects import own_path
from app.web.rooms import Room

router = Room(include_in_schema=False)
MOST_ANSWER = 4000
"""Characters of one part of an issuer's answer; a code is some hundred."""
Back = Annotated[str, Query(alias="til", max_length=2000)]


@dataclass(frozen=True)
class WayIn:
    key: str
    title: str
    href: str
    is_main: bool


@dataclass(frozen=True)
class WaysView:
    ways: tuple[WayIn, ...]


@dataclass(frozen=True)
class RefusedView:
    """Somebody did not get in: what happened, what to do, and where to try again."""

    title: str
    detail: str
    again: str | None
    other_account: str | None


@router.get("/logg-inn", name="sign_in")
async def sign_in(
    request: Request, actor: Somebody, session: Db, published: Current, til: Back = "/", velg: bool = False
) -> Response:
    """Straight to the issuer when there is one way in, unless `velg` asks to see it first."""
    settings: Settings = request.app.state.settings
    if settings.demo:
        return render(request, "account/demo.html", await chooser(request, session, published, til))
    back = own_path(til)
    if actor is not None and actor.session_id is not None:
        return RedirectResponse(back, 303)
    ways = ways_in(request, back)
    if len(ways) == 1 and not velg:
        return RedirectResponse(ways[0].href, 303)
    return render(request, "account/sign_in.html", WaysView(ways))


def ways_in(request: Request, back: str) -> tuple[WayIn, ...]:
    issuers: Issuers = request.app.state.issuers
    language = language_of(request)
    return tuple(
        WayIn(key, title_of(issuer, language), _leave(key, til=back), key != IDPORTEN)
        for key, issuer in issuers.sign_in.items()
    )


def title_of(issuer: SignInIssuer, language: str) -> str:
    """As it is configured, else what it is to those who use it."""
    ordinary = _("ID-porten") if issuer.key == IDPORTEN else _("Kommunens pålogging")
    return issuer.settings.title or say(language, ordinary)


def _leave(key: str, **query: str) -> str:
    return f"/logg-inn/hos/{key}?{urlencode(query)}"


@router.get("/logg-inn/hos/{key}", name="leave_for_issuer")
async def leave(
    request: Request, key: str, _limit: LimitedByAddress, til: Back = "/", annen: bool = False
) -> Response:
    """Off to the issuer; `annen`: to choose another account there."""
    return await _go(request, _issuer(request, key), back=own_path(til), choose=annen)


@router.get("/logg-inn/igjen", name="sign_in_again")
async def again(request: Request, me: MeBriefly, til: Back = "/") -> Response:
    """Prove anew who you are, where you did it last."""
    settings: Settings = request.app.state.settings
    back = own_path(til)
    if me.session_id is None or me.person_id is None:
        raise NotFound
    if settings.demo:
        return RedirectResponse(f"/logg-inn?{urlencode({'til': back})}", 303)
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        key = await issuer_of_session(session, me.session_id)
    return await _go(request, _issuer(request, key), back=back, again_as=me.person_id)


async def _go(
    request: Request,
    issuer: SignInIssuer,
    *,
    back: str,
    again_as: int | None = None,
    choose: bool = False,
) -> Response:
    try:
        leaving = await signing_in.begin(
            request.app.state.sessions,
            request.app.state.issuers,
            issuer,
            redirect_uri=_comes_back_to(request, issuer.key),
            back=back,
            again_as=again_as,
            choose=choose,
        )
    except IssuerAway as away:
        return _refused(request, issuer, away, back)
    response = RedirectResponse(leaving.uri, 303)
    let_wait(response, leaving.token, seconds=int(signing_in.LASTS.total_seconds()))
    return response


@router.get("/logg-inn/svar/{key}", name="come_back_from_issuer")
async def come_back(request: Request, key: str, _limit: LimitedByAddress) -> Response:
    """The issuer's answer, for the browser that began."""
    issuer = _issuer(request, key)
    settings: Settings = request.app.state.settings
    answer = {name: value[:MOST_ANSWER] for name, value in request.query_params.items()}
    try:
        arrived = await signing_in.finish(
            request.app.state.sessions,
            request.app.state.issuers,
            issuer,
            settings,
            token=request.cookies.get(WAITING_COOKIE, ""),
            answer=answer,
            visit=visit_of(request),
        )
    except (SignInFailed, IssuerAway) as failed:
        response = _refused(request, issuer, failed, "/")
    else:
        response = RedirectResponse(arrived.back, 303)
        give_session(response, settings, arrived.token)
    wait_no_more(response)
    return response


def _refused(request: Request, issuer: SignInIssuer, problem: Problem, back: str) -> Response:
    language = language_of(request)
    other = problem.code in ("sign_in.unknown", "sign_in.ended", "sign_in.other_person")
    view = RefusedView(
        title=say(language, _TITLES.get(problem.code, _("Du kom ikke inn"))),
        detail=sentence_of(problem.code, language, problem.params) or "",
        again=None if other else _leave(issuer.key, til=back),
        other_account=_leave(issuer.key, til=back, annen="1") if other else None,
    )
    response = render(request, "account/refused.html", view, status=problem.status)
    response.headers.update(headers_of(problem))
    return response


_TITLES = {
    "sign_in.unknown": _("Vi kjenner deg ikke igjen"),
    "sign_in.ended": _("Du har ikke tilgang lenger"),
    "sign_in.expired": _("Innloggingen må begynne på nytt"),
    "sign_in.stopped": _("Innloggingen ble avbrutt"),
    "sign_in.too_weak": _("Innloggingen er ikke sikker nok"),
    "sign_in.other_person": _("Det var en annen som logget inn"),
    "sign_in.issuer_away": _("Innloggingen svarer ikke"),
    "sign_in.groups_unread": _("Innloggingen svarer ikke"),
}


def _issuer(request: Request, key: str) -> SignInIssuer:
    issuers: Issuers = request.app.state.issuers
    found = issuers.sign_in.get(key)
    if found is None:
        raise NotFound
    return found


def _comes_back_to(request: Request, key: str) -> str:
    """By our public address, never by what the request says its host is."""
    settings: Settings = request.app.state.settings
    return f"{settings.public_url}/logg-inn/svar/{key}"
