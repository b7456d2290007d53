"""How much is promised: working time, or working days as people say them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from sla.calendar import DayLengths, WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Amount:
    """Working time in hours and minutes, or a number of working days; exactly one of them, never nothing."""

    working: timedelta | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if (self.working is None) == (self.days is None):
            raise ValueError("et løfte er enten arbeidstid eller arbeidsdager")
        if (self.days is not None and self.days <= 0) or (
            self.working is not None and self.working <= timedelta()
        ):
            raise ValueError("et løfte må være lenger enn null")

    @classmethod
    def read(cls, written: object) -> Amount:
        """From `30 min`, `4 t`, `7 t 30 min` (working time) or `1 dag`, `3 dager` (working days)."""
        if isinstance(written, Amount):
            return written
        days = re.fullmatch(r"([0-9]{1,3}) (?:dag|dager)", str(written))
        if days is not None:
            return cls(days=int(days.group(1)))
        time = re.fullmatch(r"(?=.)(?:([0-9]{1,4}) t)?(?:(?:^|(?<=t) )([0-9]{1,5}) min)?", str(written))
        if time is None:
            raise ValueError(
                f"skriv arbeidstid som 30 min, 4 t eller 7 t 30 min, og arbeidsdager som 3 dager, ikke «{written}»"
            )
        hours, minutes = (int(part or 0) for part in time.groups())
        return cls(working=timedelta(hours=hours, minutes=minutes))

    def __str__(self) -> str:
        """As it is read."""
        if self.working is None:
            return f"{self.days} {'dag' if self.days == 1 else 'dager'}"
        hours, minutes = divmod(self.working // MINUTE, 60)
        return " ".join([f"{hours} t"] * bool(hours) + [f"{minutes} min"] * bool(minutes))

    def target(self, calendar: WorkingCalendar, start: datetime) -> timedelta:
        """The working time from `start`, so that pauses and reopenings count exactly; always more than none.

        Days end at the same time of day as they began, `days` working days later. What comes in while it is
        closed begins at the next opening: sent on Saturday is sent on Monday morning.
        """
        if self.days is None:
            assert self.working is not None
            return self.working
        return calendar.days_ahead(start, self.days)

    def is_surely_longer_than(self, other: Amount, days: DayLengths) -> bool:
        """On every ordinary day, given how long those are."""
        if self.days is not None and other.days is not None:
            return self.days > other.days
        return self._spanning(days.shortest) > other._spanning(days.longest)

    def _spanning(self, day: timedelta) -> timedelta:
        return self.working or day * (self.days or 0)


ANY_DAY = DayLengths(MINUTE, timedelta(days=1))
"""When the calendar is not known: hours and days are then compared only where no calendar can change it."""

AmountText = Annotated[Amount, PlainValidator(Amount.read), PlainSerializer(str)]
