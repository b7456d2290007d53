"""The words an agreement is read in; bokmål here, the other two languages in the .po files."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from app.web.i18n import LOCALES, _, say
from app.web.words import DAY, long_date, promised
from sla.agreement import Agreement, PauseReason, Priority, Recipient
from sla.amount import Amount
from sla.calendar import CalendarSource, Window
from sla.hours import DAY_MINUTES, WEEKDAYS, Weekday, Weekly

PRIORITIES: dict[Priority, str] = {
    Priority.CRITICAL: _("Kritisk"),
    Priority.HIGH: _("Høy"),
    Priority.NORMAL: _("Vanlig"),
    Priority.LOW: _("Lav"),
}
PAUSES: dict[PauseReason, str] = {
    PauseReason.REQUESTER: _("svar fra den som spurte"),
    PauseReason.APPROVAL: _("godkjenning"),
    PauseReason.SUPPLIER: _("en leverandør"),
    PauseReason.DATE: _("en avtalt dato"),
}
RECIPIENTS: dict[Recipient, str] = {
    Recipient.ASSIGNEE: _("den som har saken"),
    Recipient.UNIT_LEAD: _("lederen for fagenheten"),
    Recipient.PROCESS_OWNER: _("prosesseieren"),
}
HOLIDAYS: dict[str, str] = {
    name: name
    for name in (
        _("Første nyttårsdag"),
        _("Skjærtorsdag"),
        _("Langfredag"),
        _("Første påskedag"),
        _("Andre påskedag"),
        _("Arbeidernes dag"),
        _("Grunnlovsdag"),
        _("Kristi himmelfartsdag"),
        _("Første pinsedag"),
        _("Andre pinsedag"),
        _("Første juledag"),
        _("Andre juledag"),
    )
}
"""As the `holidays` library names them; it joins two on one day with «; »."""


def within(amount: Amount, language: str, *, always_open: bool) -> str:
    """«innen 3 arbeidsdager», «innen 4 timer i åpningstida», «innen 15 minutter, hele døgnet»."""
    if amount.days is not None:
        text = _("innen %(amount)s")
    else:
        text = _("innen %(amount)s, hele døgnet") if always_open else _("innen %(amount)s i åpningstida")
    return say(language, text, amount=promised(amount, language))


def is_always_open(calendar: CalendarSource) -> bool:
    """Day and night, every day of the year."""
    whole = (Window(0, DAY_MINUTES),)
    every_day = all(calendar.weekly.get(day) == whole for day in WEEKDAYS)
    return every_day and not (calendar.seasons or calendar.closed or calendar.overrides or calendar.holidays)


def hours_of(weekly: Weekly, language: str) -> tuple[tuple[str, str], ...]:
    """Days that are alike beside each other: «mandag–fredag», «08.00–15.30»."""
    groups: list[tuple[Weekday, Weekday, tuple[Window, ...]]] = []
    for day in WEEKDAYS:
        windows = weekly.get(day, ())
        if groups and groups[-1][2] == windows:
            groups[-1] = (groups[-1][0], day, windows)
        else:
            groups.append((day, day, windows))
    return tuple(
        (_days(first, last, language), windows_text(windows, language)) for first, last, windows in groups
    )


def _days(first: Weekday, last: Weekday, language: str) -> str:
    names = [
        format_date(date(2024, 1, 1 + WEEKDAYS.index(day)), "EEEE", LOCALES[language])
        for day in (first, last)
    ]
    return names[0] if first is last else f"{names[0]}–{names[1]}"


def windows_text(windows: tuple[Window, ...], language: str) -> str:
    """«07.00–11.00 og 11.30–15.00», or «stengt»."""
    if not windows:
        return say(language, _("stengt"))
    shown = [f"{_clock(each.opens, language)}–{_clock(each.closes, language)}" for each in windows]
    return joined(shown, language)


def _clock(minutes: int, language: str) -> str:
    hour, minute = divmod(minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES, 60)
    return f"{hour:02}{':' if language == 'en' else '.'}{minute:02}"


def joined(parts: list[str], language: str) -> str:
    """«a, b og c»."""
    if len(parts) < 2:
        return "".join(parts)
    return say(language, _("%(first)s og %(last)s"), first=", ".join(parts[:-1]), last=parts[-1])


def period_text(first: str, last: str, language: str) -> str:
    """«15. mai–14. september», with the year when it is once."""
    return f"{_season_day(first, language)}–{_season_day(last, language)}"


def _season_day(written: str, language: str) -> str:
    yearly = len(written) == len("05-15")
    day = date.fromisoformat(f"2024-{written}" if yearly else written)
    return format_date(day, DAY[language], LOCALES[language]) if yearly else long_date(day, language)


def closed_name(name: str, language: str) -> str:
    """A public holiday in the reader's language; a local closing day as it was written."""
    return "; ".join(say(language, HOLIDAYS.get(part, part)) for part in name.split("; "))


def escalation_text(percent: int, language: str) -> str:
    if percent == 100:
        return say(language, _("Når fristen er ute"))
    if percent < 100:
        return say(language, _("Når %(percent)s %% av tida er brukt"), percent=percent)
    return say(language, _("Når det har gått %(percent)s %% av tida"), percent=percent)


def validity_text(agreement: Agreement, language: str) -> str:
    """«fra 1. januar 2027», «fra 1. januar 2027 til 31. desember 2028»."""
    first = long_date(agreement.valid_from, language)
    if agreement.valid_to is None:
        return say(language, _("fra %(first)s til en ny versjon gjelder"), first=first)
    last = long_date(agreement.valid_to, language)
    return say(language, _("fra %(first)s til og med %(last)s"), first=first, last=last)
