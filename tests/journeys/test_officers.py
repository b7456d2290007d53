"""The officer sees a refusal, proposes what may go, another says yes, and the record is what is left; and their pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from app.catalogue.published import load_published
from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.people.queries import holders
from app.retention.destroying import carry_out
from service_catalog.schema import Authority
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def aside(site: Site, act: Callable[[Sessions], Any]) -> Any:
    """As the product's own jobs would; in a thread of its own, for Playwright has an event loop in this one."""

    async def run() -> Any:
        engine = make_engine(site.app_url, pool_size=None)
        try:
            return await act(make_sessions(engine))
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


async def holder_of_the_archive(sessions: Sessions) -> str:
    async with transaction(sessions) as session:
        [holder, *_] = await holders(session, Authority.PROFESSIONAL, "arkiv")
        name = await session.execute(text("SELECT name FROM persons WHERE id = :id"), {"id": holder})
        return str(name.scalar_one())


async def destroy(sessions: Sessions) -> None:
    looked_at = 1
    while looked_at:
        async with transaction(sessions) as session:
            looked_at = await carry_out(session, await load_published(session))


def test_a_refusal_is_seen_and_what_is_over_its_time_goes_by_two_persons_word(
    visit: Visit, site: Site
) -> None:
    archivist = aside(site, holder_of_the_archive)
    employee = visit(width=390)
    employee.become("Jonas Lie-Nilsen")
    employee.open("/kontroll/logg")
    expect(employee.page.get_by_role("heading", level=1)).to_have_text("Du har ikke lov til dette")
    employee.must_be_accessible()

    officer = visit()
    officer.become_somebody("Personvernombud")
    officer.open("/")
    page = officer.page
    page.get_by_role("link", name="Kontroll", exact=True).first.click()
    page.get_by_label("Hva", exact=True).select_option("avvist")
    page.get_by_label("Person", exact=True).fill("Jonas")
    page.get_by_role("button", name="Søk").click()
    row = page.get_by_role("row", name="Jonas Lie-Nilsen").first
    expect(row).to_contain_text("Nektet adgang")
    expect(row).to_contain_text("GET /kontroll/logg")
    officer.must_be_accessible()
    page.get_by_role("link", name="Oppbevaring og sletting").click()
    officer.must_be_accessible()
    page.get_by_role("button", name="Lag kassasjonsliste").click()
    expect(page.get_by_role("heading", name="Ditt svar")).to_have_count(0)
    proposed = page.url if "/kassasjon/" in page.url else page.url.replace("oppbevaring", "kassasjon/1")
    officer.open(proposed.removeprefix(site.url))
    expect(page.get_by_text("Venter på godkjenning")).to_be_visible()

    other = visit(width=390)
    other.become(archivist)
    other.open(proposed.removeprefix(site.url))
    other.must_be_accessible()
    other.page.get_by_role("button", name="Godkjenn at").click()
    expect(other.page.get_by_text("Godkjent, slettes nå")).to_be_visible()
    aside(site, destroy)
    page.reload()
    cases, gone, kept = (int(each.inner_text()) for each in page.locator("dl.facts dd").all())
    assert 0 < cases == gone
    assert kept == 0
    expect(page.get_by_text("Utført")).to_be_visible()
    expect(page.get_by_role("row", name="Borte")).to_have_count(cases)
    officer.must_be_accessible()
    officer.open("/kontroll/logg?gruppe=sletting")
    expect(page.get_by_text("Saker slettet eller anonymisert").first).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 1000), (390, 844)], ids=["desk", "phone"])
def test_the_officers_pages_are_accessible_and_fit(visit: Visit, width: int, height: int) -> None:
    visitor = visit(width=width, height=height)
    for group, paths in (
        (
            "Personvernombud",
            ("/kontroll/logg", "/kontroll/oppbevaring", "/kontroll/arkiv", "/personvern/ombud"),
        ),
        (
            "Teknisk administrator",
            ("/drift?q=an", "/drift/verv", "/drift/systemer", "/drift/leveranser", "/drift/tilganger"),
        ),
        ("Varslingsmottak", ("/varsling/mottak", "/varsling", "/meg/innlogging", "/personvern/innsyn")),
    ):
        visitor.become_somebody(group)
        for path in paths:
            visitor.open(path)
            visitor.must_be_accessible()


def test_an_administrator_signs_somebody_out_and_shuts_them_out(visit: Visit) -> None:
    administrator, somebody = visit(), visit(width=390)
    administrator.become_somebody("Teknisk administrator")
    somebody.become("Olena Kovalenko")
    somebody.open("/mine-saker")
    administrator.open("/drift")
    page = administrator.page
    page.get_by_label("Navn, e-post eller ansattnummer").fill("olena kov")
    page.get_by_role("button", name="Finn").click()
    page.get_by_role("link", name="Olena Kovalenko").click()
    administrator.must_be_accessible()
    page.get_by_role("button", name="Logg ut overalt").click()
    expect(page.get_by_text("Ikke logget inn noe sted.")).to_be_visible()
    somebody.page.reload()
    expect(somebody.page.get_by_role("heading", name="Hvem vil du være?")).to_be_visible()
    page.get_by_text("Gi et verv", exact=True).click()
    page.get_by_role("combobox", name="Verv").select_option("catalogue_editor")
    page.get_by_role("button", name="Gi vervet").click()
    expect(page.get_by_text("Katalogredaktør").first).to_be_visible()
    page.get_by_role("button", name="Steng ute Olena Kovalenko").click()
    expect(page.get_by_text("Stengt ute")).to_be_visible()
    administrator.must_be_accessible()
    page.get_by_role("button", name="Slipp inn igjen").click()
    page.get_by_role("button", name="Ta fra").click()
    expect(page.get_by_text("Ingen verv.")).to_be_visible()
