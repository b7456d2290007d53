"""«Mulige treff» and «Eksterne»: who is asked, what the answer does, and letting an external go on or end."""

from __future__ import annotations

import re
from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.events.log import database_now, history
from app.feed.importing import carry_out_all, forecast
from app.feed.models import FeedMatch, Outcome
from app.feed.rows import EngagementRow, PersonRow
from app.feed.turns import take_turns
from app.identity.actor import system_actor
from app.people.engaging import Content, Span, content_of, join
from app.people.models import PREHIRE, Engagement, EngagementKind, Hire, HireState, Person
from tests.cast import Cast, employ
from tests.conftest import AsPerson

HR = system_actor("hr")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_of(page: httpx.Response) -> str:
    found = TOKEN.search(page.text)
    assert found is not None, page.text
    return found[1]


async def today_of(session: AsyncSession) -> date:
    found: date = (await session.execute(select(func.current_date()))).scalar_one()
    return found


async def expect_nora(session: AsyncSession, cast: Cast) -> tuple[Person, Engagement]:
    """Leif has ordered her for Solbakken; HR does not know her yet."""
    nora = Person(issuer=PREHIRE, subject="x", name="Nora Vik", sort_key="nora vik")
    session.add(nora)
    await session.flush()
    job = employ(nora, cast.solbakken, "Sykepleier")
    job.starts_on = await today_of(session) + timedelta(days=20)
    session.add(job)
    await session.flush()
    session.add(Hire(person_id=nora.id, engagement_id=job.id, ordered_by_id=cast.leif.id))
    await session.flush()
    return nora, job


async def tell(sessions: Sessions, session: AsyncSession) -> None:
    starts_on = await today_of(session) + timedelta(days=30)
    line = EngagementRow("200001/1", "solbakken", starts_on, position_code="7174", title="Sykepleier")
    row = PersonRow("hr", "200001", "Nora Kristine Vik", employee_number="200001", engagements=(line,))
    told = await forecast(sessions, [row], whole=False)
    await carry_out_all(sessions, told, by=HR, most_percent=5)


async def answer(browser: httpx.AsyncClient, match_id: int, word: str) -> int:
    page = await browser.get("/leder/mulige-treff")
    sent = {"csrf_token": token_of(page)}
    return (await browser.post(f"/leder/mulige-treff/{match_id}/{word}", data=sent)).status_code


async def test_the_leader_who_waits_says_it_is_the_same_and_nobody_is_made_twice(
    sessions: Sessions, session: AsyncSession, cast: Cast, in_browser: AsPerson
) -> None:
    nora, job = await expect_nora(session, cast)
    await tell(sessions, session)
    match = (await session.scalars(select(FeedMatch))).one()
    page = await in_browser(cast.leif).get("/leder/mulige-treff")
    assert "Er Nora Kristine Vik den som er ventet?" in page.text
    assert "Nora" not in (await in_browser(cast.stein).get("/leder/mulige-treff")).text, "not his"
    assert await answer(in_browser(cast.stein), match.id, "samme") == 404
    assert await answer(in_browser(cast.leif), match.id, "samme") == 303
    await session.refresh(nora)
    await session.refresh(job)
    assert (nora.employee_number, nora.issuer, nora.name) == ("200001", "feed:hr", "Nora Kristine Vik")
    assert (job.feed_key, job.position_code) == ("hr:200001/1", "7174")
    assert job.starts_on == await today_of(session) + timedelta(days=30), "as HR says it"
    kinds = [event.kind for event in await history(session, "engagement", job.id)]
    assert kinds == ["engagement.matched", "engagement.corrected"]
    assert (await session.scalars(select(Hire.state))).all() == [HireState.MATCHED]
    assert await answer(in_browser(cast.leif), match.id, "annen") == 409, "answered once"
    await tell(sessions, session)
    named = select(func.count()).select_from(Person).where(Person.sort_key.contains("vik"))
    assert await session.scalar(named) == 1


