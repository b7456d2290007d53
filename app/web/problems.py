"""One answer for everything that can go wrong: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database.session import Sessions, transaction
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, NotSignedIn, Problem, TooMany
from app.identity.me import SAFE_METHODS, somebody
from app.identity.recent import NotRecent
from app.logs import trace_of
from app.web.i18n import _, language_of, say
from app.web.problem_texts import VALIDATION_CODES, sentence_of, title_of
from app.web.refusals import leaves_no_trace, record_refusal

log = structlog.get_logger(__name__)
RETRY_SECONDS = 2
SIGN_IN = "/logg-inn"
AGAIN = _("Logg inn på nytt først")
SCIM = "/scim/"


class Busy(Problem):
    """The database is away, restarting, or has no connection to spare. Worth trying again."""

    status = 503


class Unexpected(Problem):
    status = 500


class ErrorOut(BaseModel):
    """One field that is wrong."""

    field: str = Field(examples=["answers.start_date"])
    code: str = Field(examples=["field.required"])
    detail: str = Field(examples=["Fyll ut dette feltet."])


class ProblemOut(BaseModel):
    """Problem details (RFC 9457), in the caller's language."""

    type: str = Field(examples=["urn:skranke:problem:request.invalid"])
    title: str = Field(examples=["Noe må rettes"])
    status: int = Field(examples=[422])
    detail: str | None = Field(default=None, examples=["Se feltene som er nevnt."])
    code: str = Field(examples=["request.invalid"])
    errors: list[ErrorOut] = []


def _shape(status: int, description: str, code: str, **params: object) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"urn:skranke:problem:{code}",
        "title": title_of(status, "nb"),
        "status": status,
        "detail": sentence_of(code, "nb", params),
        "code": code,
        "errors": [],
    }
    if status == 422:
        wrong = {"field": "subject", "code": "field.required"}
        example["errors"] = [wrong | {"detail": sentence_of("field.required", "nb")}]
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {**_shape(400, "Cannot be read at all.", "body.bad_json"), "model": ProblemOut},
    401: _shape(401, "Not signed in.", "not_signed_in"),
    403: _shape(403, "Seen, but not allowed.", "ticket.other_unit"),
    404: _shape(404, "Nonexistent, or not for this actor: the two answer alike.", "not_found"),
    409: _shape(409, "The thing is in another state.", "ticket.not_open"),
    412: _shape(412, "Somebody changed it since it was read.", "ticket.stale"),
    413: _shape(413, "Too large.", "body.too_large", max="1 MB"),
    415: _shape(415, "A kind of file that is not taken.", "attachment.not_what_it_says"),
    422: _shape(422, "The input, with its fields.", "request.invalid"),
    428: _shape(428, "If-Match is required.", "version_required"),
    429: _shape(429, "Too many requests; see Retry-After.", "too_many_requests", seconds=3),
    503: _shape(503, "Busy; see Retry-After.", "busy"),
}


@dataclass(frozen=True)
class ProblemView:
    status: int
    title: str
    detail: str | None
    errors: tuple[str, ...]
    sign_in_again: str | None = None
    """Where one proves anew who one is, and comes back to what was asked for."""


