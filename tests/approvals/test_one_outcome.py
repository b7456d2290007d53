"""However many answer at once, a question has one outcome, and the order follows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from app.database.session import transaction
from app.people.models import Delegation
from app.settings import Settings
from app.tickets.lifecycle import id_of
from tests.approvals.ordering import decide, order, waiting
from tests.cast import SINCE
from tests.house import House, open_house, patiently
from tests.postgres import Database
from tests.tickets.asking import match

ROUNDS = 30
ENDS = {
    "approved": ("new", None),
    "rejected": ("resolved", "rejected"),
    "withdrawn": ("resolved", "withdrawn"),
}


@pytest.fixture
async def house(fresh_database: Database, settings: Settings, shipped: Any) -> AsyncIterator[House]:
    async with open_house(fresh_database, settings, shipped) as house:
        yield house


async def test_two_who_may_answer_and_one_who_withdraws_leave_one_outcome(house: House) -> None:
    async with transaction(house.sessions) as session:
        session.add(
            Delegation(
                person_id=house.cast.liv.id,
                authority="budsjettdisponering",
                scope="4100",
                valid_from=SINCE,
            )
        )
    alice, leif, liv = (house.as_person(who) for who in (house.cast.alice, house.cast.leif, house.cast.liv))
    seen = set()
    for number in range(ROUNDS):
        ticket = await order(alice, house.cast.alice)
        (asked,) = await waiting(leif)
        answers = [
            patiently(lambda asked=asked: decide(leif, asked["id"], "approved")),
            patiently(lambda asked=asked: decide(liv, asked["id"], "rejected", "Nei.")),
            patiently(lambda asked=asked: decide(liv, asked["id"], "approved")),
        ]
        url = f"/api/v1/tickets/{ticket['number']}/withdrawal"
        withdrawing = number % 3 == 0
        if withdrawing:
            answers.append(patiently(lambda url=url, ticket=ticket: alice.put(url, headers=match(ticket))))
        # Each round another one is first in line.
        turned = answers[number % len(answers) :] + answers[: number % len(answers)]
        responses = await asyncio.gather(*turned)
        assert [response.status_code for response in responses].count(200) == 1
        assert {response.status_code for response in responses} <= {200, 409, 412}
        outcome = await house.scalar("SELECT outcome FROM approvals WHERE id = :id", id=asked["id"])
        seen.add(outcome)
        events = await house.scalar(
            "SELECT count(*) FROM events WHERE kind = 'approval.decided' AND subject_kind = 'approval'"
            " AND subject_id = :id",
            id=asked["id"],
        )
        assert events == 1
        after = (await alice.get(f"/api/v1/tickets/{ticket['number']}")).json()
        assert (after["status"], after["resolution"]) == ENDS[outcome]
    assert len(seen) > 1, "every round had the same winner: this was no race"


async def test_twenty_answers_at_once_are_one(house: House) -> None:
    alice, leif = house.as_person(house.cast.alice), house.as_person(house.cast.leif)
    await order(alice, house.cast.alice)
    (asked,) = await waiting(leif)
    outcomes = ["approved", "rejected"] * 10
    responses = await asyncio.gather(
        *(
            patiently(lambda outcome=outcome: decide(leif, asked["id"], outcome, "Slik blir det."))
            for outcome in outcomes
        )
    )
    assert sorted(response.status_code for response in responses) == [200] + [409] * 19
    (won,) = [outcome for outcome, r in zip(outcomes, responses, strict=True) if r.status_code == 200]
    async with transaction(house.sessions) as session:
        rows = (await session.execute(text("SELECT outcome FROM approvals"))).scalars().all()
    assert rows == [won]


async def test_an_authority_taken_while_deciding_still_gives_one_outcome_or_none(house: House) -> None:
    alice, leif = house.as_person(house.cast.alice), house.as_person(house.cast.leif)
    ticket = await order(alice, house.cast.alice)
    (asked,) = await waiting(leif)

    async def take_away() -> None:
        async with transaction(house.sessions) as session:
            await session.execute(
                text("DELETE FROM delegations WHERE person_id = :id"), {"id": house.cast.leif.id}
            )

    response, _ = await asyncio.gather(decide(leif, asked["id"], "approved"), take_away())
    assert response.status_code in (200, 404)
    decided = await house.scalar(
        "SELECT decided_at IS NOT NULL FROM approvals WHERE subject_id = :id", id=id_of(ticket["number"])
    )
    assert decided == (response.status_code == 200)
