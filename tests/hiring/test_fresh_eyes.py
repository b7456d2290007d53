"""Newcomers are asked after 30 and 90 days and leavers in their last week, once each; the answers are their own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import today
from app.catalogue.published import Published
from app.deliveries.models import Delivery
from app.events.log import database_now
from app.journeys.asking import TOPIC, ask_due
from app.journeys.models import FreshEyes, JourneyRow, Occasion
from app.people.models import Membership
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare
from tests.operations.test_deliveries import token_of
from tests.told import told


async def test_each_is_asked_once_when_it_is_time(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, settings: Settings, cast: Cast
) -> None:
    await prepare(session, cast)
    journey = await ordered(as_person(cast.leif), await body(session, cast))
    on = await today(session)
    for begun, so_far in ((29, 0), (30, 1), (31, 1), (90, 2)):
        mine = update(JourneyRow).where(JourneyRow.id == journey["id"])
        await session.execute(mine.values(day=on - timedelta(days=begun), person_id=cast.alice.id))
        await ask_due(session)
        asked = (await session.execute(select(func.count()).select_from(FreshEyes))).scalar_one()
        assert asked == so_far, f"after {begun} days"
    mails = (await session.scalars(select(Delivery.recipient_id).where(Delivery.topic == TOPIC))).all()
    assert mails == [cast.alice.id] * 2
    mail = (await told(session, settings, TOPIC))[cast.alice.id]
    assert mail is not None
    assert mail.text.rstrip().endswith("/friske-oyne")
    alice = in_browser(cast.alice)
    first = (await session.scalars(select(FreshEyes.id).where(FreshEyes.occasion == Occasion.MONTH))).one()
    token = await token_of(alice)
    empty = await alice.post(f"/friske-oyne/{first}", data=token)
    assert empty.status_code == 422
    said = token | {"ready": "4", "better": "Si fra om koden til døra."}
    leif = in_browser(cast.leif)
    foreign = await leif.post(f"/friske-oyne/{first}", data=said | await token_of(leif))
    assert foreign.status_code == 404
    assert (await alice.post(f"/friske-oyne/{first}", data=said)).status_code == 303
    row = (
        await session.execute(select(FreshEyes.ready, FreshEyes.better).where(FreshEyes.id == first))
    ).one()
    assert row == (4, "Si fra om koden til døra.")
    assert (await alice.post(f"/friske-oyne/{first}", data=said)).status_code == 409
    assert "Du har vært her i tre måneder" in (await alice.get("/friske-oyne")).text


async def test_answers_are_heard_together_and_by_no_name(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    """HR reads the words, leaders figures of their own, and nothing is told of fewer than five."""
    await prepare(session, cast)
    session.add(Membership(person_id=cast.carol.id, unit="hr"))
    leif, hr = in_browser(cast.leif), in_browser(cast.carol)

    async def answered(number: int) -> None:
        journey = await ordered(as_person(cast.leif), await body(session, cast, name=f"Nora {number} Lien"))
        now = await database_now(session)
        said = {"ready": 5 if number else 2, "better": f"Koden til dør {number}"}
        session.add(
            FreshEyes(
                journey_id=journey["id"],
                person_id=journey["person_id"],
                occasion=Occasion.MONTH,
                asked_at=now,
                answered_at=now,
                **said,
            )
        )
        await session.flush()

    for number in range(4):
        await answered(number)
    for reader in (leif, hr):
        page = await reader.get("/friske-oyne/svar")
        assert page.status_code == 200
        assert "færre enn fem svar" in page.text
        assert "%</td>" not in page.text
        assert "Koden til" not in page.text
    await answered(4)
    seen = (await hr.get("/friske-oyne/svar")).text
    assert "80 %" in seen
    assert "Koden til dør 0" in seen
    assert "Nora" not in seen
    own = (await leif.get("/friske-oyne/svar")).text
    assert "80 %" in own
    assert "Koden til" not in own
    other = (await in_browser(cast.stein).get("/friske-oyne/svar")).text
    assert "80 %" not in other, "not below that leader"
    assert (await in_browser(cast.alice).get("/friske-oyne/svar")).status_code == 403
