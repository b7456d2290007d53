"""A leader goes through what their people have: the risky is answered one by one, and the rest is confirmed with it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Site, Visitor
from tests.journeys.units_at_work import begin_review

pytestmark = pytest.mark.browser


def test_a_review_asks_about_what_is_risky_and_takes_what_is_not_needed(
    visit: Callable[..., Visitor], site: Site
) -> None:
    begin_review(site)
    leader = visit()
    leader.become("Marit Haugen")
    leader.open("/leder/tilganger/gjennomgang")
    page = leader.page
    leader.must_be_accessible()
    keep = page.get_by_role("radio", name=re.compile("^Trengs fortsatt"))
    asked = keep.count()
    assert asked > 1, "the demo has something that is risky"
    page.get_by_role("button", name="Bekreft gjennomgangen").click()
    expect(page.get_by_text("Velg ett av svarene.").first).to_be_visible()
    leader.must_be_accessible()
    for place in range(1, asked):
        keep.nth(place).check()
    page.get_by_role("radio", name=re.compile("^Ta bort")).first.check()
    page.set_viewport_size({"width": 390, "height": 844})
    leader.must_be_accessible()
    page.get_by_role("button", name="Bekreft gjennomgangen").click()
    expect(page.get_by_role("status")).to_contain_text("Gjennomgangen er lagret.")
    expect(page.get_by_role("status")).to_contain_text("1 tilgang tas bort nå.")
    leader.open("/friske-oyne/svar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Friske øyne")
    leader.must_be_accessible()
