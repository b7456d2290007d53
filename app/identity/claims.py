"""From the claims of a verified id token to who it is, as an installation has configured its issuer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.issuer_settings import Issuer


@dataclass(frozen=True)
class Who:
    """`groups` are group ids and app roles together; `has_more_groups` when the token had no room for them."""

    issuer: str
    subject: str
    groups: frozenset[str]
    has_more_groups: bool
    acr: str | None
    authenticated_at: datetime | None


def who_of(claims: Mapping[str, Any], issuer: Issuer) -> Who | None:
    """None when the claim that says who it is is missing."""
    subject = claims.get(issuer.subject_claim)
    if not isinstance(subject, str) or not subject:
        return None
    acr = claims.get("acr")
    return Who(
        issuer=str(claims["iss"]),
        subject=kept_subject(subject, issuer),
        groups=_words(claims.get(issuer.groups_claim)) | _words(claims.get(issuer.roles_claim)),
        has_more_groups=_has_more(claims, issuer.groups_claim),
        acr=acr if isinstance(acr, str) else None,
        authenticated_at=_instant(claims.get("auth_time")),
    )


def _instant(seconds: object) -> datetime | None:
    """A NumericDate (RFC 7519, 2), which may have a fraction; None for what is none, or no instant at all."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def kept_subject(subject: str, issuer: Issuer) -> str:
    """As it lies in `identities`: the subject, or a keyed hash that tells nothing without the key."""
    if issuer.subject_key is None:
        return subject
    key = issuer.subject_key.get_secret_value().encode()
    return "hmac-sha256:" + hmac.digest(key, subject.encode(), hashlib.sha256).hex()


def is_strong_enough(who: Who, issuer: Issuer) -> bool:
    """Whether the sign-in was at one of the levels that were asked for; an issuer may answer with less."""
    wanted = issuer.acr_values.split()
    return not wanted or who.acr in wanted


def _words(claim: Any) -> frozenset[str]:
    values = claim if isinstance(claim, list) else [claim]
    return frozenset(value for value in values if isinstance(value, str) and value)


def _has_more(claims: Mapping[str, Any], groups_claim: str) -> bool:
    """Entra's group overage. Source: learn.microsoft.com, «Configure group claims»: _claim_names, or hasgroups."""
    names = claims.get("_claim_names")
    return (isinstance(names, Mapping) and groups_claim in names) or claims.get("hasgroups") in (True, "true")
