"""What the catalogue must say about personal data: complete for every service, and grounded in law."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from service_catalog.check import check
from service_catalog.processing import ArchiveDuty, Disposal, LawKind, Retention
from service_catalog.schema import Catalogue


def remarks(catalogue: Catalogue, sla: Any, **parts: Any) -> list[str]:
    whole = Catalogue.model_validate({**catalogue.model_dump(), **parts})
    return [problem.message for problem in check(whole, sla)]


def with_processing(catalogue: Catalogue, key: str, **parts: Any) -> dict[str, Any]:
    every = {each: processing.model_dump() for each, processing in catalogue.processing.items()}
    every[key] |= parts
    return every


def test_every_service_says_why_by_which_law_and_for_how_long(catalogue):
    for service in catalogue.services.values():
        processing = catalogue.processing_of(service)
        assert processing is not None, service.key
        kinds = {catalogue.laws[law].kind for law in processing.legal_basis}
        assert LawKind.GDPR_6 in kinds, service.key


def test_a_service_goes_before_its_unit(catalogue):
    assert catalogue.processing_of(catalogue.services["varsling"]).key == "varsling"
    assert catalogue.processing_of(catalogue.services["arbeidsavtale"]).key == "ansettelsesforhold"


def test_a_service_without_a_reason_is_refused(catalogue, sla):
    units = {key: unit.model_dump() for key, unit in catalogue.units.items()}
    units["arkiv"]["processing"] = None
    found = remarks(catalogue, sla, units=units)
    assert "ingen behandling: hvorfor og hvor lenge må stå på tjenesten eller enheten" in found


@pytest.mark.parametrize(
    ("key", "parts", "message"),
    [
        ("lonn", {"legal_basis": ["finnes-ikke"]}, "«finnes-ikke» står ikke i laws.yaml"),
        ("lonn", {"legal_basis": ["ferieloven"]}, "grunnlaget må nevne artikkel 6 i personvernforordningen"),
        (
            "lonn",
            {"legal_basis": ["gdpr-6-1-c"]},
            "artikkel 6 nr. 1 bokstav c og e trenger en norsk lov i tillegg (artikkel 6 nr. 3)",
        ),
        ("hms", {"special": False}, "særlige opplysninger («special») og artikkel 9 hører sammen"),
        ("bygg", {"special": True}, "særlige opplysninger («special») og artikkel 9 hører sammen"),
        (
            "lonn",
            {"archive_basis": ["ferieloven"]},
            "arkivplikten må vise til en bestemmelse av slaget «archive»",
        ),
        (
            "sluttet",
            {"retention": {"years": 4, "counted_from": "employment_ended", "then": "anonymise"}},
            "navnet må stå så lenge som sikkerhetsloggen, som skal kunne si hvem som leste",
        ),
    ],
)
def test_a_processing_is_grounded(catalogue, sla, key, parts, message):
    assert message in remarks(catalogue, sla, processing=with_processing(catalogue, key, **parts))


@pytest.mark.parametrize(
    "parts",
    [
        {"archive": ArchiveDuty.PERMANENT},
        {"archive": ArchiveDuty.NONE},
        {"archive_basis": ()},
        {"retention": Retention(years=1, then=Disposal.TRANSFER)},
    ],
)
def test_what_is_kept_for_posterity_is_transferred_and_nothing_else(catalogue, parts):
    with pytest.raises(ValidationError):
        Catalogue.model_validate(
            {**catalogue.model_dump(), "processing": with_processing(catalogue, "lonn", **parts)}
        )


def test_a_retention_lasts_some_time():
    with pytest.raises(ValidationError):
        Retention(then=Disposal.DELETE)


def test_every_law_says_when_and_by_whom_it_was_last_held_against_its_source(catalogue):
    assert all(law.checked_by and law.checked_on.year >= 2026 for law in catalogue.laws.values())


def test_every_class_of_case_has_its_risks_judged(catalogue, sla):
    risks = {key: risk.model_dump() for key, risk in catalogue.risks.items()}
    for risk in risks.values():
        risk["concerns"] = ["open"]
    assert "ingen risiko er vurdert for «whistleblowing»" in remarks(catalogue, sla, risks=risks)
