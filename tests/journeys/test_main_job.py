"""The main job as three people: an employee by keyboard alone, an agent, a leader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
EMPLOYEE, AGENT, FIRST_LINE, LEADER = "Jonas Lie-Nilsen", "Amina Farah", "Hanne Ødegård", "Marit Haugen"
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return '';
  const label = e.labels && e.labels.length ? e.labels[0].textContent : '';
  return [e.getAttribute('aria-label') || '', label, e.textContent || '', e.name || ''].join(' ').replace(/\\s+/g, ' ');
}"""
SHOWS_FOCUS = """() => [document.activeElement, document.activeElement.parentElement].some(e => {
  const style = getComputedStyle(e);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
})"""
"""A radio button shows its focus around its label."""
TABS_AT_MOST = 90


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on something called `words`; it must also be seen to have the focus."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        if words.lower() in str(page.evaluate(FOCUSED)).lower():
            assert page.evaluate(SHOWS_FOCUS), f"«{words}» has the focus and does not show it"
            return
    raise AssertionError(f"«{words}» cannot be reached with Tab on {page.url}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def report_a_fault_by_keyboard(visitor: Visitor) -> str:
    """From the search box to the ticket; its number."""
    page = visitor.page
    tab_to(page, "Søk i tjenester og artikler")
    page.keyboard.type("pc-en er treig")
    press(page, "Enter")
    page.wait_for_url(re.compile("/sok"))
    visitor.must_be_accessible()
    tab_to(page, "Noe virker ikke på PC-en")
    press(page, "Enter")
    page.wait_for_url(re.compile("/tjenester/noe-virker-ikke-pa-pc$"))
    visitor.must_be_accessible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    tab_to(page, "Meld")
    press(page, "Enter")
    page.wait_for_url(re.compile("/bestill$"))
    tab_to(page, "Hva gjelder det")
    page.keyboard.type("PC-en er treig")
    tab_to(page, "PC-en")
    press(page, "Space")
    tab_to(page, "Hva skjer?")
    page.keyboard.type("Den bruker ti minutter på å starte.")
    tab_to(page, "Jeg får ikke gjort jobben min")
    press(page, "ArrowDown")
    visitor.must_be_accessible()
    tab_to(page, "Send inn")
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/saker/\d+-\d"))
    visitor.must_be_accessible()
    found = re.search(r"/saker/(\d+-\d)", page.url)
    assert found
    return found[1]


def test_a_fault_is_reported_by_keyboard_answered_solved_and_reopened(visit: Visit) -> None:
    employee, agent = visit(), visit()
    employee.choose(EMPLOYEE)
    employee.must_be_accessible()
    number = report_a_fault_by_keyboard(employee)

    agent.become(AGENT)
    agent.open("/desk/ko?enhet=it&sok=" + number)
    agent.must_be_accessible()
    agent.open(f"/desk/saker/{number}")
    page = agent.page
    page.get_by_role("button", name="Ta saken").click()
    expect(page.get_by_role("status")).to_contain_text("Du har tatt saken")
    page.get_by_label("Melding").fill("Vi bytter disken i morgen kl. 10.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Vi bytter disken i morgen")).to_be_visible()
    agent.must_be_accessible()

    employee.open(f"/saker/{number}")
    expect(employee.page.get_by_text("Vi bytter disken i morgen")).to_be_visible()
    employee.page.get_by_label("Skriv til oss").fill("Takk, da er jeg på plass.")
    employee.page.get_by_role("button", name="Send melding").click()

    agent.open(f"/desk/saker/{number}")
    expect(page.get_by_text("Takk, da er jeg på plass.")).to_be_visible()
    page.locator("#los > summary").click()
    page.get_by_label("Slik ble det løst").fill("Ny disk er satt inn.")
    page.locator("#los").get_by_role("button", name="Løs saken").click()
    expect(page.get_by_role("status")).to_contain_text("løst")
    agent.must_be_accessible()

    employee.open(f"/saker/{number}")
    expect(employee.page.get_by_text("Ny disk er satt inn.")).to_be_visible()
    employee.must_be_accessible()
    employee.page.get_by_label("Hva gjenstår?").fill("Den er fortsatt treig.")
    employee.page.get_by_role("button", name="Åpne saken igjen").click()
    expect(employee.page.get_by_role("button", name="Send melding")).to_be_visible()


