"""What a pushed user says, as a row of the feed. From the document as it is kept; names are SCIM's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.feed.rows import EngagementRow, PersonRow
from app.people.engaging import Span

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
JOBS = "urn:ietf:params:scim:schemas:extension:skranke:2.0:User"
SOURCE = "scim"
ONLY = "user"
"""The key of the job that the user's own attributes tell of."""
LANGUAGES = ("nb", "nn", "en")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said beside the user's own document."""

    active: bool | None
    """None: nothing is to be done about their access."""
    subject: str | None
    leader: str
    """As rows name people; empty for none."""
    engagements: Sequence[tuple[int, Document]]
    """The user's `Engagement` resources, with their ids."""
    told_of_jobs: bool
    """It has told of jobs before: that it names none now means that there are none."""


def row_of(document: Document, user_id: int, saying: Saying) -> PersonRow:
    enterprise: Document = document.get(ENTERPRISE) or {}
    return PersonRow(
        source=SOURCE,
        key=str(user_id),
        name=name_of(document),
        employee_number=enterprise.get("employeeNumber") or None,
        subject=saying.subject,
        email=_chosen(document.get("emails"), "work"),
        phone=_phone(_chosen(document.get("phoneNumbers"), "mobile", "work")),
        language=_language(document.get("preferredLanguage") or ""),
        active=saying.active,
        engagements=_engagements(document, user_id, saying),
    )


def name_of(document: Document) -> str:
    name: Document = document.get("name") or {}
    parts = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    found = name.get("formatted") or parts or document.get("displayName") or document["userName"]
    return " ".join(str(found).split())


def _chosen(values: Sequence[Document] | None, *types: str) -> str | None:
    """The primary one, else of the first type there is, else the first."""
    given = [each for each in values or () if each.get("value")]
    ranked = sorted(given, key=lambda each: (not each.get("primary"), _rank(each.get("type"), types)))
    return str(ranked[0]["value"]) if ranked else None


def _rank(kind: str | None, types: Sequence[str]) -> int:
    return types.index(kind) if kind in types else len(types)


def _phone(written: str | None) -> str | None:
    """Norwegian numbers as eight digits, others as they were written."""
    digits = "".join(c for c in (written or "").removeprefix("tel:") if c.isdigit() or c == "+")
    for country in ("+47", "0047"):
        if digits.startswith(country) and len(digits) == len(country) + 8:
            return digits.removeprefix(country)
    return digits or None


def _language(written: str) -> str | None:
    wanted = written.partition("-")[0].casefold()
    wanted = "nb" if wanted == "no" else wanted
    return wanted if wanted in LANGUAGES else None


def _engagements(document: Document, user_id: int, saying: Saying) -> tuple[EngagementRow, ...] | None:
    """None without a word about jobs: then the directory says who people are, and somebody else what they do."""
    if not (JOBS in document or saying.engagements or saying.told_of_jobs):
        return None
    lines = [
        _line(
            told,
            f"{user_id}/{told.get('job') or id_}",
            told.get("title") or "",
            told.get("leader") or saying.leader,
        )
        for id_, told in saying.engagements
    ]
    told: Document = document.get(JOBS) or {}
    enterprise: Document = document.get(ENTERPRISE) or {}
    place = told.get("orgUnit") or enterprise.get("costCenter") or enterprise.get("department")
    if JOBS in document and place:
        only = {**told, "orgUnit": place}
        lines.append(_line(only, f"{user_id}/{ONLY}", document.get("title") or "", saying.leader))
    return tuple(lines)


def _line(told: Document, key: str, title: str, leader: str) -> EngagementRow:
    leaves = told.get("leaves")
    return EngagementRow(
        key=key,
        org_unit=told.get("orgUnit") or "",
        starts_on=_day(told.get("startsOn")),
        ends_on=_day(told.get("endsOn")),
        kind=told.get("kind") or "",
        position_code=told.get("positionCode") or "",
        title=title,
        percent=_percent(told.get("percent")),
        leader=leader,
        sponsor=told.get("sponsor") or "",
        contract_reference=told.get("contractReference") or "",
        legal_basis=told.get("legalBasis") or "",
        last_shift_ends=told.get("lastShiftEnds") or "",
        leaves=None if leaves is None else tuple(_leave(each) for each in leaves),
    )


def _leave(told: Document) -> Span:
    """One that ends before it begins has one day."""
    starts_on, ends_on = date.fromisoformat(told["startsOn"][:10]), _day(told.get("endsOn"))
    return Span(starts_on, max(starts_on, ends_on) if ends_on else None)


def _day(written: str | None) -> date | None:
    """The schema has refused what is no day."""
    return date.fromisoformat(written[:10]) if written else None


def _percent(written: str | None) -> Decimal:
    """«62,5», «100 %»; what is no number is said to be none, and found to be wrong."""
    if not written:
        return Decimal(100)
    try:
        found = Decimal(written.replace(",", ".").replace("%", "").strip())
    except InvalidOperation:
        return Decimal(0)
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) < 1000 else Decimal(0)
