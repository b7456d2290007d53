"""What can go wrong, each with its HTTP status; `app/web/problems.py` makes problem+json or a page of it.

Problem
├── NotFound            404  nonexistent, or not for this actor: the two answer alike
├── NotSignedIn         401
├── Forbidden           403  may be seen, may not be done
├── Conflict            409  the thing is in another state
│   └── Stale           412  somebody changed it since it was read
├── Invalid             422  the input, with its fields
├── TooLarge            413
├── UnsupportedType     415
└── TooMany             429
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldProblem:
    """One field that is wrong. `field` is a dotted path («answers.start_date»), `code` a key of the translations."""

    field: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


class Problem(Exception):
    """`code` is for a client and picks the sentence a person reads; `params` fill it."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, *, fields: tuple[FieldProblem, ...] = (), **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.params = params


class NotFound(Problem):
    status = 404

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class NotSignedIn(Problem):
    status = 401

    def __init__(self, code: str = "not_signed_in") -> None:
        super().__init__(code)


class Forbidden(Problem):
    status = 403


class Conflict(Problem):
    status = 409


class Stale(Conflict):
    """`params["changed"]` names the fields that differ from what the caller had read."""

    status = 412


class Invalid(Problem):
    status = 422


class TooLarge(Problem):
    status = 413


class UnsupportedType(Problem):
    status = 415


class TooMany(Problem):
    """`retry_after_seconds` goes into Retry-After."""

    status = 429

    def __init__(self, code: str = "too_many_requests", *, retry_after_seconds: int) -> None:
        super().__init__(code, seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class Refusal:
    """Why an actor may not; policies answer with this or None, and `refuse` makes it an error."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


def refuse(refusal: Refusal | None) -> None:
    """Raise Forbidden when a policy said no."""
    if refusal is not None:
        raise Forbidden(refusal.code, fields=(), **dict(refusal.params))
