"""What script adds: rows of a repeated group, shortcuts of the queue, and catching up after a pause."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
CATCHES_UP_WITHIN_MS = 20_000


def test_guests_are_added_and_removed_by_keyboard_without_leaving_the_page(visit: Visit) -> None:
    employee = visit()
    employee.become("Jonas Lie-Nilsen")
    employee.open("/tjenester/besok-og-gjestekort/bestill")
    page = employee.page
    guests = page.get_by_role("group", name="Hvem kommer?")
    rows = guests.get_by_role("group")
    expect(rows).to_have_count(1)
    expect(guests.get_by_role("button", name="Fjern")).to_have_count(0)

    rows.nth(0).get_by_label("Navn").fill("Ola")
    for name in ("Kari", "Per"):
        guests.get_by_role("button", name="Legg til én til").press("Enter")
        page.keyboard.type(name)
    expect(guests.get_by_role("status")).to_have_text("Rad 3 er lagt til.")
    expect(rows.nth(2).get_by_label("Navn")).to_be_focused()
    employee.must_be_accessible()

    rows.nth(1).get_by_role("button", name="Fjern").press("Enter")
    expect(rows).to_have_count(2)
    expect(guests.get_by_role("status")).to_have_text("Rad 2 er fjernet.")
    expect(guests.get_by_role("group", name="Rad 2").get_by_label("Navn")).to_be_focused()
    assert page.url.endswith("/bestill")

    page.get_by_label("Dato").fill("2031-03-04")
    page.get_by_label("Hva gjelder det").fill("Gjester fra Lynvik")
    page.get_by_role("group", name="Trenger de gjestenett?").get_by_label("Nei").check()
    page.get_by_role("button", name="Send inn").last.click()
    page.wait_for_url(re.compile(r"/saker/\d+-\d"))
    expect(page.get_by_text("Ola").first).to_be_attached()
    expect(page.get_by_text("Per").first).to_be_attached()
    expect(page.get_by_text("Kari", exact=True)).to_have_count(0)


def test_what_is_written_before_the_script_has_come_is_heard(visit: Visit) -> None:
    employee = visit()
    employee.become("Jonas Lie-Nilsen")
    page = employee.page
    held: list[Route] = []
    page.route("**/main-*.js", lambda route: held.append(route))
    page.goto(employee.site.url + "/tjenester/meld-et-behov/bestill", wait_until="commit")
    page.get_by_label("Hva gjelder det").fill("Underskrift på avtaler uten papir")
    page.get_by_label("Hva er vanskelig i dag?").fill("Vi signerer avtaler på papir.")
    exists = page.get_by_role("region", name="Dette finnes allerede")
    expect(exists.get_by_role("link", name="Sende noe til digital signering")).to_be_hidden()
    held[0].continue_()
    expect(exists.get_by_role("link", name="Sende noe til digital signering")).to_be_visible()


def test_the_agent_takes_and_opens_with_one_key_each(visit: Visit) -> None:
    agent = visit()
    agent.become("Amina Farah")
    agent.open("/desk/ko?enhet=it&vis=ingen-har-tatt")
    page = agent.page
    page.keyboard.press("j")
    row = page.locator("#queue-rows tr[data-active]")
    number = row.get_attribute("data-ticket")
    page.keyboard.press("a")
    expect(page.locator(f"#sak-{number}")).to_have_count(0)
    expect(page).to_have_url(re.compile("vis=ingen-har-tatt"))

    agent.open("/desk/ko?enhet=it&vis=mine")
    expect(page.locator(f"#sak-{number}")).to_contain_text("Amina Farah")
    page.keyboard.press("j")
    while page.locator("#queue-rows tr[data-active]").get_attribute("data-ticket") != number:
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/desk/saker/{number}"))


def test_what_came_during_a_pause_is_there_when_it_ends(visit: Visit) -> None:
    agent, employee = visit(), visit()
    agent.become("Amina Farah")
    agent.open("/desk/ko?enhet=it&q=pausepause")
    page = agent.page
    expect(page.get_by_text("Ingen saker passer")).to_be_visible()
    page.get_by_role("button", name="Sett på pause").click()
    expect(page.get_by_text("Oppdatering på pause")).to_be_visible()

    employee.become("Jonas Lie-Nilsen")
    employee.open("/tjenester/noe-virker-ikke-pa-pc/bestill")
    form = employee.page
    form.get_by_label("Hva gjelder det").fill("Skjermen er borte pausepause")
    form.get_by_label("PC-en").check()
    form.get_by_label("Hva skjer?").fill("Svart skjerm.")
    form.get_by_label("Jeg får ikke gjort jobben min").check()
    form.get_by_role("button", name="Send inn").last.click()
    form.wait_for_url(re.compile(r"/saker/\d+-\d"))

    expect(page.get_by_text("Lista er endret")).to_be_visible(timeout=CATCHES_UP_WITHIN_MS)
    expect(page.get_by_text("Ingen saker passer")).to_be_visible()
    page.get_by_role("button", name="Sett på pause").click()
    expect(page.get_by_role("link", name="Skjermen er borte pausepause")).to_be_visible()


def test_what_unfolds_does_not_move_under_a_press(browser: Browser, site: Site) -> None:
    """Going to a button while its box is still opening leaves it where it will be when the box is open."""
    context = browser.new_context(locale="nb-NO", reduced_motion="no-preference", bypass_csp=True)
    visitor = Visitor(context.new_page(), site, [])
    visitor.become("Jonas Lie-Nilsen")
    visitor.open("/meg/innlogging")
    visitor.page.add_style_tag(content="::details-content { transition-duration: 20s !important; }")
    before, after = visitor.page.evaluate(
        """async () => {
          const box = document.querySelector('details.ds-details');
          const button = box.querySelector('button[type=submit]');
          const place = () => button.getBoundingClientRect().top - box.getBoundingClientRect().top;
          const closed = box.offsetHeight;
          box.open = true;
          while (box.offsetHeight < closed + 5) await new Promise(requestAnimationFrame);
          const before = place();
          button.scrollIntoView({ block: 'start' });
          return [before, place()];
        }"""
    )
    assert before == after
    context.close()
