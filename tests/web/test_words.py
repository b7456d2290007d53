from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.web import words
from sla.amount import Amount

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""Monday 12.00 in Oslo."""
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("minutes", "nb", "en"),
    [
        (0, "0 min", "0 min"),
        (12, "12 min", "12 min"),
        (60, "1 t", "1 h"),
        (95, "1 t 35 min", "1 h 35 min"),
        (1440, "1 d", "1 d"),
        (1620, "1 d 3 t", "1 d 3 h"),
    ],
)
def test_a_duration_is_never_rounded_to_the_hour(minutes: int, nb: str, en: str) -> None:
    assert words.duration(timedelta(minutes=minutes), "nb") == nb
    assert words.duration(timedelta(minutes=minutes), "en") == en


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "innen i dag kl. 12.00"),
        (24, "innen i morgen kl. 12.00"),
        (72, "innen torsdag kl. 12.00"),
        (24 * 8, "innen 1. desember kl. 12.00"),
        (24 * 60, "innen 22. januar 2027 kl. 12.00"),
    ],
)
def test_a_due_instant_is_told_as_people_say_it(hours: int, said: str) -> None:
    assert words.by(NOON + timedelta(hours=hours), NOON, "nb") == said


def test_nynorsk_has_its_own_names_of_days() -> None:
    assert words.by(NOON + timedelta(hours=24), NOON, "nn") == "innan i morgon kl. 12.00"
    assert words.by(NOON + timedelta(hours=120), NOON, "nn") == "innan laurdag kl. 12.00"


def test_a_countdown_over_the_change_to_winter_time_counts_the_extra_hour() -> None:
    before = datetime(2026, 10, 24, 22, 0, tzinfo=UTC).astimezone(words.ZONE)
    after = datetime(2026, 10, 25, 5, 0, tzinfo=UTC).astimezone(words.ZONE)
    assert words.countdown(after, before, "nb") == "7 t igjen"
    assert words.countdown(before, after, "nb") == "7 t over"


@pytest.mark.parametrize(
    ("written", "language", "said"),
    [
        ("30 min", "nb", "30 minutter"),
        ("1 t", "nb", "1 time"),
        ("7 t 30 min", "nb", "7 timer 30 minutter"),
        ("1 dag", "nb", "1 arbeidsdag"),
        ("3 dager", "nn", "3 arbeidsdagar"),
        ("3 dager", "en", "3 working days"),
    ],
)
def test_a_promise_is_said_as_it_was_agreed(written: str, language: str, said: str) -> None:
    assert words.promised(Amount.read(written), language) == said


def test_money_has_ore_only_when_there_are_any() -> None:
    assert words.money(14900, "nb") == f"14{NBSP}900 kr"
    assert words.money(Decimal("1250.50"), "nb") == f"1{NBSP}250,50 kr"
    assert words.money(14900, "en") == "NOK 14,900"
