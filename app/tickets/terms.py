"""What a service brings with it to a ticket that was first asked for as another one. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.catalogue.published import Published
from app.errors import FieldProblem, Invalid
from service_catalog.schema import Confidentiality, Service
from sla.statute import LegalDates

STRICTER = tuple(Confidentiality)
"""From the least closed to the most: a ticket that got another service is never opened to more people."""


@dataclass(frozen=True)
class ServiceTerms:
    """Another service as one ticket gets it."""

    service: str
    unit: str
    catalogue_version: int
    agreement: str
    agreement_version: int
    confidentiality: Confidentiality
    legal: Mapping[str, LegalDates]


def legal_dates(published: Published, service: Service, answers: Mapping[str, Any]) -> dict[str, LegalDates]:
    """What the law counts from in these answers, by statute."""
    found = {name: statute.dates_of(service.key, answers) for name, statute in published.statutes.items()}
    return {name: dates for name, dates in found.items() if dates is not None}


def may_become(service: Service) -> bool:
    """What somebody must approve is ordered with its own form; and nobody is made a whistle-blower by an agent."""
    return not service.approvals and service.confidentiality is not Confidentiality.WHISTLEBLOWING


def terms_of(
    published: Published,
    service: str,
    *,
    answers: Mapping[str, Any],
    confidentiality: Confidentiality,
    at: datetime,
) -> ServiceTerms:
    """Raises Invalid for a service that is not in the catalogue, or that must be ordered."""
    known = published.catalogue.services.get(service)
    if known is None:
        raise Invalid("request.invalid", fields=(FieldProblem("service", "field.unknown_service"),))
    if not may_become(known):
        raise Invalid("request.invalid", fields=(FieldProblem("service", "field.must_be_ordered"),))
    agreement = published.agreement_at(known.agreement, at)
    return ServiceTerms(
        service=known.key,
        unit=known.unit,
        catalogue_version=published.version,
        agreement=agreement.name,
        agreement_version=agreement.version,
        confidentiality=max(confidentiality, known.confidentiality, key=STRICTER.index),
        legal=legal_dates(published, known, answers),
    )
