"""«Meld et behov» as three people: what exists is shown while it is written, another unit takes it, a leader follows it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
SUBJECT = "Underskrift på avtaler uten papir"


def test_a_need_is_reported_found_in_the_shared_list_and_taken(visit: Visit) -> None:
    employee, agent, leader = visit(), visit(), visit()
    employee.become("Jonas Lie-Nilsen")
    employee.open("/tjenester/meld-et-behov")
    page = employee.page
    page.get_by_label("Hva trenger dere å få til?").press_sequentially("signere avtaler")
    expect(page.get_by_role("link", name="Sende noe til digital signering")).to_be_visible()
    employee.must_be_accessible()

    page.get_by_role("link", name="Meld behovet", exact=True).click()
    exists = page.get_by_role("region", name="Dette finnes allerede")
    expect(exists.get_by_role("link", name="Sende noe til digital signering")).to_be_hidden()
    page.get_by_label("Hva gjelder det").fill(SUBJECT)
    page.get_by_label("Hva er vanskelig i dag?").fill("Vi signerer avtaler på papir.")
    expect(exists.get_by_role("link", name="Sende noe til digital signering")).to_be_visible()
    employee.must_be_accessible()
    page.get_by_label("Nytt eller endret system").check()
    page.get_by_label("Hva ønsker dere å oppnå?").fill("Signere på mobilen.")
    page.get_by_role("group", name="Handler det om opplysninger om personer?").get_by_label("Ja").check()
    page.get_by_role("button", name="Send inn").last.click()
    page.wait_for_url(re.compile(r"/saker/\d+-\d"))

    agent.become("Amina Farah")
    agent.open("/")
    agent.page.get_by_role("link", name="Behov", exact=True).click()
    agent.must_be_accessible()
    row = agent.page.get_by_role("row", name=SUBJECT)
    row.get_by_role("button", name="Ta til oss").click()
    expect(row).to_contain_text("Amina Farah")
    expect(row).to_contain_text("Under arbeid")

    leader.become("Marit Haugen")
    leader.open("/behov?slag=system")
    leader.must_be_accessible()
    leader.page.get_by_role("link", name=SUBJECT).click()
    expect(leader.page.get_by_role("heading", name=SUBJECT)).to_be_visible()
    leader.must_be_accessible()