async def test_hr_says_it_is_another_and_then_it_is_somebody_new(
    sessions: Sessions, session: AsyncSession, cast: Cast, in_browser: AsPerson
) -> None:
    nora, _job = await expect_nora(session, cast)
    await tell(sessions, session)
    match = (await session.scalars(select(FeedMatch))).one()
    assert await answer(in_browser(cast.petra), match.id, "annen") == 303
    new = (await session.scalars(select(Person).where(Person.employee_number == "200001"))).one()
    assert new.id != nora.id
    await tell(sessions, session)
    outcomes = select(FeedMatch.outcome).execution_options(populate_existing=True)
    assert (await session.scalars(outcomes)).all() == [Outcome.OTHER], "not asked again"


async def consultant(session: AsyncSession, cast: Cast, ends_on: date) -> Engagement:
    session.add(EngagementKind(key="konsulent", name="Konsulent", employed=False))
    khan = Person(
        issuer="test", subject="khan", name="Omar Khan", sort_key="omar khan", email="o@khan.example"
    )
    session.add(khan)
    await session.flush()
    content = content_of(employ(khan, cast.stab, "Arkitekt"))
    terms = {"kind": "konsulent", "sponsor_id": cast.stein.id, "contract_reference": "K-1"}
    span = Span(date(2026, 1, 1), ends_on)
    at = await database_now(session)
    return await join(session, khan.id, Content(**{**_fields(content), **terms}), span, by=HR, at=at)


def _fields(content: Content) -> dict[str, object]:
    return {name: getattr(content, name) for name in Content.__dataclass_fields__}


async def test_a_consultant_s_access_ends_by_itself_and_whoever_answers_lets_them_go_on(
    session: AsyncSession, cast: Cast, in_browser: AsPerson
) -> None:
    today = await today_of(session)
    job = await consultant(session, cast, today - timedelta(days=2))
    khan = (await session.scalars(select(Person).where(Person.id == job.person_id))).one()
    browser = in_browser(khan)
    assert (await browser.get("/mine-saker")).status_code == 200
    await take_turns(session)
    assert (await browser.get("/mine-saker")).status_code == 303, "nobody did anything"
    stein = in_browser(cast.stein)
    page = await stein.get("/leder/eksterne")
    assert "Omar Khan" in page.text
    assert "Omar Khan" not in (await in_browser(cast.leif).get("/leder/eksterne")).text
    sent = {"csrf_token": token_of(page), "last_day": (today + timedelta(days=500)).isoformat()}
    wrong = await stein.post(f"/leder/eksterne/{job.id}", data=sent)
    assert wrong.status_code == 422
    assert "aria-invalid" in wrong.text
    goes_on = today + timedelta(days=200)
    sent |= {"last_day": goes_on.isoformat(), "contract": "K-2"}
    assert (await stein.post(f"/leder/eksterne/{job.id}", data=sent)).status_code == 303
    other = in_browser(cast.leif)
    theirs = {**sent, "csrf_token": token_of(await other.get("/leder/eksterne"))}
    assert (await other.post(f"/leder/eksterne/{job.id}", data=theirs)).status_code == 404
    await session.refresh(job)
    await session.refresh(khan)
    assert (job.ends_on, job.contract_reference, khan.active) == (goes_on, "K-2", True)
    kinds = [event.kind for event in await history(session, "engagement", job.id)]
    assert kinds == [
        "engagement.joined",
        "engagement.over",
        "engagement.corrected",
        "engagement.prolonged",
    ]


@pytest.mark.parametrize("missing", ["sponsor_id", "contract_reference", "ends_on"])
async def test_the_database_has_no_consultant_without_sponsor_contract_and_end(
    session: AsyncSession, cast: Cast, missing: str
) -> None:
    job = await consultant(session, cast, await today_of(session))
    setattr(job, missing, None)
    with pytest.raises(IntegrityError, match="consultant"):
        await session.flush()


async def test_the_database_has_nobody_hired_in_without_a_ground(session: AsyncSession, cast: Cast) -> None:
    session.add(EngagementKind(key="innleid", name="Innleid", employed=False))
    await session.flush()
    job = employ(cast.alice, cast.stab, "Vikar")
    job.kind, job.ends_on = "innleid", date(2027, 1, 1)
    session.add(job)
    with pytest.raises(IntegrityError, match="hired_in"):
        await session.flush()
