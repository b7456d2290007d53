"""A leader finds what one of their people lacks, sees why they should have it, and orders it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]


def test_what_somebody_lacks_is_found_in_the_grid_and_ordered(visit: Visit) -> None:
    leader = visit()
    leader.become("Marit Haugen")
    leader.open("/leder")
    page = leader.page
    page.get_by_role("link", name="Se tilgangene i enheten").click()
    leader.must_be_accessible()
    page.set_viewport_size({"width": 390, "height": 844})
    leader.must_be_accessible()
    lacking = page.get_by_role("row").filter(has=page.get_by_text(re.compile(r"^\d+ mangler$")))
    addresses = [link.get_attribute("href") for link in lacking.get_by_role("link").all()]
    assert addresses, "the demo has somebody who lacks something"
    button = page.get_by_role("button", name=re.compile("^Bestill"))
    for address in addresses:
        leader.open(str(address))
        if button.count():
            break
    leader.must_be_accessible()
    line = page.get_by_role("listitem").filter(has=button).first
    expect(line.get_by_text(re.compile("^fordi ")).first).to_be_visible()
    button.first.click()
    expect(page.get_by_role("status")).to_contain_text("Bestilt i sak")
    leader.must_be_accessible()
    page.get_by_role("status").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gi tilgang: ")


def test_everybody_sees_their_own_on_a_phone_without_script(visit: Visit) -> None:
    nurse = visit(width=390, script=False)
    nurse.become("Fadumo Warsame")
    nurse.open("/tilganger")
    expect(nurse.page.get_by_text("fordi du er helsefagarbeider").first).to_be_visible()
