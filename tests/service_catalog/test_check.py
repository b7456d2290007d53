"""The lint: what may be read, but must not be published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from service_catalog.check import check
from service_catalog.load import Sources
from service_catalog.schema import Catalogue, Service
from sla.agreement import Agreement
from sla.load import SHIPPED, Sla, read_sla

Found = Callable[..., list[str]]


@pytest.fixture
def found(catalogue: Catalogue, sla: Any) -> Found:
    """What the lint says when parts of the catalogue are other than they are."""

    def lint(**parts: Any) -> list[str]:
        whole = Catalogue.model_validate({**catalogue.model_dump(), **parts})
        return [problem.message for problem in check(whole, sla)]

    return lint


@pytest.fixture
def found_in_service(catalogue: Catalogue, found: Found) -> Found:
    def lint(key: str, **parts: Any) -> list[str]:
        services = {each: service.model_dump() for each, service in catalogue.services.items()}
        services[key] |= parts
        return found(services=services)

    return lint


def dumped(service: Service, field: str, **parts: Any) -> dict[str, Any]:
    """The service's form, with one field changed."""
    form = service.form.model_dump()
    next(each for each in form["fields"] if each["key"] == field).update(parts)
    return form


def test_the_shipped_catalogue_has_nothing_to_remark(shipped, sla):
    catalogue, sources = shipped
    assert [str(problem) for problem in check(catalogue, sla, sources)] == []


def test_a_problem_points_at_file_and_line(shipped, sla):
    catalogue, sources = shipped
    services = {**catalogue.services}
    services["bestille-pc"] = services["bestille-pc"].model_copy(update={"agreement": "mangler"})
    changed = catalogue.model_copy(update={"services": services})
    (problem,) = check(changed, sla, sources)
    assert problem.file == "services/it/bestille-pc.yaml"
    assert problem.line > 1


def test_a_unit_without_services_is_an_orphan(catalogue, found):
    services = {key: each.model_dump() for key, each in catalogue.services.items() if each.unit != "arkiv"}
    assert found(services=services, journeys={}) == ["fagenheten «arkiv» har ingen tjenester"]


def test_there_is_one_first_line(catalogue, found):
    units = {key: {**unit.model_dump(), "first_line": True} for key, unit in catalogue.units.items()}
    assert found(units=units) == ["nøyaktig én fagenhet skal være førstelinje"]


def test_a_unit_keeps_a_calendar_that_exists(catalogue, found):
    units = {key: unit.model_dump() for key, unit in catalogue.units.items()}
    units["it"]["calendar"] = "aldri"
    assert found(units=units) == ["kalenderen «aldri» finnes ikke"]


def test_a_calendar_that_never_opens_is_refused(catalogue, sla):
    closed = sla.calendars["kontortid"].model_copy(update={"weekly": {}})
    never = sla.model_copy(update={"calendars": {**sla.calendars, "kontortid": closed}})
    assert "kalenderen «kontortid» er aldri åpen" in [each.message for each in check(catalogue, never)]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"agreement": "gratis"}, "avtalen «gratis» finnes ikke"),
        ({"articles": ("finnes-ikke",)}, "artikkelen «finnes-ikke» finnes ikke"),
        ({"kontering": False}, "den som bestiller betaler, så tjenesten må ha «kontering: true»"),
        ({"approvals": ()}, "det som koster, skal godkjennes av en med budsjettdisponering"),
        ({"gets": {"nb": "Du får en [[dings]]."}}, "ordet «dings» er ikke forklart i glossary.yaml"),
        ({"synonyms": ("slippen",)}, "«slippen» peker også på lonnsslipp"),
        (
            {"price": {"amount_nok": 10, "times": "comment", "pays": "ordering_unit"}},
            "«comment» er ikke et felt med et antall",
        ),
    ],
)
def test_a_service_hangs_together(found_in_service, parts, message):
    assert message in found_in_service("bestille-pc", **parts)


def test_more_than_one_approval_needs_a_reason(found_in_service):
    assert found_in_service("innleie-vikar", approvals_reason=None) == [
        "mer enn ett godkjenningsledd; si hvorfor i «approvals_reason»"
    ]


@pytest.mark.parametrize(
    ("field", "parts", "message"),
    [
        (
            "why_powerful",
            {"when": {"field": "comment", "is": "x"}},
            "vilkåret viser til «comment», som ikke står tidligere i skjemaet",
        ),
        (
            "why_powerful",
            {"when": {"field": "equipment", "is": "boat"}},
            "«boat» kan ikke velges i «equipment»",
        ),
        (
            "old_asset_tag",
            {"when": {"field": "replaces_old", "is": "ja"}},
            "«ja» kan ikke velges i «replaces_old»",
        ),
        ("needed_by", {"prefill": "me.unit"}, "«me.unit» kan ikke stå i et felt av slaget date"),
        ("comment", {"key": "quantity"}, "to felter heter «quantity»"),
    ],
)
def test_a_form_hangs_together(catalogue, found_in_service, field, parts, message):
    form = dumped(catalogue.services["bestille-pc"], field, **parts)
    assert message in found_in_service("bestille-pc", form=form)


