"""A contract is signed by both, as a folder tells of it; one signature is not two, and a half-written file is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.journeys.advancing import advance_due
from app.journeys.models import JourneyRow, JourneyStep, StepState
from app.journeys.signing import TOPIC, effects, key_of, read_receipts, signer_of
from app.settings import Settings
from integrations.signing.folder import FolderSigner
from integrations.signing.folder import read_receipts as parsed
from integrations.signing.signer import SignerAway
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare, step

BOTH = [
    {"party": "employer", "signed_at": "2026-11-02T10:00:00Z", "receipt": "A-1"},
    {"party": "employee", "signed_at": "2026-11-03T10:00:00+01:00", "receipt": "A-2"},
]


async def test_the_step_closes_when_both_have_signed(
    as_person: AsPerson,
    session: AsyncSession,
    sessions: Sessions,
    cast: Cast,
    settings: Settings,
    tmp_path: Path,
) -> None:
    await prepare(session, cast)
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast))
    written = update(JourneyStep).where(JourneyStep.key == "skriv")
    await session.execute(written.values(state=StepState.DROPPED))
    await session.execute(update(JourneyRow).values(next_at=JourneyRow.begun_at))
    await session.commit()
    await advance_due(session)
    await session.commit()
    connected = settings.model_copy(update={"signing_folder": tmp_path})
    row = (await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).one()
    send = await effects(connected)[TOPIC].prepare(
        session, Due(row.key, TOPIC, row.payload, row.recipient_id or 0, row.created_at)
    )
    assert send is not None
    for _ in range(2):
        await send()
    key = key_of(step(journey, "signer")["id"])
    asked = json.loads((tmp_path / "requests" / f"{key}.json").read_text(encoding="utf-8"))
    assert {each["party"]: each["name"] for each in asked["signers"]} == {
        "employer": cast.leif.name,
        "employee": "Nora Lien",
    }
    (tmp_path / "receipts").mkdir()
    signer = signer_of(connected)
    assert signer is not None
    tomorrow = BOTH[1] | {"signed_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    for receipts, state in (
        ("[{", "open"),
        (json.dumps(BOTH[:1]), "open"),
        (json.dumps([BOTH[0], tomorrow]), "open"),
        (json.dumps(BOTH), "done"),
    ):
        (tmp_path / "receipts" / f"{key}.json").write_text(receipts, encoding="utf-8")
        await read_receipts(sessions, signer)
        await advance_due(session)
        await session.commit()
        now = (await leif.get(f"/api/v1/journeys/{journey['id']}")).json()
        assert step(now, "signer")["state"] == state, receipts
    assert step(now, "lonn")["ticket"], "what waited for the signatures begins"


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"party": "nobody"}]', json.dumps([BOTH[0] | {"signed_at": "2026-12-01"}])]
)
def test_what_is_no_receipt_is_none(text: str) -> None:
    with pytest.raises(SignerAway):
        parsed(text)


async def test_a_key_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name"):
        await FolderSigner(tmp_path).signed("../../etc/passwd")
