"""What a version promises, as it is proposed and approved: the agreement, and the hours it is counted in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.catalogue.published import PINNED_YEARS
from sla.agreement import Agreement
from sla.calendar import CalendarSource


@dataclass(frozen=True)
class Terms:
    """An agreement with its calendar."""

    agreement: Agreement
    calendar: CalendarSource

    @classmethod
    def read(cls, content: dict[str, Any]) -> Terms:
        return cls(
            Agreement.model_validate(content["agreement"]), CalendarSource.model_validate(content["calendar"])
        )

    def content(self) -> dict[str, Any]:
        """With the holidays of the coming years written out."""
        return {
            "agreement": self.agreement.model_dump(mode="json"),
            "calendar": self.calendar.pinned(PINNED_YEARS).model_dump(mode="json"),
        }

    def promises_the_same_as(self, other: Terms) -> bool:
        """Single closed days are decided year by year and are no part of the promise; ordinary hours are."""
        return self.agreement == other.agreement and same_hours(self.calendar, other.calendar)


def same_hours(one: CalendarSource, other: CalendarSource) -> bool:
    def hours(calendar: CalendarSource) -> tuple[object, ...]:
        holidays = calendar.holidays, calendar.holiday_hours
        return calendar.name, calendar.timezone, calendar.weekly, calendar.seasons, holidays

    return hours(one) == hours(other)
