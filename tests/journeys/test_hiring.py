"""A leader hires a teacher from the role alone, and all of it is ready before day one; a mover keeps and loses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from sla.zone import day_of
from tests.journeys.conftest import Site, Visitor
from tests.journeys.units_at_work import do_everything, leader_of_a_school

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]


def in_days(days: int) -> str:
    return (day_of(datetime.now(UTC)) + timedelta(days=days)).isoformat()


def mark_done(page: Page, *titles: str) -> None:
    for title in titles:
        step = page.get_by_role("listitem").filter(has_text=title)
        step.get_by_role("button", name=re.compile("^Gjort")).click()
        page.wait_for_load_state()
        expect(page.get_by_role("listitem").filter(has_text=title)).to_contain_text("Angre")


def test_a_teacher_is_hired_from_the_role_alone_and_all_is_ready(visit: Visit, site: Site) -> None:
    leader = visit()
    leader.become(leader_of_a_school(site))
    leader.open("/leder/folk/ny")
    page = leader.page
    leader.must_be_accessible()
    page.get_by_role("button", name="Bestill").click()
    expect(page.get_by_role("alert")).to_contain_text("Fyll ut dette feltet")
    page.get_by_label("Navn", exact=True).fill("Nora Lien")
    page.get_by_label("Arbeidssted").select_option(index=1)
    page.get_by_label("Stillingskode").select_option("7962")
    page.get_by_label("Slags ansettelse").select_option("fast")
    page.get_by_label("Første dag", exact=True).fill(in_days(12))
    page.get_by_label(re.compile("^Oppmøte")).fill("kl. 08.15 på personalrommet")
    page.get_by_role("button", name="Bestill").click()
    expect(page.get_by_role("status")).to_contain_text("Bestilt")
    leader.must_be_accessible()
    address = page.url.partition("?")[0]
    page.get_by_role("button", name="Lag lenke").click()
    link = str(page.get_by_role("link", name="velkommen").get_attribute("href"))
    leader.must_be_accessible()
    page.goto(address)
    mark_done(page, "Få taushetserklæringen signert", "Velg en fadder", "Legg planen", "Gjør plassen klar")
    journey_id = int(address.rpartition("/")[2])
    do_everything(site, journey_id)
    page.goto(address)
    mark_done(page, "Begge parter har signert")
    do_everything(site, journey_id)
    page.goto(address)
    expect(page.get_by_text("100 %").first).to_be_visible()
    expect(page.get_by_role("region", name="Arbeidsavtalen")).not_to_contain_text("Pågår")
    page.set_viewport_size({"width": 390, "height": 844})
    leader.must_be_accessible()
    leader.open("/leder/folk")
    expect(page.get_by_role("listitem").filter(has_text="Nora Lien")).to_contain_text("100 %")
    leader.must_be_accessible()
    newcomer = visit(width=390, script=False)
    newcomer.page.goto(link)
    expect(newcomer.page.get_by_text("kl. 08.15 på personalrommet")).to_be_visible()
    assert "Nora" not in newcomer.page.content()


def test_a_mover_keeps_and_loses_the_right_things(visit: Visit) -> None:
    leader = visit()
    leader.become("Marit Haugen")
    leader.open("/leder/folk/endring")
    page = leader.page
    leader.must_be_accessible()
    office = page.locator("#engagement_id option", has_text="Saksbehandler").last
    page.get_by_label("Hvem").select_option(str(office.get_attribute("value")))
    page.get_by_label("Bytter til en annen jobb her").check()
    page.get_by_label(re.compile("^Siste dag, eller")).fill(in_days(1))
    page.get_by_label(re.compile("^Nytt arbeidssted")).select_option(label="Solbakken sykehjem")
    page.get_by_label(re.compile("^Ny stillingskode")).select_option("9454")
    page.get_by_role("button", name="Meld fra").click()
    page.wait_for_url("**/leder/folk/*?ny=1")
    leader.must_be_accessible()
    address = page.url.partition("?")[0]
    page.get_by_role("link", name="Se hver tilgang, og hvorfor").click()
    new = page.get_by_role("listitem").filter(has_text="begynner som avdelingsleder")
    expect(new.first).to_be_visible()
    old = page.get_by_role("listitem").filter(has_text="Går ut")
    expect(old.first).to_be_visible()
    page.goto(address)
    page.get_by_text("Personen bytter ikke jobb likevel").click()
    page.get_by_role("button", name="Trekk meldingen").click()
    expect(page.get_by_text("Trukket", exact=True)).to_be_visible()
