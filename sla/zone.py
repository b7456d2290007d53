"""Where the people are: a day begins at midnight here, for deadlines, jobs, rights and pages alike."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Oslo")


def day_of(at: datetime) -> date:
    """The day that it is here at that instant; for an hour or two it is yesterday in UTC."""
    return at.astimezone(ZONE).date()
