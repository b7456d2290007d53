"""Calendars that several tests use."""

from __future__ import annotations

from typing import Any

from sla.calendar import CalendarSource

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def calendar(**written: Any) -> CalendarSource:
    """Office hours 08.00-16.00 in Oslo, with what is given instead."""
    office = {
        "name": "kontor",
        "timezone": "Europe/Oslo",
        "weekly": {day: ["08:00-16:00"] for day in WORKDAYS},
    }
    return CalendarSource.model_validate({**office, **written})


def every_day(*windows: str, **written: Any) -> CalendarSource:
    return calendar(weekly={day: list(windows) for day in (*WORKDAYS, "sat", "sun")}, **written)
