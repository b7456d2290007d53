"""Access review: what deviates or is risky is asked about, all is answered or nothing counts, and silence goes upward."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.escalating import escalate
from app.access.models import Answer, Grant, Review, ReviewAnswer
from app.access.plan import Origin, State
from app.access.reviewing import begin_round, close_review, looked_through, pass_up_late, round_of
from app.catalogue.published import Published
from app.events.log import history
from app.identity.me import load_actor
from app.people.models import Person
from tests.access.test_ordering import make_nurse
from tests.cast import SINCE, Cast
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio
URL = "/leder/tilganger/gjennomgang"
SEPTEMBER = datetime(2026, 9, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 1), "2026-1"),
        (date(2026, 9, 30), "2026-2"),
        (date(2026, 10, 1), None),
        (date(2027, 3, 2), "2027-1"),
    ],
)
def test_there_are_two_rounds_a_year(day: date, name: str | None) -> None:
    assert round_of(day) == name


async def has(session: AsyncSession, person: Person, *keys: str, origin: Origin = Origin.ROLE) -> None:
    for key in keys:
        session.add(
            Grant(
                person_id=person.id,
                entitlement=key,
                state=State.GRANTED,
                origin=origin,
                since=SINCE,
                last_event_at=func.clock_timestamp(),
                event_seq=0,
            )
        )
    await session.commit()


@pytest.fixture
async def review(session: AsyncSession, cast: Cast, published: Published) -> Review:
    """Alice is a nurse, with her account, the care record, and something that no job gives her."""
    await make_nurse(session, cast)
    await has(session, cast.alice, "konto", "journal-pleie", "barnevern-sak")
    assert await begin_round(session, published, SEPTEMBER) > 0
    assert await begin_round(session, published, SEPTEMBER) == 0
    await session.commit()
    return (await session.scalars(select(Review).where(Review.leader_id == cast.leif.id))).one()


def asked_in(page: str) -> list[str]:
    return sorted(set(re.findall(r'name="(answer\.[^"]+)"', page)))


async def grants(session: AsyncSession, person: Person) -> dict[str, Grant]:
    query = select(Grant).where(Grant.person_id == person.id).execution_options(populate_existing=True)
    return {grant.entitlement: grant for grant in await session.scalars(query)}


async def test_only_what_deviates_or_is_risky_is_asked_about_and_everything_is_answered(
    review: Review, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    [task] = [item for item in (await leif.get("/api/v1/tasks")).json()["items"] if item["kind"] == "review"]
    assert task["url"] == URL
    asked = asked_in((await leif.get(URL)).text)
    assert f"answer.{cast.alice.id}.konto" not in asked
    assert f"answer.{cast.alice.id}.barnevern-sak" in asked
    half = {"review": str(review.id), asked[0]: "keep"}
    refused = await leif.post(URL, data=half)
    assert refused.status_code == 422
    assert 'value="keep" checked' in refused.text
    assert (await session.scalars(select(ReviewAnswer.answer))).all() == []
    whole = {"review": str(review.id)} | dict.fromkeys(asked, "keep")
    whole[f"answer.{cast.alice.id}.barnevern-sak"] = "end"
    closed = await leif.post(URL, data=whole)
    assert closed.headers["location"] == f"{URL}?slutter=1"
    evidence = {
        row.entitlement: (row.answer, row.looked_at) for row in await session.scalars(select(ReviewAnswer))
    }
    assert evidence["konto"] == (Answer.KEEP, False)
    assert evidence["barnevern-sak"] == (Answer.END, True)
    now = await grants(session, cast.alice)
    assert now["konto"].since > SINCE, "it was confirmed"
    kinds = [event.kind for event in await history(session, "grant", now["barnevern-sak"].id)]
    assert kinds[-1] == "grant.revocation_ordered"
    assert (await leif.post(URL, data=whole)).status_code == 409
    assert "review" not in {item["kind"] for item in (await leif.get("/api/v1/tasks")).json()["items"]}


async def test_nobody_else_answers_it(
    review: Review, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    sent = {"review": str(review.id)}
    assert (await as_person(cast.liv).post(URL, data=sent)).status_code == 404
    assert (await as_person(cast.alice).post(URL, data=sent)).status_code == 403
    for odd in ({"answer.x.konto": "keep"}, {f"answer.{cast.alice.id}.konto": "maybe"}):
        assert (await as_person(cast.leif).post(URL, data=sent | odd)).status_code == 422
    stranger = sent | {f"answer.{cast.truls.id}.konto": "end"}
    assert (await as_person(cast.leif).post(URL, data=stranger)).status_code == 409


async def test_what_nobody_answers_goes_to_the_leader_above_once(
    review: Review, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    assert await pass_up_late(session) == 0 or review.due_at < datetime.now(UTC)
    long_ago = func.clock_timestamp() - timedelta(days=1)
    await session.execute(update(Review).values(due_at=long_ago, passed_up_at=None))
    found = await pass_up_late(session)
    assert found >= 1
    assert await pass_up_late(session) == 0
    await session.commit()
    keys = [item["key"] for item in (await as_person(cast.liv).get("/api/v1/tasks")).json()["items"]]
    assert f"review_late:{review.id}" in keys


async def test_an_order_that_lives_depend_on_gets_a_new_time_when_it_is_kept(
    session: AsyncSession, cast: Cast, review: Review, published: Published
) -> None:
    await has(session, cast.alice, "barnevern-vakt", origin=Origin.ORDER)
    mine = (Grant.person_id == cast.alice.id, Grant.entitlement == "barnevern-vakt")
    on = (await session.execute(select(func.current_date()))).scalar_one()
    await session.execute(update(Grant).where(*mine).values(until=on - timedelta(days=3)))
    leader = await load_actor(session, review.leader_id)
    looked = await looked_through(session, published, leader)
    answers = {(one.person_id, line.entitlement): Answer.KEEP for one in looked for line in one.asked}
    assert (cast.alice.id, "barnevern-vakt") in answers
    await close_review(session, published, review.id, answers, by=leader)
    assert (await session.scalars(select(Grant.until).where(*mine))).one() > on
    assert await escalate(session) == 0
