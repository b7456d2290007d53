"""What an id token says, as different issuers write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.identity.claims import who_of
from app.issuer_settings import Issuer

SETTINGS = Issuer(authority="https://issuer.example", client_id="skranke")
SEEN = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (int(SEEN.timestamp()), SEEN),
        (SEEN.timestamp() + 0.5, SEEN.replace(microsecond=500_000)),
        (None, None),
        (True, None),
        ("1763868000", None),
        (1e300, None),
        (float("nan"), None),
    ],
)
def test_when_they_proved_who_they_are_is_a_number_of_seconds_with_or_without_a_fraction(
    said: object, seen: datetime | None
) -> None:
    who = who_of({"iss": "https://issuer.example", "sub": "ivar", "auth_time": said}, SETTINGS)
    assert who is not None
    assert who.authenticated_at == seen
