"""A leader's Monday, from the link in the mail to an empty «now»; and what a deputy does for somebody who is away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from sla.zone import day_of
from tests.journeys.conftest import Site, Visitor
from tests.journeys.waiting import Monday, ask_for_screens, mails_to, wait_for_it_all
from tests.serving import listening, serving

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
MARIT, RAGNHILD = "Marit Haugen", "Ragnhild Myklebust"
PHONE, DESK = 390, 1440


@pytest.fixture(scope="module")
def patient(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same house, where an answer can be taken back for a while."""
    with listening() as place:
        data = tmp_path_factory.mktemp("patient")
        with serving(place, site.app_url, data, SKRANKE_DEMO="1", SKRANKE_UNDO_SECONDS="60"):
            yield replace(site, url=place.url)


def about(verb: str, title: str) -> re.Pattern[str]:
    """What a button is called by those who do not see which card it stands on."""
    return re.compile(rf"^{verb} ?: {title}$")


def in_days(days: int) -> str:
    return (day_of(datetime.now(UTC)) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_leader_s_monday(visit: Visit, patient: Site, width: int) -> None:
    monday = wait_for_it_all(patient, MARIT, f"{width}")
    leader = visit(width=width, script=width == DESK)
    leader.site = patient
    page = leader.page
    _comes_by_the_link_of_the_mail(leader, monday)
    _ticks_off_what_is_done(leader)
    _answers_several_and_takes_one_back(leader, monday)
    _postpones(leader, monday)
    _hands_to_the_centre(leader, monday)
    leader.open("/leder")
    if width == PHONE:
        _finds_the_menu(leader)
        leader.open("/leder")
    if width == DESK:
        leader.must_be_accessible()
        # The same list on a phone, with an order and a task open: axe needs script, which the phone here is without.
        page.set_viewport_size({"width": PHONE, "height": 844})
        leader.must_be_accessible()
        page.get_by_role("button", name="Meny").click()
        leader.must_be_accessible()
        leader.open(f"/leder/oppgaver/{monday.wheel_id}")
        leader.must_be_accessible()
        leader.open("/leder")
    with_others = page.get_by_role("region", name="Venter på andre")
    handed = with_others.get_by_role("listitem").filter(has_text=monday.slight)
    expect(handed).to_contain_text("Servicesenteret gjør den")


def _comes_by_the_link_of_the_mail(leader: Visitor, monday: Monday) -> None:
    """A stranger signs in as always, and comes to what the link said."""
    page = leader.page
    leader.open(f"/leder/oppgaver/{monday.wheel_id}")
    page.get_by_role("button", name=MARIT).first.click()
    expect(page.get_by_role("heading", level=1, name=monday.wheel)).to_be_visible()
    leader.speak_bokmal()
    expect(page.get_by_role("heading", level=1, name=monday.wheel)).to_be_visible()


def _finds_the_menu(leader: Visitor) -> None:
    """On a phone it is folded: by the keyboard it opens, closes and says where one is, without script."""
    page = leader.page
    header = page.locator(".site-header").bounding_box()
    assert header is not None
    assert header["height"] <= 130
    menu, queue = (
        page.get_by_role("button", name="Meny Oppgaver"),
        page.get_by_role("link", name="Mine saker"),
    )
    expect(queue).to_be_hidden()
    menu.press("Enter")
    expect(page.get_by_role("link", name="Oppgaver", exact=True)).to_have_attribute("aria-current", "page")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(queue).to_be_hidden()
    menu.press("Enter")
    queue.click()
    expect(page.get_by_role("heading", level=1, name="Mine saker")).to_be_visible()


def _ticks_off_what_is_done(leader: Visitor) -> None:
    page = leader.page
    page.get_by_role("checkbox").first.click()
    expect(page.get_by_text(re.compile(r"^1 av \d+ er gjort$"))).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    if leader.page.viewport_size == {"width": DESK, "height": 1000}:
        leader.must_be_accessible()


def _answers_several_and_takes_one_back(leader: Visitor, monday: Monday) -> None:
    page = leader.page
    leader.open("/leder")
    titles = page.get_by_role("heading", level=3).all_inner_texts()
    places = [titles.index(title) for title in (monday.wheel, monday.serious, monday.slight)]
    assert places == sorted(places), "the gravest and nearest first"
    for screen in monday.screens:
        page.get_by_role("checkbox", name=about("Velg", screen)).check()
    page.get_by_role("button", name="Godkjenn valgte").click()
    just_answered = page.get_by_role("status", name="Nettopp svart")
    for screen in monday.screens:
        expect(just_answered.get_by_text(f"Godkjent: {screen}")).to_be_visible()
    for left, screen in enumerate(reversed(monday.screens)):
        just_answered.get_by_role("button", name=about("Angre", screen)).click()
        expect(page.get_by_role("checkbox", name=about("Velg", screen))).to_be_visible()
        expect(just_answered.get_by_role("listitem")).to_have_count(len(monday.screens) - left - 1)


def _postpones(leader: Visitor, monday: Monday) -> None:
    page = leader.page
    page.get_by_role("link", name=monday.serious, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=monday.serious)).to_be_visible()
    page.get_by_label("Til hvilken dag?").fill(in_days(9))
    page.get_by_label("Hvorfor?").fill("Venter på tall fra Regnskap")
    page.get_by_role("button", name="Utsett").click()
    put_off = (
        page.get_by_role("region", name="Senere").get_by_role("listitem").filter(has_text=monday.serious)
    )
    expect(put_off).to_contain_text("Venter på tall fra Regnskap")


