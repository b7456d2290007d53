"""How often one may ask."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.allowance import AT_ONCE, Allowance, Allowances, network_of
from tests.cast import Cast
from tests.conftest import BASE_URL, AsPerson


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


gaps = st.lists(st.floats(min_value=0, max_value=30, allow_nan=False), min_size=1, max_size=300)


@given(per_minute=st.integers(min_value=4, max_value=1000), waits=gaps)
def test_nobody_gets_more_than_a_minutes_worth_and_a_burst_in_any_minute(
    per_minute: int, waits: list[float]
) -> None:
    clock = Clock()
    bucket = Allowance(per_minute, clock)
    taken: list[float] = []
    for wait in waits:
        clock.now += wait
        if bucket.spend("a") == 0:
            taken.append(clock.now)
    most = per_minute * (1 + AT_ONCE) + 1
    for start in taken:
        assert sum(start <= at <= start + 60 for at in taken) <= most


@given(per_minute=st.integers(min_value=1, max_value=1000), asked=st.integers(min_value=1, max_value=500))
def test_whoever_waits_as_long_as_they_are_told_is_let_in(per_minute: int, asked: int) -> None:
    clock = Clock()
    bucket = Allowance(per_minute, clock)
    wait = 0.0
    for _ in range(asked):
        wait = bucket.spend("a")
    clock.now += wait
    assert not wait or bucket.spend("a") == 0


@given(st.integers(min_value=1, max_value=60))
def test_a_steady_pace_within_the_limit_is_never_refused(per_minute: int) -> None:
    clock = Clock()
    bucket = Allowance(per_minute, clock)
    for _ in range(200):
        assert bucket.spend("a") == 0
        clock.now += 60 / per_minute


def test_one_does_not_spend_for_another() -> None:
    bucket = Allowance(4, Clock())
    assert bucket.spend("a") == 0
    assert bucket.spend("a") > 0
    assert bucket.spend("b") == 0


def test_no_limit_is_no_limit() -> None:
    bucket = Allowance(0, Clock())
    assert {bucket.spend("a") for _ in range(10_000)} == {0.0}


def test_those_who_ask_most_are_remembered_longest() -> None:
    bucket = Allowance(8, Clock(), most_keys=10)
    while bucket.spend("greedy") == 0:
        pass
    for number in range(100):
        bucket.spend(str(number))
        assert len(bucket._rested) <= 10
    assert bucket.spend("greedy") > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8::1", "2001:0db8:0000:0000"),
        ("2001:db8::ffff:1", "2001:0db8:0000:0000"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        (None, ""),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_one_caller(address: str | None, network: str) -> None:
    assert network_of(address) == network


async def test_a_person_who_asks_too_often_is_told_when_to_come_back(
    app: FastAPI, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    app.state.allowances = Allowances.of(8, 8)
    asking, other = as_person(cast.alice), as_person(cast.bob)
    answers = [await asking.get("/api/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["retry-after"] in refused.json()["detail"]
    assert (await other.get("/api/v1/me")).status_code == 200


async def test_strangers_from_one_address_share_an_allowance(app: FastAPI) -> None:
    app.state.allowances = Allowances.of(8, 8)
    for address, expected in (("192.0.2.1", [200, 200, 429]), ("192.0.2.2", [200])):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as stranger:
            statuses = [(await stranger.get("/logg-inn?velg=1")).status_code for _ in expected]
        assert statuses == expected