def order_a_screen(visitor: Visitor) -> str:
    page = visitor.page
    visitor.open("/tjenester/bestille-pc/bestill")
    page.get_by_label("Skjerm, 27 tommer").check()
    page.get_by_label("Hvor mange av hver?").fill("2")
    page.get_by_role("group", name="Skal det erstatte noe gammelt?").get_by_label("Nei").check()
    page.get_by_label("Jeg henter i IT-skranken").check()
    page.get_by_role("button", name="Send inn").click()
    page.wait_for_url(re.compile(r"/saker/\d+-\d"))
    found = re.search(r"/saker/(\d+-\d)", page.url)
    assert found
    return found[1]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_order_waits_for_the_leader_who_approves_it(visit: Visit, script: bool) -> None:
    employee, leader = visit(script=script), visit(script=script)
    employee.become("Thea Sæther")
    number = order_a_screen(employee)
    expect(employee.page.get_by_text("Venter på godkjenning").first).to_be_visible()

    leader.become(LEADER)
    leader.open("/leder")
    if script:
        leader.must_be_accessible()
    card = leader.page.locator("li", has_text="Thea Sæther").filter(has_text="5\u00a0200").last
    card.get_by_role("button", name="Godkjenn").click()
    employee.open(f"/saker/{number}")
    asked = employee.page.get_by_role("region", name="Godkjenning")
    expect(asked.get_by_text("Godkjent")).to_be_visible()


def test_whom_the_first_employee_of_the_chooser_must_ask_is_offered_too(visit: Visit) -> None:
    """One order can be followed from both sides."""
    employee = visit()
    employee.become_somebody("Ansatt")
    order_a_screen(employee)
    asked = employee.page.get_by_role("region", name="Godkjenning").get_by_role("listitem").first.inner_text()
    leader = asked.splitlines()[0].split(" · ")[1]
    employee.open("/logg-inn")
    offered = employee.page.get_by_role("region", name="Leder", exact=True)
    expect(offered.get_by_role("button", name=leader)).to_be_visible()


def test_a_caller_is_registered_and_solved_while_on_the_phone(visit: Visit) -> None:
    agent = visit()
    agent.become(FIRST_LINE)
    agent.open("/desk/registrer")
    agent.must_be_accessible()
    page = agent.page
    page.keyboard.type(EMPLOYEE)
    page.get_by_role("radio", name=EMPLOYEE).check()
    expect(page.get_by_role("heading", name=EMPLOYEE)).to_be_visible()
    agent.must_be_accessible()
    page.get_by_label("Emne").fill("Finner ikke lønnsslippen")
    page.get_by_label("Løst med en gang").check()
    page.get_by_label("Slik ble det løst").fill("Viste hvor den ligger i lønnssystemet.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("er registrert og løst")
    agent.must_be_accessible()

    caller = visit()
    caller.become(EMPLOYEE)
    caller.open("/mine-saker?vis=alle")
    expect(caller.page.get_by_role("link", name="Finner ikke lønnsslippen").first).to_be_visible()


@pytest.mark.parametrize(
    ("width", "height"), [(1440, 1000), (390, 844), (320, 640)], ids=["desk", "phone", "400 %"]
)
@pytest.mark.parametrize(
    ("who", "paths"),
    [
        (
            EMPLOYEE,
            ["/", "/tjenester", "/sok?q=slippen", "/tjenester/bestille-pc", "/tjenester/bestille-pc/bestill"],
        ),
        (
            EMPLOYEE,
            [
                "/mine-saker",
                "/tjenester/meld-et-behov/bestill",
                "/tilgjengelighet",
                "/personvern",
                "/artikler/bytt-passord",
                "/avtaler",
                "/finnes-ikke",
            ],
        ),
        (FIRST_LINE, ["/desk", "/desk/registrer", "/desk/sok?q=skjerm", "/behov"]),
        (
            LEADER,
            [
                "/leder",
                "/behov",
                "/leder/tiltak",
                "/leder/varsler",
                "/leder/borte",
                "/leder/arshjul",
                "/desk/tidstyver",
            ],
        ),
    ],
    ids=["finding", "following", "agent", "leader"],
)
def test_every_page_is_accessible_and_fits(
    visit: Visit, who: str, paths: list[str], width: int, height: int
) -> None:
    visitor = visit(width=width, height=height)
    visitor.become(who)
    for path in paths:
        visitor.open(path)
        visitor.must_be_accessible()
