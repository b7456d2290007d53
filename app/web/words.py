"""How instants, durations and money read in each language; by hand where a library rounds («2 timer»)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from app.web.i18n import LOCALES
from sla.amount import Amount
from sla.zone import ZONE

CLOCK_TIME = {"nb": "HH.mm", "nn": "HH.mm", "en": "HH:mm"}
AT = {"nb": "{day} kl. {time}", "nn": "{day} kl. {time}", "en": "{day} at {time}"}
NEAR_DAYS = {
    "nb": {-1: "i går", 0: "i dag", 1: "i morgen"},
    "nn": {-1: "i går", 0: "i dag", 1: "i morgon"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
DAY = {"nb": "d. MMMM", "nn": "d. MMMM", "en": "d MMMM"}
SHORT_DAY = {"nb": "EEE d. MMM", "nn": "EEE d. MMM", "en": "EEE d MMM"}
BY = {"nb": "innen {moment}", "nn": "innan {moment}", "en": "by {moment}"}
SHORT_UNITS = {"nb": ("d", "t", "min"), "nn": ("d", "t", "min"), "en": ("d", "h", "min")}
LEFT = {"nb": "{0} igjen", "nn": "{0} att", "en": "{0} left"}
OVER = {"nb": "{0} over", "nn": "{0} over", "en": "{0} over"}


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


@lru_cache(maxsize=4096)
def _date(on: date, pattern: str, language: str) -> str:
    """A page of two hundred rows tells the same few days over and over."""
    return format_date(on, pattern, locale=LOCALES[language])


@lru_cache(maxsize=4096)
def _time(of_day: time, language: str) -> str:
    return format_time(of_day, CLOCK_TIME[language], locale=LOCALES[language])


def _on(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def clock_time(at: datetime, language: str) -> str:
    return _time(local(at).time().replace(second=0, microsecond=0), language)


def day(value: date | datetime, language: str, today: date | None = None) -> str:
    """«26. november», with the year unless it is this year's."""
    on, this_year = _on(value), (today or datetime.now(ZONE).date()).year
    return _date(on, DAY[language] + ("" if on.year == this_year else " y"), language)


def long_date(value: date | datetime, language: str) -> str:
    """«26. november 2026»: on paper the year is told whatever year it is read in."""
    return _date(_on(value), f"{DAY[language]} y", language)


def weekday_date(value: date, language: str) -> str:
    """«torsdag 24. desember»."""
    return _date(value, f"EEEE {DAY[language]}", language)


def moment(at: datetime, now: datetime, language: str) -> str:
    """«i dag kl. 12.00», «torsdag kl. 12.00» within a week ahead, else «26. november kl. 12.00»."""
    today = local(now).date()
    distance = (local(at).date() - today).days
    if distance in NEAR_DAYS[language]:
        name = NEAR_DAYS[language][distance]
    elif 1 < distance < 7:
        name = _date(_on(at), "EEEE", language)
    else:
        name = day(at, language, today)
    return AT[language].format(day=name, time=clock_time(at, language))


def by(at: datetime, now: datetime, language: str) -> str:
    """«innen torsdag kl. 12.00»."""
    return BY[language].format(moment=moment(at, now, language))


def duration(amount: timedelta, language: str) -> str:
    """«2 d 3 t», «1 t 35 min», «12 min»; always without a sign and never rounded up."""
    minutes = int(abs(amount.total_seconds())) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    d, h, m = SHORT_UNITS[language]
    if days:
        return f"{days} {d} {hours} {h}" if hours else f"{days} {d}"
    if hours:
        return f"{hours} {h} {rest} {m}" if rest else f"{hours} {h}"
    return f"{rest} {m}"


def worked(amount: timedelta, language: str) -> str:
    """Working time to the second, in hours: «22 t 30 min», «1 t 35 min», «7 min 26 s». Never days: those differ."""
    seconds = int(abs(amount.total_seconds()))
    _d, h, m = SHORT_UNITS[language]
    parts = [
        f"{number} {unit}"
        for number, unit in ((seconds // 3600, h), (seconds // 60 % 60, m), (seconds % 60, "s"))
        if number
    ]
    return " ".join(parts) or f"0 {m}"


def spent(amount: timedelta, language: str) -> str:
    """As `worked`, to the second only below ten minutes: «22 t 30 min», «4 min 26 s»."""
    seconds = int(amount.total_seconds())
    return worked(timedelta(seconds=seconds if seconds < 600 else seconds // 60 * 60), language)


def short_day(at: datetime, language: str) -> str:
    """«man. 23. nov.»."""
    return _date(_on(at), SHORT_DAY[language], language)


def countdown(due: datetime, now: datetime, language: str) -> str:
    """«24 min igjen», or «12 min over» when it is past."""
    # UTC before any subtraction: two instants of one zone subtract by the wall clock.
    left = due.astimezone(UTC) - now.astimezone(UTC)
    return (LEFT if left >= timedelta(0) else OVER)[language].format(duration(left, language))


def money(amount: Decimal | int, language: str) -> str:
    """«14 900 kr»; øre only when there are any."""
    whole = amount == int(amount)
    number = format_decimal(amount, "#,##0" if whole else "#,##0.00", locale=LOCALES[language])
    return f"NOK {number}" if language == "en" else f"{number} kr"


def file_size(size: int, language: str) -> str:
    """«12 kB», «3,4 MB»."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{format_decimal(round(Decimal(size) / 1_000_000, 1), locale=LOCALES[language])} MB"


WORKING_UNITS: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    "nb": (("arbeidsdag", "arbeidsdager"), ("time", "timer"), ("minutt", "minutter")),
    "nn": (("arbeidsdag", "arbeidsdagar"), ("time", "timar"), ("minutt", "minutt")),
    "en": (("working day", "working days"), ("hour", "hours"), ("minute", "minutes")),
}


def promised(amount: Amount, language: str) -> str:
    """As it was agreed: «30 minutter», «7 timer 30 minutter», «2 arbeidsdager»."""
    days, hours, minutes = WORKING_UNITS[language]
    if amount.days is not None:
        return _counted(amount.days, days)
    assert amount.working is not None
    whole, rest = divmod(amount.working // timedelta(minutes=1), 60)
    parts = [_counted(whole, hours)] * bool(whole) + [_counted(rest, minutes)] * bool(rest)
    return " ".join(parts)


def _counted(number: int, forms: tuple[str, str]) -> str:
    return f"{number} {forms[0] if number == 1 else forms[1]}"
