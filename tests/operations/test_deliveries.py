"""How sending stands, as the technical administrator sees it: codes and counts, never what is sent or to what address."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.deliveries.models import Delivery, DeliveryTarget
from app.deliveries.queue import deliver_later
from app.deliveries.standing import standing as where_it_stands
from app.identity.actor import Office, system_actor
from app.jobs import effects_of
from app.operations.words import TOPICS, reason_in
from app.people.offices import appoint
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import AsPerson

PAGE = "/drift/leveranser"


@pytest.fixture
async def standing(session: AsyncSession, cast: Cast) -> dict[str, int]:
    """Two are parked, one waits, the mail server is silent; Truls runs the place. Ids by key."""
    await appoint(session, cast.truls.id, Office.TECHNICAL_ADMINISTRATOR, by=system_actor("test"))
    for key in ("gone", "ours", "waits"):
        await deliver_later(
            session, "ticket.opened", key=key, payload={"ticket_id": 1}, recipient_id=cast.alice.id
        )
    now = func.clock_timestamp()
    for key, reason in (("gone", "smtp 550"), ("ours", "KeyError effects.py:12")):
        parked = update(Delivery).where(Delivery.key == key)
        await session.execute(parked.values(parked_at=now, attempts=5, last_error=reason))
    session.add(
        DeliveryTarget(key="mail", failures=3, open_until=now, away_since=now, last_error="smtp connection")
    )
    await session.flush()
    await session.execute(update(DeliveryTarget).values(open_until=now + func.make_interval(0, 0, 0, 0, 1)))
    await session.commit()
    return {row.key: row.id for row in await session.scalars(select(Delivery))}


@pytest.mark.usefixtures("standing")
async def test_the_page_says_what_waits_what_is_parked_and_why(in_browser: AsPerson, cast: Cast) -> None:
    page = (await in_browser(cast.truls).get(PAGE)).text
    for said in ("Postkassen finnes ikke", "KeyError effects.py:12", "Sak mottatt", "svarer ikke", "Prøv nå"):
        assert said in page
    assert f"Person {cast.alice.id}" in page
    for name in (cast.alice.name, cast.alice.email or "@"):
        assert name not in page


@pytest.mark.usefixtures("standing")
async def test_what_was_spread_to_its_recipients_is_not_counted_as_sent(session: AsyncSession) -> None:
    await deliver_later(session, "ticket.opened", key="spread", payload={"ticket_id": 1})
    await session.flush()
    sent = update(Delivery).where(Delivery.key.in_(("spread", "waits")))
    await session.execute(sent.values(sent_at=func.clock_timestamp()))
    assert (await where_it_stands(session)).sent_lately == 1, "the one that has a recipient"


async def token_of(client: httpx.AsyncClient) -> dict[str, str]:
    page = (await client.get("/meg/innlogging")).text
    return {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}


async def test_trying_again_sets_it_going_and_stands_in_the_log(
    in_browser: AsPerson, cast: Cast, session: AsyncSession, standing: dict[str, int]
) -> None:
    truls = in_browser(cast.truls)
    form = await token_of(truls)
    one = await truls.post(f"{PAGE}/parkert/{standing['gone']}", data=form)
    assert (one.status_code, one.headers["location"]) == (303, f"{PAGE}?igjen=1")
    assert (await truls.post(f"{PAGE}/parkert/{standing['gone']}", data=form)).status_code == 404, (
        "it is not parked now"
    )
    assert (await truls.post(f"{PAGE}/parkert", data=form)).headers["location"] == f"{PAGE}?igjen=1"
    assert (await truls.post(f"{PAGE}/mottaker/mail", data=form)).status_code == 303
    assert (await truls.post(f"{PAGE}/mottaker/ukjent", data=form)).status_code == 404
    rows = (await session.scalars(select(Delivery))).all()
    assert all(row.parked_at is None and row.attempts == 0 for row in rows)
    log = select(AuditEntry.subject_kind, AuditEntry.subject_id).where(AuditEntry.kind == "delivery.retried")
    written = (await session.execute(log.order_by(AuditEntry.id))).all()
    assert [tuple(row) for row in written] == [
        ("delivery", standing["gone"]),
        ("delivery", None),
        ("target", None),
    ]


async def test_nobody_else_may_look_or_set_it_going(
    in_browser: AsPerson, cast: Cast, standing: dict[str, int]
) -> None:
    petra = in_browser(cast.petra)
    form = await token_of(petra)
    for path in (f"{PAGE}/parkert/{standing['gone']}", f"{PAGE}/parkert", f"{PAGE}/mottaker/mail"):
        assert (await petra.post(path, data=form)).status_code == 403
    assert (await petra.get(PAGE)).status_code == 403


def test_every_topic_that_leaves_has_a_name(settings: Settings) -> None:
    effects = effects_of(settings.model_copy(update={"smtp_host": "127.0.0.1"}))
    assert effects.keys() == TOPICS.keys()


def test_reasons_are_said_in_words() -> None:
    assert reason_in("smtp 550", "nb") == "Postkassen finnes ikke"
    assert reason_in("smtp 521", "nb") == "E-posttjeneren svarte 521"
    assert reason_in("KeyError effects.py:12", "nb") == "Feil i Skranke, KeyError effects.py:12"
    assert reason_in("", "nb") == "Ukjent grunn"
