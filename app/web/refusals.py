"""Who was refused what, written in a transaction of its own: the request's was undone with the refusal."""

from __future__ import annotations

import re
import time

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.database.session import Sessions, transaction
from app.errors import Problem
from app.identity.actor import Actor, Office
from app.identity.me import SAFE_METHODS
from app.identity.sessions import cookie_name

log = structlog.get_logger(__name__)

KINDS = {
    401: AuditKind.NOT_SIGNED_IN,
    403: AuditKind.REFUSED,
    404: AuditKind.NOT_FOUND,
    429: AuditKind.RATE_LIMITED,
}
SUBJECTS = {"number": "ticket", "attachment_id": "attachment", "approval_id": "approval"}
"""Which table a part of an address names, whether the row exists or not."""
PLAIN = re.compile(r"[a-z][a-z0-9-]{0,59}|[0-9]{1,10}(-[0-9])?")
"""Keys and numbers of ours; what else is typed in an address may be anything, and is not kept."""
SECRET = frozenset({"code", "secret"})
"""Parts of an address that open something to whoever has them: written nowhere, however they were typed."""
LEAVE_NO_TRACE = frozenset({"/varsling", "/varsling/samtale", "/varsling/samtale/svar"})
"""Where people report what is wrong without saying who they are: not even their address on the net is kept."""
MOTTAK = "/varsling/mottak"
QUIET_SECONDS = 60.0
MOST_REMEMBERED = 10_000


class _Told:
    """Which refusals this process has just written: whoever hammers at a closed door fills no table.

    In memory, for nothing depends on it: at worst each process writes one a minute.
    """

    def __init__(self) -> None:
        self._at: dict[tuple[object, ...], float] = {}

    def lately(self, key: tuple[object, ...]) -> bool:
        now = time.monotonic()
        if now - self._at.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return True
        if len(self._at) >= MOST_REMEMBERED:
            self._at.clear()
        self._at[key] = now
        return False


def _told_lately(request: Request, *key: object) -> bool:
    state = request.app.state
    if not hasattr(state, "refusals_told"):
        state.refusals_told = _Told()
    told: _Told = state.refusals_told
    return told.lately(key)


async def record_refusal(request: Request, problem: Problem) -> None:
    """Never raises, and does the same for what is another's and for what does not exist.

    The answer is a refusal whether this could be written or not.
    """
    kind = KINDS.get(problem.status)
    actor: Actor | None = getattr(request.state, "actor", None)
    if kind is None or not _is_worth_telling(request, kind, actor):
        return
    subject_kind, subject_id = _subject(request)
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await audit(
                session,
                actor,
                kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
                payload=_told_of(request, problem, actor),
            )
    except (SQLAlchemyError, OSError) as away:
        log.error("refusal.not_recorded", code=problem.code, error=type(away).__name__)


def leaves_no_trace(request: Request) -> bool:
    """Whoever reports; and the mottak among their reports: a refusal there would tell that there is one to read."""
    route, actor = _route(request), getattr(request.state, "actor", None)
    of_the_mottak = actor is not None and actor.holds(Office.WHISTLEBLOWING_RECIPIENT)
    return route in LEAVE_NO_TRACE or (of_the_mottak and route.startswith(MOTTAK))


def _is_worth_telling(request: Request, kind: AuditKind, actor: Actor | None) -> bool:
    if leaves_no_trace(request):
        return False
    if kind is AuditKind.NOT_FOUND:
        # Something was asked for by its name, by somebody: not a page that is not there, nor a stranger's guess.
        return actor is not None and bool(request.path_params)
    if kind is AuditKind.NOT_SIGNED_IN and not _has_credentials(request):
        return request.method not in SAFE_METHODS and not _told_lately(request, kind, _address(request))
    if kind in (AuditKind.NOT_SIGNED_IN, AuditKind.RATE_LIMITED) or actor is None:
        who = actor.person_id if actor else _address(request)
        return not _told_lately(request, kind, who, _route(request))
    return True


def _has_credentials(request: Request) -> bool:
    cookie = cookie_name(request.app.state.settings)
    return "authorization" in request.headers or cookie in request.cookies


def _told_of(request: Request, problem: Problem, actor: Actor | None) -> dict[str, JSON]:
    """By whom and what, never by content. The address on the net is kept only while nobody better is known."""
    asked: dict[str, JSON] = {
        name: value
        for name, value in request.path_params.items()
        if name not in SECRET and (isinstance(value, int) or PLAIN.fullmatch(str(value)))
    }
    told: dict[str, JSON] = {"code": problem.code, "method": request.method, "route": _route(request)}
    if asked:
        told["asked"] = asked
    if actor is None:
        told["address"] = _address(request)
    return told


def _route(request: Request) -> str:
    """The address as it is written in the code, without what was put in it."""
    return str(getattr(request.scope.get("route"), "path", ""))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _subject(request: Request) -> tuple[str, int | None]:
    for name, kind in SUBJECTS.items():
        digits, dash, _check = str(request.path_params.get(name, "")).partition("-")
        if name == "number" and not dash:
            digits = digits[:-1]
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            return kind, int(digits)
    return "", None
