"""A leader orders a consultant, sees until when, and lets them go on; and what nobody waits for is said so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from sla.zone import day_of
from tests.journeys.conftest import Site, Visitor
from tests.journeys.units_at_work import engage_a_consultant, let_time_do_its_work

pytestmark = pytest.mark.browser


def in_days(days: int) -> str:
    return (day_of(datetime.now(UTC)) + timedelta(days=days)).isoformat()


def test_a_consultant_is_ordered_with_an_end_and_prolonged(visit: Callable[..., Visitor]) -> None:
    leader = visit()
    leader.become("Marit Haugen")
    leader.open("/leder/folk/ny")
    page = leader.page
    page.get_by_label("Navn", exact=True).fill("Omar Khan")
    page.get_by_label("Arbeidssted").select_option(index=1)
    page.get_by_label("Stillingskode").select_option(index=1)
    page.get_by_label("Slags ansettelse").select_option("konsulent")
    page.get_by_label("Første dag", exact=True).fill(in_days(7))
    page.get_by_label(re.compile("^Siste dag")).fill(in_days(20))
    page.get_by_label(re.compile("^Grunnlag")).select_option("oppdrag")
    page.get_by_label(re.compile("^Kontraktsnummer")).fill("K-2026/7")
    page.get_by_role("button", name="Bestill").click()
    expect(page.get_by_role("status")).to_contain_text("Bestilt")
    leader.open("/leder/eksterne")
    row = page.get_by_role("listitem").filter(has_text="Omar Khan")
    expect(row).to_contain_text("avtale K-2026/7")
    expect(row).to_contain_text("Går snart ut")
    row.get_by_text("Forleng eller avslutt").click()
    row.get_by_label("Ny siste dag").fill(in_days(700))
    row.get_by_role("button", name="Lagre").click()
    expect(page.get_by_role("alert")).to_contain_text("Ny siste dag")
    leader.must_be_accessible()
    row.get_by_label("Ny siste dag").fill(in_days(200))
    row.get_by_role("button", name="Lagre").click()
    expect(row).to_contain_text("Lagret")
    page.set_viewport_size({"width": 390, "height": 844})
    leader.must_be_accessible()
    leader.open("/leder/mulige-treff")
    expect(page.get_by_text("Ingen å ta stilling til")).to_be_visible()
    leader.must_be_accessible()


def test_a_consultant_s_access_ends_by_itself(visit: Callable[..., Visitor], site: Site) -> None:
    consultant, sponsor = visit(width=390), visit()
    engage_a_consultant(site, "Otto Over", sponsor="Marit Haugen")
    consultant.become("Otto Over")
    consultant.open("/mine-saker")
    expect(consultant.page.get_by_role("heading", name="Mine saker", level=1)).to_be_visible()
    let_time_do_its_work(site)
    consultant.page.reload()
    expect(consultant.page.get_by_role("heading", name="Hvem vil du være?")).to_be_visible()
    sponsor.become("Marit Haugen")
    sponsor.open("/leder/eksterne")
    row = sponsor.page.get_by_role("listitem").filter(has_text="Otto Over")
    expect(row).to_contain_text("Avsluttet")
