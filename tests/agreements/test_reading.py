"""The agreement as people read it says what the clocks count by, in words of three languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.agreements.content import Terms
from app.agreements.difference import changes
from app.agreements.reading import Reading, read_agreement
from app.catalogue.published import content_of, read_content
from service_catalog.load import load_catalogue
from sla.agreement import Agreement
from sla.load import load_sla

SLA = load_sla()
PUBLISHED = read_content(1, content_of(load_catalogue(), SLA))
TODAY = date(2026, 11, 22)


def reading(name: str, language: str = "nb", **changed: Any) -> Reading:
    agreement = Agreement.model_validate(SLA.agreements[name].model_dump(mode="json") | changed)
    terms = Terms(agreement, SLA.calendars[agreement.calendar].pinned((2026, 2027)))
    return read_agreement(terms, PUBLISHED, language, today=TODAY)


@pytest.mark.parametrize(
    ("name", "language", "response", "solution"),
    [
        ("lonn", "nb", "innen 1 arbeidsdag", "innen 5 arbeidsdager"),
        ("it-brukerstotte", "nb", "innen 4 timer i åpningstida", "innen 3 arbeidsdager"),
        ("it-brukerstotte", "nn", "innan 4 timar i opningstida", "innan 3 arbeidsdagar"),
        ("it-brukerstotte", "en", "within 4 hours of opening time", "within 3 working days"),
        ("eiendom-haste", "nb", "innen 1 time, hele døgnet", "innen 12 timer, hele døgnet"),
    ],
)
def test_a_promise_reads_as_people_say_it(name: str, language: str, response: str, solution: str) -> None:
    ordinary = reading(name, language).levels[2]
    assert (ordinary.response, ordinary.solution) == (response, solution)


def test_opening_hours_put_days_that_are_alike_together() -> None:
    assert reading("lonn").hours == (("mandag–fredag", "08.00–15.30"), ("lørdag–søndag", "stengt"))
    (summer,) = reading("lonn").seasons
    assert (summer.period, summer.hours[0]) == ("15. mai–14. september", ("mandag–fredag", "08.00–15.00"))
    assert reading("eiendom-feil").hours[0][1] == "07.00–11.00 og 11.30–15.00"
    assert reading("lonn", "en").hours[0] == ("Monday–Friday", "08:00–15:30")


def test_special_days_are_those_that_differ_from_the_week() -> None:
    found = {special.day: special.what for _, days in reading("lonn").special_days for special in days}
    assert found[date(2026, 12, 24)] == "08.00–12.00"
    assert found[date(2027, 3, 25)] == "Skjærtorsdag, stengt"
    assert date(2026, 12, 26) not in found, "a Saturday is closed anyway"
    assert {day.year for day in found} == {2026, 2027}
    assert all(not days for _, days in reading("it-kritisk").special_days)


def test_what_pauses_and_what_never_does_are_all_the_reasons() -> None:
    lonn = reading("lonn")
    assert lonn.pauses == ("svar fra den som spurte", "godkjenning")
    assert "venting på en leverandør" in lonn.never_pauses
    assert "overlevering til en annen fagenhet" in reading("eiendom-haste").never_pauses
    assert reading("eiendom-haste").pauses == ()


@pytest.mark.parametrize("name", sorted(SLA.versions))
@pytest.mark.parametrize("language", ["nn", "en"])
def test_nothing_is_left_in_bokmaal(name: str, language: str) -> None:
    there, here = dict(reading(name, language).lines()), dict(reading(name).lines())
    assert len(there) == len(here)
    untouched = {"✓", "Lønn", "IT og tilganger", "HR og arbeidsmiljø"}
    words = ("innen ", "fagenhet", "arbeidsdager", "timer ", "lederen", "gjelder", " ikke ")
    left = [text for text in there.values() if text not in untouched and any(word in text for word in words)]
    assert left == []


def test_legal_time_limits_are_named_with_their_paragraph() -> None:
    assert reading("arbeidsavtale").statutes[0] == "Skriftlig arbeidsavtale (arbeidsmiljøloven § 14-5)"


def test_the_difference_is_what_binds_somebody_otherwise() -> None:
    before = reading("lonn")
    promises = SLA.agreements["lonn"].model_dump(mode="json")["promises"]
    promises["normal"]["solution"] = "3 dager"
    after = reading(
        "lonn",
        version=2,
        promises=promises,
        pauses_on=["requester"],
        legs={"lonn": "2 dager"},
        revised_on="2026-11-01",
    )
    assert [(each.what, each.before, each.after) for each in changes(before, after, "nb")] == [
        ("Vanlig: Løsning", "innen 5 arbeidsdager", "innen 3 arbeidsdager"),
        ("Intern frist: Lønn", "3 arbeidsdager", "2 arbeidsdager"),
        ("Tida står stille mens saken venter på: godkjenning", "✓", ""),
        ("Intern frist: HR og arbeidsmiljø", "2 arbeidsdager", ""),
        ("Intern frist: Alle andre fagenheter", "1 arbeidsdag", ""),
    ]
    assert changes(before, before, "nb") == ()
