"""Who held the ticket, and for how much of its working time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.desk.relay import legs
from service_catalog.schema import Catalogue
from sla.calendar import WorkingCalendar
from sla.load import Sla


@dataclass(frozen=True)
class Happened:
    kind: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def office(shipped: tuple[Catalogue, Sla]) -> WorkingCalendar:
    return shipped[1].calendars["kontortid"].compile()


def on(day: int, hour: int) -> datetime:
    """A day of March 2026 (the second is a Monday), in UTC."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_the_first_unit_has_it_from_the_opening(office: WorkingCalendar) -> None:
    run = legs([Happened("ticket.opened", on(2, 8), {"unit": "it"})], office, at=on(2, 10))
    assert [(leg.unit, leg.end, leg.held) for leg in run] == [("it", None, timedelta(hours=2))]


def test_an_offer_moves_nothing_until_it_is_accepted(office: WorkingCalendar) -> None:
    told = [
        Happened("ticket.opened", on(2, 8), {"unit": "it"}),
        Happened("ticket.handed_over", on(2, 9), {"from_unit": "it", "to_unit": "eiendom"}),
        Happened("ticket.handover_accepted", on(2, 11), {"from_unit": "it", "to_unit": "eiendom"}),
    ]
    run = legs(told, office, at=on(2, 12))
    assert [(leg.unit, leg.held) for leg in run] == [
        ("it", timedelta(hours=3)),
        ("eiendom", timedelta(hours=1)),
    ]


def test_a_night_is_nobodys_working_time(office: WorkingCalendar) -> None:
    told = [
        Happened("ticket.opened", on(2, 20), {"unit": "it"}),
        Happened("ticket.rerouted", on(3, 4), {"from_unit": "it", "to_unit": "lonn"}),
    ]
    assert legs(told, office, at=on(3, 4))[0].held == timedelta(0)


def test_a_solved_ticket_is_nobodys_until_it_is_opened_again(office: WorkingCalendar) -> None:
    told = [
        Happened("ticket.opened", on(2, 8), {"unit": "it"}),
        Happened("ticket.resolved", on(2, 9), {}),
        Happened("ticket.reopened", on(4, 8), {}),
    ]
    run = legs(told, office, at=on(4, 9))
    assert [(leg.solved, leg.held) for leg in run] == [
        (True, timedelta(hours=1)),
        (False, timedelta(hours=1)),
    ]