def test_the_last_routing_rule_takes_whatever_is_left(catalogue, found):
    rules = [rule.model_dump() for rule in catalogue.routing]
    assert found(routing=rules[:-1]) == ["den siste regelen skal passe alltid, så ingen melding blir borte"]
    assert found(routing=[rules[-1] | {"id": "alt"}, *rules]) == [
        "regelen passer alltid, så reglene under den blir aldri brukt"
    ]


def test_a_routing_rule_leads_to_a_unit_and_areas_that_exist(catalogue, found):
    rules = [rule.model_dump() for rule in catalogue.routing]
    rules[0] |= {"unit": "vaktrommet", "when": {"areas": ["havbunnen"]}}
    assert found(routing=rules) == [
        "fagenheten «vaktrommet» finnes ikke",
        "området «havbunnen» står ikke i municipality.yaml",
    ]


def test_a_word_is_explained_once(catalogue, found):
    glossary = {key: term.model_dump() for key, term in catalogue.glossary.items()}
    glossary["mva"]["also"] = ["bilagsnummer"]
    assert found(glossary=glossary) == ["«bilagsnummer» er forklart to ganger, også under «bilag»"]


def test_white_text_can_be_read_on_the_colour_of_the_municipality(catalogue, found):
    municipality = catalogue.municipality.model_dump()
    municipality["brand"]["accent"] = "#ffcc00"
    assert found(municipality=municipality) == ["hvit tekst kan ikke leses på fargen #ffcc00"]


def test_the_municipality_says_when_people_are_looked_to_for_an_answer(catalogue, found):
    municipality = catalogue.municipality.model_dump() | {"calendar": "natt"}
    assert found(municipality=municipality) == ["kalenderen «natt» finnes ikke"]


def test_the_first_lines_mandates_are_written_in_every_language(catalogue):
    mandates = [line for service in catalogue.services.values() for line in service.mandate]
    assert [line.key for line in mandates if not (line.may.nn and line.may.en)] == []


def test_what_every_unit_sees_is_open_and_always_says_what_sort_it_is(catalogue, found):
    services = {key: service.model_dump() for key, service in catalogue.services.items()}
    services["meld-et-behov"] |= {"shared": {"kind": "users"}, "confidentiality": "personal"}
    assert found(services=services) == [
        "det som alle enheter ser, kan ikke være fortrolig",
        "«users» er ikke et valg som alltid må tas i skjemaet",
    ]


def test_the_first_line_may_do_something_with_every_matter_but_whistleblowing(catalogue):
    without = [service.key for service in catalogue.services.values() if not service.mandate]
    assert without == ["varsling"]


def test_there_is_one_place_to_report_a_need_and_it_shows_what_exists(catalogue):
    needs = [service.key for service in catalogue.services.values() if service.kind == "need"]
    showing = [service.key for service in catalogue.services.values() if service.shows_existing]
    assert needs == showing == ["meld-et-behov"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"provider": "trafikk"}, "fagenheten «trafikk» finnes ikke"),
        ({"owner": "trafikksjef"}, "eieren «trafikksjef» står ikke i owners.yaml"),
        (
            {"legs": {"trafikk": "1 t"}},
            "fagenheten «trafikk» finnes ikke; skriv en av dem, eller «annen» for resten",
        ),
    ],
)
def test_an_agreement_names_units_and_an_owner_that_exist(
    catalogue: Catalogue, sla: Sla, changed: dict[str, object], told: str
) -> None:
    written = sla.agreements["lonn"].model_dump(mode="json") | changed
    other = sla.model_copy(
        update={"agreements": {**sla.agreements, "lonn": Agreement.model_validate(written)}}
    )
    assert [problem.message for problem in check(catalogue, other)] == [told]


def test_a_mistake_in_an_agreement_is_told_where_it_stands(catalogue: Catalogue, tmp_path: Path) -> None:
    copytree(SHIPPED, tmp_path / "sla", ignore=ignore_patterns("*.py"))
    path = tmp_path / "sla" / "agreements" / "lonn.yaml"
    text = path.read_text(encoding="utf-8").replace("legs: {", "legs: {trafikk: 1 t, ")
    path.write_text(text, encoding="utf-8")
    sla, written = read_sla(tmp_path / "sla")
    sources = Sources()
    sources.remember("agreements", "lonn", written["lonn"])
    line = 1 + text[: text.index("trafikk")].count("\n")
    (problem,) = check(catalogue, sla, sources)
    assert str(problem).startswith(f"sla/agreements/lonn.yaml:{line}: fagenheten «trafikk»")
