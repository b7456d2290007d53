"""What the desk's forms carry, read strictly, with the fields that are wrong named for the error summary."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from app.errors import FieldProblem, Invalid
from app.tickets.lifecycle import DelayReason, NewTerms, WaitingFor
from app.tickets.models import MessageKind
from app.web.problem_texts import VALIDATION_CODES
from service_catalog.schema import Channel, Impact, Urgency

SUBJECT_MAX = 200
TEXT_MAX = 20_000
LARGEST_ID = 2**63 - 1


def _plain(text: str) -> str:
    """Line ends as one character; control characters that PostgreSQL or a reader cannot take are refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError("control character")
    return text


def _none_if_empty(value: Any) -> Any:
    """An empty field of a browser's form is an answer not given."""
    return None if value == "" else value


Written = Annotated[str, AfterValidator(_plain), StringConstraints(max_length=TEXT_MAX)]
Required = Annotated[
    str, AfterValidator(_plain), StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_MAX)
]
Subject = Annotated[
    str,
    AfterValidator(_plain),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=SUBJECT_MAX),
]
Version = Annotated[int, Field(ge=1, le=2**31)]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
MaybeId = Annotated[Id | None, BeforeValidator(_none_if_empty)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
MaybeDate = Annotated[date | None, BeforeValidator(_none_if_empty)]
MaybeKey = Annotated[Key | None, BeforeValidator(_none_if_empty)]
MaybeImpact = Annotated[Impact | None, BeforeValidator(_none_if_empty)]
MaybeUrgency = Annotated[Urgency | None, BeforeValidator(_none_if_empty)]


class Posted(BaseModel):
    """Fields a form does not have (the CSRF token, the pressed button) are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class VersionForm(Posted):
    """`version`: the row the agent had read; a save over a newer one is refused (promise P12)."""

    version: Version


class ReplyForm(Posted):
    body: Required
    kind: Literal[MessageKind.PUBLIC, MessageKind.INTERNAL]


class AssignForm(VersionForm):
    assignee_id: MaybeId = None


class HandOverForm(VersionForm):
    unit: Key
    reason: Required


class ReasonForm(VersionForm):
    reason: Required


class RerouteForm(VersionForm):
    unit: Key


class ServiceForm(VersionForm):
    service: Key
    reason: Required


class AgreementForm(VersionForm):
    agreement_version: Version
    reason: NewTerms


class WaitForm(VersionForm):
    waiting_for: WaitingFor
    until: MaybeDate = None


class PriorityForm(VersionForm):
    impact: Impact
    urgency: Urgency


class DelayForm(VersionForm):
    """`delay`: the reason as a code; `text` is what the requester reads."""

    delay: DelayReason
    text: Required


class ResolveForm(VersionForm):
    text: Required


class CallForm(Posted):
    """«Registrer sak»: one contact. Without a service it is a general question, which the routing rules read."""

    requester_id: Id
    channel: Channel
    service: MaybeKey = None
    subject: Subject
    description: Written = ""
    impact: MaybeImpact = None
    urgency: MaybeUrgency = None
    solved: bool = False
    solution: Written = ""


Form = TypeVar("Form", bound=Posted)


def read(form: type[Form], posted: Mapping[str, Any]) -> Form:
    """The form's values. Raises Invalid with every field that is wrong, in the form's own order."""
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    try:
        return form.model_validate(values)
    except ValidationError as error:
        raise Invalid(
            "request.invalid", fields=tuple(_problem(found, values) for found in error.errors())
        ) from None


def _problem(found: Any, values: Mapping[str, str]) -> FieldProblem:
    name = str(found["loc"][0])
    missing = values.get(name, "").strip() == ""
    code = "field.required" if missing else VALIDATION_CODES.get(found["type"], "field.invalid")
    limit = found.get("ctx", {}).get("max_length")
    return FieldProblem(name, code, (("max", str(limit)),) if limit is not None else ())
