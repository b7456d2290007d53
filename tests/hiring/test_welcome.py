"""The newcomer's page before sign-in: one page, by one link, with nothing personal on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.identity.hashing import token_hash
from app.identity.me import load_actor
from app.journeys.effects import _mail_for
from app.journeys.models import WelcomeLink
from app.journeys.welcome import TOPIC, code_by_key, make_link
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare

KEY = SecretStr("k" * 40)


@pytest.fixture
async def journey(as_person: AsPerson, session: AsyncSession, cast: Cast) -> dict[str, Any]:
    await prepare(session, cast)
    sent = await body(session, cast, private_email="nora@example.net", meets="kl. 08.15 i ekspedisjonen")
    return await ordered(as_person(cast.leif), sent)


async def test_the_link_opens_one_page_with_nothing_personal(
    as_person: AsPerson, client: httpx.AsyncClient, session: AsyncSession, cast: Cast, journey: dict[str, Any]
) -> None:
    leif = as_person(cast.leif)
    made = (await leif.put(f"/api/v1/journeys/{journey['id']}/link")).json()
    path = f"/velkommen/{made['code']}"
    page = await client.get(path)
    assert page.status_code == 200
    assert "kl. 08.15 i ekspedisjonen" in page.text
    assert cast.leif.name in page.text, "who meets them"
    for personal in ("Nora", "Lien", "nora@example.net", "7962", "djunkt"):
        assert personal not in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    kept = (await session.execute(select(WelcomeLink.code_hash))).scalar_one()
    assert kept == token_hash(made["code"]), "only its hash"
    typed = made["code"].lower().replace("-", " ")
    assert (await client.get(f"/velkommen/{typed}")).status_code == 200, "however it is typed"
    assert (await client.get("/leder/folk", follow_redirects=False)).status_code in (303, 401)


async def test_unknown_revoked_replaced_and_expired_answer_alike(
    as_person: AsPerson, client: httpx.AsyncClient, session: AsyncSession, cast: Cast, journey: dict[str, Any]
) -> None:
    leif, url = as_person(cast.leif), f"/api/v1/journeys/{journey['id']}/link"
    old, new = [(await leif.put(url)).json()["code"] for _ in range(2)]
    nobody = await client.get("/velkommen/00000-00000-00000-00000-00000")
    assert nobody.status_code == 404
    replaced = await client.get(f"/velkommen/{old}")
    await session.execute(
        update(WelcomeLink).values(expires_at=func.clock_timestamp() - timedelta(seconds=1))
    )
    await session.commit()
    expired = await client.get(f"/velkommen/{new}")
    again = (await leif.put(url)).json()["code"]
    assert (await client.get(f"/velkommen/{again}")).status_code == 200
    assert (await leif.delete(url)).status_code == 204
    revoked = await client.get(f"/velkommen/{again}")
    for other in (replaced, expired, revoked):
        assert other.status_code == 404
        assert len(other.text) == len(nobody.text)
    for stranger in (cast.truls, cast.stein):
        assert (await as_person(stranger).put(url)).status_code == 404


async def test_the_mail_makes_the_code_again_and_it_is_kept_nowhere(
    session: AsyncSession, cast: Cast, journey: dict[str, Any], settings: Settings
) -> None:
    keyed = settings.model_copy(update={"link_key": KEY})
    leif = await load_actor(session, cast.leif.id)
    code, mailed_to = await make_link(session, journey["id"], by=leif, settings=keyed)
    assert mailed_to == "nora@example.net"
    row = (await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).one()
    assert row.payload.keys() == {"link_id"}
    assert code == code_by_key(keyed, row.payload["link_id"])
    due = Due(row.key, TOPIC, row.payload, row.recipient_id or 0, row.created_at)
    mail = await _mail_for(session, due, keyed)
    assert mail is not None
    assert (mail.to, code in mail.text, "Nora" in mail.text) == ("nora@example.net", True, False)
    assert await _mail_for(session, due, settings) is None, "without the key nobody makes it"
    await session.execute(update(WelcomeLink).values(revoked_at=func.clock_timestamp()))
    assert await _mail_for(session, due, keyed) is None


async def test_whoever_asks_too_often_waits(client: httpx.AsyncClient, app: Any) -> None:
    from app.identity.allowance import Allowances

    app.state.allowances = Allowances.of(600, 4)
    answers = [(await client.get("/velkommen/00000-00000-00000-00000-00000")).status_code for _ in range(3)]
    assert answers[-1] == 429
