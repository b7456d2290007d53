"""A lead reads how the promises are kept, and turns figures per person on and off again; an agent sees that it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def test_promises_kept_and_the_gate_before_figures_per_person(visit: Visit) -> None:
    lead = visit(width=390)
    lead.become("Hanne Ødegård")
    lead.open("/")
    page = lead.page
    page.get_by_text("Innlogget som Hanne Ødegård").locator("..").click()
    page.get_by_role("link", name="Slik holder vi løftene").click()
    expect(page.get_by_role("heading", name="Slik holder vi løftene")).to_be_visible()
    page.get_by_role("link", name="Siste 12 måneder").click()
    lead.must_be_accessible()

    page.get_by_text("Før inn en drøfting").click()
    today = date.fromisoformat(page.get_by_label("Gjelder fra").input_value())
    page.get_by_label("Formålet").fill("Finne ut hvor vi trenger opplæring.")
    page.get_by_label("Drøftet med").fill("Fagforbundet")
    page.get_by_label("Dagen det ble drøftet").fill(today.isoformat())
    page.get_by_label("Gjelder til og med").fill((today + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Slå på tall per person").click()
    page.get_by_role("link", name="Vis tall per person").click()
    expect(page.get_by_role("heading", name="Tall per person")).to_be_visible()
    expect(page.get_by_text("er skrevet i loggen")).to_be_visible()
    lead.must_be_accessible()

    lead.open("/desk/mine-tall")
    expect(page.get_by_text("1 gang", exact=False)).to_be_visible()
    lead.must_be_accessible()
    lead.open("/desk/lofter")
    page.get_by_role("button", name="Slå av nå").click()
    expect(page.get_by_text("Tall per person er av.")).to_be_visible()