def wants_json(request: Request) -> bool:
    """Programs: everything below /api, and whoever asks for JSON and not for a page."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def field_errors(problem: Problem, language: str) -> list[dict[str, str]]:
    return [
        {
            "field": wrong.field,
            "code": wrong.code,
            "detail": sentence_of(wrong.code, language, dict(wrong.params))
            or sentence_of("field.invalid", language)
            or "",
        }
        for wrong in problem.fields
    ]


def answer(request: Request, problem: Problem) -> Response:
    """The response for a problem, whoever asks."""
    if problem.status == Forbidden.status and not leaves_no_trace(request):
        # Refusals are logged by who and what, never by content.
        actor = getattr(request.state, "actor", None)
        log.info(
            "refused", code=problem.code, person_id=actor.person_id if actor else None, path=request.url.path
        )
    if request.url.path.startswith(SCIM):
        return _as_scim(problem)
    if wants_json(request):
        return _as_json(request, problem)
    if isinstance(problem, NotSignedIn) and request.method in ("GET", "HEAD"):
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'til': _here(request)})}", 303)
    return _as_page(request, problem)


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def headers_of(problem: Problem) -> dict[str, str]:
    """Retry-After, where it is worth trying again."""
    if isinstance(problem, TooMany):
        return {"Retry-After": str(problem.retry_after_seconds)}
    return {"Retry-After": str(RETRY_SECONDS)} if problem.status == 503 else {}


def _as_json(request: Request, problem: Problem) -> Response:
    language = language_of(request)
    body = {
        "type": f"urn:skranke:problem:{problem.code}",
        "title": title_of(problem.status, language),
        "status": problem.status,
        "detail": sentence_of(problem.code, language, problem.params),
        "code": problem.code,
        "errors": field_errors(problem, language),
        **({"changed": list(problem.params["changed"])} if problem.params.get("changed") else {}),
    }
    headers = headers_of(problem) | {"Content-Language": language}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="skranke"'
    return Response(orjson.dumps(body, default=str), problem.status, headers, "application/problem+json")


def _as_scim(problem: Problem) -> Response:
    """Source: RFC 7644, section 3.12. English, as every answer of that protocol."""
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": str(problem.status),
        "detail": sentence_of(problem.code, "en", problem.params),
        **({"scimType": "invalidSyntax"} if problem.status == 400 else {}),
    }
    headers = headers_of(problem)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="skranke"'
    return Response(orjson.dumps(body), problem.status, headers, "application/scim+json")


def _as_page(request: Request, problem: Problem) -> Response:
    from app.web.pages import render  # a page about a broken page: imported when there is one to make

    language = language_of(request)
    late = problem if isinstance(problem, NotRecent) else None
    view = ProblemView(
        status=problem.status,
        # Allowed, but not yet: «du har ikke lov» would turn away whoever only has to sign in again.
        title=say(language, AGAIN) if late else title_of(problem.status, language),
        detail=sentence_of(problem.code, language, problem.params),
        errors=tuple(wrong["detail"] for wrong in field_errors(problem, language)),
        sign_in_again=_again(request, late.back) if late else None,
    )
    response = render(request, "problem.html", view, status=problem.status)
    response.headers.update(headers_of(problem))
    return response


def _again(request: Request, back: str | None) -> str:
    """Back to where the room says, or to the page that was asked for, or the one whose button was pressed."""
    page = back or _here(request)
    if back is None and request.method not in SAFE_METHODS:
        came_from = urlsplit(request.headers.get("referer", ""))
        page = came_from.path + (f"?{came_from.query}" if came_from.query else "") or "/"
    return f"{SIGN_IN}/igjen?{urlencode({'til': page})}"


def from_validation(error: RequestValidationError) -> Problem:
    """Ours for FastAPI's; what was sent is never repeated."""
    wrong = []
    for found in error.errors():
        if found["type"] in ("json_invalid", "value_error.jsondecode"):
            return Invalid("body.bad_json")
        where = [str(part) for part in found["loc"]]
        path = ".".join(
            where[1:] if where and where[0] in ("body", "query", "path", "header", "cookie") else where
        )
        wrong.append(FieldProblem(path or "body", VALIDATION_CODES.get(found["type"], "field.invalid")))
    return Invalid("request.invalid", fields=tuple(wrong[:50]))


def from_http(error: HTTPException) -> Problem:
    if isinstance(error.__cause__, Problem):
        # FastAPI wraps whatever is raised while a body is read; ours says more.
        return error.__cause__
    if error.status_code == 404:
        return NotFound()
    problem = Problem("http.405" if error.status_code == 405 else "request.bad")
    problem.status = error.status_code  # type: ignore[misc]
    return problem


def from_database(error: DBAPIError) -> Problem:
    """What PostgreSQL refused, sorted by whose fault it is: the input's, a twin's, or nobody's."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return Busy("busy")
    if isinstance(error, IntegrityError):
        return Conflict("conflict")
    if state in RETRY_STATES or state[:2] in RETRY_CLASSES:
        return Busy("busy")
    if (
        state[:2] == "22"
        or "DataError" in type(error.orig).__name__
        or "DataError" in str(type(error.orig).__mro__)
    ):
        return Invalid("bad_value")
    log.error("database.error", trace=trace_of(error))
    return Unexpected("unexpected")


RETRY_STATES = frozenset({"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "25P03", "25P04"})
"""Serialization, deadlock, lock not available, cancelled, shutting down, starting up, timed out."""
RETRY_CLASSES = frozenset({"08", "53"})
"""Connection exceptions; insufficient resources."""


def install(app: FastAPI) -> None:
    """Every exception that has an answer of its own; `Failures` takes the rest."""

    async def on_problem(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and not wants_json(request):
            await _recognise(request)
        problem = _as_problem(error)
        await record_refusal(request, problem)
        return answer(request, problem)

    for kind in (Problem, RequestValidationError, HTTPException, DBAPIError, PoolTimeout, OSError):
        app.add_exception_handler(kind, on_problem)


async def _recognise(request: Request) -> None:
    """An address without a route has asked nobody who is there; the page around the answer still has their menu."""
    if hasattr(request.state, "actor"):
        return
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await somebody(request, session)
    except (SQLAlchemyError, OSError) as away:
        log.warning("actor.unreadable", error=type(away).__name__)


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return from_validation(error)
        case HTTPException():
            return from_http(error)
        case DBAPIError():
            return from_database(error)
        case PoolTimeout() | OSError():
            # No connection free within the pool's time-out, or no database to connect to.
            log.warning("database.no_connection", error=type(error).__name__)
            return Busy("busy")
    log.error("request.failed", trace=trace_of(error))
    return Unexpected("unexpected")


class Failures:
    """Outermost but for headers: also what middleware raises, and what nobody thought of, is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # a loop's edge: every request must be answered
            if started:
                raise
            request, problem = Request(scope, receive), _as_problem(error)
            await record_refusal(request, problem)
            response = answer(request, problem)
            await response(scope, receive, send)
