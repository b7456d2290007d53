"""When people ask: the hours of a day, the days of a week, and the seasons of a municipality."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from random import Random

from service_catalog.schema import Catalogue, Channel, Kind, Service
from sla.calendar import WorkingCalendar
from sla.zone import ZONE

A_DAY = timedelta(days=1)
WEEKDAY = (1.4, 1.12, 1.0, 0.97, 0.74, 0.07, 0.06)
MONTH = (1.15, 1.0, 1.0, 0.92, 0.9, 1.02, 0.42, 1.38, 1.12, 1.0, 1.05, 0.86)
CLOSED = 0.06
HOUR = (1, 1, 1, 1, 1, 2, 7, 45, 130, 125, 100, 80, 62, 80, 62, 34, 14, 8, 7, 7, 6, 5, 3, 2)
_HOURS = tuple(accumulate(HOUR))

UNIT = {
    "it": 33,
    "servicesenteret": 15,
    "eiendom": 15,
    "lonn": 11,
    "hr": 10,
    "regnskap": 9,
    "anskaffelse": 3,
    "arkiv": 4,
}
SEASON = {
    "it": (1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 1.0, 1.5, 1.2, 1.0, 1.0, 0.9),
    "lonn": (1.7, 1.3, 1.0, 1.0, 1.0, 1.3, 1.0, 0.9, 0.9, 1.0, 1.0, 1.2),
    "hr": (1.0, 1.0, 1.1, 1.0, 1.1, 1.2, 0.8, 1.6, 1.2, 1.0, 1.0, 0.8),
    "eiendom": (1.4, 1.3, 1.1, 0.9, 0.9, 0.8, 0.8, 1.0, 0.9, 1.0, 1.1, 1.3),
    "regnskap": (1.3, 1.0, 1.0, 0.9, 0.9, 1.1, 0.8, 0.8, 0.9, 1.0, 1.1, 1.4),
}
CHANNELS = (Channel.PORTAL, Channel.PHONE, Channel.EMAIL, Channel.COUNTER, Channel.TEAMS)
_WITH_PC = tuple(accumulate((62, 22, 8, 5, 3)))
_WITHOUT_PC = tuple(accumulate((48, 40, 1, 11, 0)))


@dataclass(frozen=True)
class Mix:
    """Services with how often each is asked for, in one month."""

    services: tuple[Service, ...]
    cumulative: tuple[float, ...]

    def draw(self, random: Random) -> Service:
        return self.services[bisect(self.cumulative, random.random() * self.cumulative[-1])]


def mixes(catalogue: Catalogue) -> tuple[Mix, ...]:
    """One for each month. A unit's share is divided among its services, popular ones and faults first."""
    return tuple(_mix(catalogue, month) for month in range(12))


def _mix(catalogue: Catalogue, month: int) -> Mix:
    services, weights = [], []
    for unit, share in UNIT.items():
        own = catalogue.services_of(unit)
        appeal = [_appeal(service) for service in own]
        for service, weight in zip(own, appeal, strict=True):
            services.append(service)
            weights.append(share * SEASON.get(unit, MONTH_NEUTRAL)[month] * weight / sum(appeal))
    return Mix(tuple(services), tuple(accumulate(weights)))


MONTH_NEUTRAL = (1.0,) * 12


def _appeal(service: Service) -> float:
    if service.confidentiality == "whistleblowing":
        return 0.0  # no ticket: app/whistleblowing
    by_kind = {Kind.INCIDENT: 1.6, Kind.QUESTION: 1.3, Kind.ORDER: 1.0, Kind.NEED: 0.3}[service.kind]
    return by_kind * (3.0 if service.popular else 1.0)


def day_weight(day: date, office: WorkingCalendar) -> float:
    """How many ask on the day, 1 being an ordinary Wednesday in October."""
    open_today = is_open_on(day, office)
    return MONTH[day.month - 1] * (WEEKDAY[day.weekday()] if open_today or day.weekday() > 4 else CLOSED)


def unit_shares(mix: Mix) -> dict[str, float]:
    """Each unit's part of what is asked for in the month."""
    parts: dict[str, float] = dict.fromkeys(UNIT, 0.0)
    for service, (before, after) in zip(mix.services, pairwise((0.0, *mix.cumulative)), strict=True):
        parts[service.unit] += (after - before) / mix.cumulative[-1]
    return parts


def is_open_on(day: date, office: WorkingCalendar) -> bool:
    morning = datetime.combine(day, time(7), tzinfo=ZONE)
    return office.next_open(morning).astimezone(ZONE).date() == day


def counts_by_day(first: date, last: date, total: int, office: WorkingCalendar) -> list[tuple[date, int]]:
    """How many tickets are opened each day from `first` through `last`; together exactly `total`."""
    days = [first + A_DAY * n for n in range((last - first).days + 1)]
    reached = list(accumulate(day_weight(day, office) for day in days))
    marks = [round(total * each / reached[-1]) for each in reached]
    return [(day, mark - before) for day, mark, before in zip(days, marks, [0, *marks], strict=False)]


def instants_of(day: date, count: int, random: Random, *, before: datetime) -> list[datetime]:
    """When they are opened, in order, none after `before`."""
    midnight = datetime.combine(day, time(0), tzinfo=ZONE).astimezone(UTC)
    seconds = [_second_of_day(random) for _ in range(count)]
    instants = [midnight + timedelta(seconds=second) for second in seconds]
    latest = (before - midnight).total_seconds()
    late = [at if at < before else midnight + timedelta(seconds=random.random() * latest) for at in instants]
    return sorted(late)


def _second_of_day(random: Random) -> float:
    hour = bisect(_HOURS, random.random() * _HOURS[-1])
    return (hour + random.random()) * 3600


def draw_channel(random: Random, *, has_pc: bool) -> Channel:
    shares = _WITH_PC if has_pc else _WITHOUT_PC
    return CHANNELS[bisect(shares, random.random() * shares[-1])]
