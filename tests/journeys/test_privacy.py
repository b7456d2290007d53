"""An employee reads why their data is used, asks for all of it, and says what is right; the archivist answers the press."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.masking.numbers import some

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def test_one_s_own_data_and_the_public_s(visit: Visit) -> None:
    employee = visit(width=390)
    employee.become("Jonas Lie-Nilsen")
    page = employee.page
    employee.open("/tjenester/innsyn")
    page.get_by_text("Slik behandler vi opplysningene").click()
    expect(page.get_by_role("link", name="offentleglova §§ 28 til 32")).to_be_visible()
    employee.must_be_accessible()
    employee.open("/tjenester/innsyn/bestill")
    page.get_by_label("Pressen").check()
    page.get_by_label("Sak eller dokument").fill(f"Sak om {some()}")
    page.locator("main form").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name="Innsyn i dokumenter")).to_be_visible()
    number = re.search(r"/saker/([\d-]+)", page.url).group(1)  # type: ignore[union-attr]
    assert some() not in page.content()
    page.get_by_text("Er noe feil om deg i saken?").click()
    page.get_by_label("Hva er riktig?").fill("Det gjelder to saker.")
    page.get_by_role("button", name="Legg til rettelsen").click()
    expect(page.get_by_text("Rettelse", exact=True)).to_be_visible()
    employee.must_be_accessible()
    employee.open("/personvern/innsyn")
    page.get_by_role("button", name="Be om innsyn").click()
    expect(page.get_by_text("senest", exact=False)).to_be_visible()
    employee.must_be_accessible()

    archivist = visit()
    archivist.become("Bjørn Åsheim")
    page = archivist.page
    archivist.open(f"/desk/saker/{number}")
    page.get_by_role("link", name="Behandle innsynskravet").click()
    page.get_by_role("searchbox").fill("arkiv")
    page.get_by_role("button", name="Søk").click()
    page.get_by_role("button", name="Ta med").first.click()
    expect(page.get_by_role("heading", name="Vurder hvert dokument")).to_be_visible()
    archivist.must_be_accessible()
    document = page.locator("details.judged").first
    document.locator(".pieces input").first.check()
    document.get_by_label("Grunn, når noe holdes tilbake").select_option("offl-13")
    document.get_by_role("button", name="Gi ut").click()
    expect(page.locator("details.judged").first.get_by_text("Gis, sladdet")).to_be_visible()
    archivist.must_be_accessible()
