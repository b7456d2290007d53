"""A ticket that was asked for as the wrong service is made the right one, and shows how its new limit was worked out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "script"), [(1440, True), (390, False)])
def test_an_agent_corrects_the_service(visit: Callable[..., Visitor], width: int, script: bool) -> None:
    agent = visit(width=width, script=script)
    agent.become("Amina Farah")
    page = agent.page
    agent.open("/desk/ko?enhet=it&tjeneste=glemt-passord")
    # Not what another unit wants to hand over, which stands above the queue; and which of them is hers to move, and not
    # offered away or from somebody near, depends on the hour at which the demo is made.
    for place in [link.get_attribute("href") or "" for link in page.locator("tbody a.ticket-link").all()]:
        agent.open(place)
        if page.locator("#tjeneste").count():
            break
    page.get_by_text("Endre tjeneste", exact=True).first.click()
    page.locator("#tjeneste-service").select_option("mistet-utstyr")
    page.locator("#tjeneste-reason").fill("Telefonen er mistet, det er ikke passordet.")
    page.get_by_role("button", name="Endre tjeneste").click()
    expect(
        page.get_by_text("Saken har fått en annen tjeneste, og fristen er regnet på nytt.")
    ).to_be_visible()
    if script:
        agent.must_be_accessible()
    page.get_by_role("link", name="Slik er fristen regnet ut").first.click()
    expect(page.get_by_role("heading", name="Slik er fristen regnet ut")).to_be_visible()
    expect(page.get_by_text("Saken fikk en annen tjeneste").first).to_be_attached()
    if script:
        agent.must_be_accessible()