def _hands_to_the_centre(leader: Visitor, monday: Monday) -> None:
    page = leader.page
    page.get_by_role("link", name=monday.slight, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=monday.slight)).to_be_visible()
    page.get_by_label(re.compile("^Noe vi må vite")).fill("Lista ligger i fellesmappa.")
    page.get_by_role("button", name="Send til Servicesenteret").click()
    expect(page.get_by_role("heading", level=1, name=f"Gjør dette for meg: {monday.slight}")).to_be_visible()


def test_a_deputy_does_it_visibly_for_whoever_is_away_and_is_told(visit: Visit, site: Site) -> None:
    [screen] = ask_for_screens(site, MARIT, "til den som er borte")
    away, deputy = visit(), visit(width=PHONE, script=False)
    away.become(MARIT)
    away.open("/leder/borte")
    page = away.page
    away.must_be_accessible()
    page.get_by_label("Siste dag").fill(in_days(14))
    page.get_by_role("searchbox", name="Stedfortreder").press_sequentially(RAGNHILD)
    page.get_by_role("radio", name=RAGNHILD).check()
    page.get_by_label("Budsjett").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text(f"{RAGNHILD} er stedfortreder for deg")).to_be_visible()
    assert mails_to(site, RAGNHILD, "people.deputy_named") == 1

    deputy.become(RAGNHILD)
    deputy.open("/leder")
    mine = deputy.page.get_by_role("listitem").filter(
        has=deputy.page.get_by_role("heading", name=screen, exact=True)
    )
    expect(mine).to_contain_text(f"Du svarer for {MARIT}.")
    mine.get_by_role("button", name="Godkjenn").click()
    expect(deputy.page.get_by_text("1 bestilling er godkjent.")).to_be_visible()

    page.get_by_role("button", name="Jeg er tilbake").click()
    expect(page.get_by_text(f"{RAGNHILD} er stedfortreder for deg")).to_have_count(0)
    orderer = visit(script=False)
    orderer.become("Thea Sæther")
    orderer.open("/mine-saker")
    orderer.page.get_by_role("link", name=screen).first.click()
    expect(orderer.page.get_by_role("region", name="Godkjenning")).to_contain_text(f"{RAGNHILD} for {MARIT}")
