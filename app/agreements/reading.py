"""An agreement as two units read and sign it: every sentence computed from what drives the clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.agreements import words
from app.agreements.content import Terms
from app.catalogue.published import Published
from app.web.i18n import _, say
from app.web.words import long_date, promised
from service_catalog.schema import Catalogue
from sla.agreement import OTHER_UNITS, PauseReason, Priority
from sla.calendar import CalendarSource


@dataclass(frozen=True)
class Level:
    """What is promised for one priority, in words."""

    priority: str
    response: str
    solution: str
    update: str
    """Empty when news is not promised."""


@dataclass(frozen=True)
class Season:
    period: str
    hours: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SpecialDay:
    day: date
    what: str


@dataclass(frozen=True)
class Reading:
    """One version, in one language. Pairs are (what, how much) or (what, words)."""

    name: str
    version: int
    title: str
    provider: str
    provider_lead: str
    customer: str
    owner: str
    valid: str
    revised: str
    levels: tuple[Level, ...]
    has_updates: bool
    calendar: str
    is_always_open: bool
    hours: tuple[tuple[str, str], ...]
    seasons: tuple[Season, ...]
    special_days: tuple[tuple[int, tuple[SpecialDay, ...]], ...]
    """Year by year: days that would have been open and are not, or are open for other hours."""
    pauses: tuple[str, ...]
    never_pauses: tuple[str, ...]
    reply: str
    """How soon the customer answers; empty when nothing is agreed."""
    duties: tuple[str, ...]
    legs: tuple[tuple[str, str], ...]
    escalation: tuple[tuple[str, str], ...]
    statutes: tuple[str, ...]
    services: tuple[tuple[str, str], ...]
    """(key, title) of the services that stand under it."""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Everything it binds anybody to, as (what, words): two versions are compared line by line."""
        yield _("Gir tjenesten"), self.provider
        yield _("Mottar tjenesten"), self.customer
        yield _("Eier av avtalen"), self.owner
        yield _("Gjelder"), self.valid
        for level in self.levels:
            yield f"{level.priority}|" + _("Svar"), level.response
            yield f"{level.priority}|" + _("Løsning"), level.solution
            if level.update:
                yield f"{level.priority}|" + _("Neste beskjed"), level.update
        yield _("Åpningstid"), self.calendar
        for days, hours in self.hours:
            yield _("Åpningstid") + f"|{days}", hours
        for season in self.seasons:
            for days, hours in season.hours:
                yield f"{season.period}|{days}", hours
        for reason in self.pauses:
            yield _("Tida står stille mens saken venter på") + f"|{reason}", "✓"
        if self.reply:
            yield _("Kunden svarer på spørsmål"), self.reply
        for duty in self.duties:
            yield _("Kundens plikt") + f"|{duty}", "✓"
        for unit, share in self.legs:
            yield _("Intern frist") + f"|{unit}", share
        for when, who in self.escalation:
            yield _("Varsling") + f"|{when}", who
        for statute in self.statutes:
            yield _("Lovfrist") + f"|{statute}", "✓"


def read_agreement(terms: Terms, published: Published, language: str, *, today: date) -> Reading:
    """`today` chooses whose years' special days are shown: this one's and the next's."""
    agreement, calendar, catalogue = terms.agreement, terms.calendar, published.catalogue
    unit = catalogue.units.get(agreement.provider)
    owner = catalogue.owners.get(agreement.owner)
    always = words.is_always_open(calendar)
    levels = tuple(_level(terms, priority, language, always_open=always) for priority in Priority)
    duties = agreement.duties
    services = [each for each in catalogue.services.values() if each.agreement == agreement.name]
    return Reading(
        name=agreement.name,
        version=agreement.version,
        title=str(getattr(agreement.title, language)),
        provider=unit.title.in_language(language) if unit else agreement.provider,
        provider_lead=unit.lead.in_language(language) if unit else "",
        customer=agreement.customer_in(language),
        owner=owner.role.in_language(language) if owner else agreement.owner,
        valid=words.validity_text(agreement, language),
        revised=long_date(agreement.revised_on, language),
        levels=levels,
        has_updates=any(level.update for level in levels),
        calendar=str(getattr(calendar.title, language)) if calendar.title else calendar.name,
        is_always_open=always,
        hours=words.hours_of(calendar.weekly, language),
        seasons=tuple(
            Season(words.period_text(each.first, each.last, language), words.hours_of(each.weekly, language))
            for each in calendar.seasons
        ),
        special_days=tuple(
            (year, _special_days(calendar, year, language)) for year in (today.year, today.year + 1)
        ),
        pauses=tuple(say(language, words.PAUSES[reason]) for reason in agreement.pauses_on),
        never_pauses=_never(terms, language),
        reply=words.within(duties.reply, language, always_open=always) if duties and duties.reply else "",
        duties=tuple(getattr(duties.text, language)) if duties and duties.text else (),
        legs=tuple(
            (_unit_title(key, catalogue, language), promised(share, language))
            for key, share in agreement.legs.items()
        ),
        escalation=tuple(
            (
                words.escalation_text(step.at, language),
                words.joined([say(language, words.RECIPIENTS[who]) for who in step.to], language),
            )
            for step in agreement.escalation
        ),
        statutes=tuple(_statute(key, published, language) for key in agreement.statutes),
        services=tuple((each.key, each.title.in_language(language)) for each in services),
    )


def _level(terms: Terms, priority: Priority, language: str, *, always_open: bool) -> Level:
    promise = terms.agreement.promises[priority]
    return Level(
        priority=say(language, words.PRIORITIES[priority]),
        response=words.within(promise.response, language, always_open=always_open),
        solution=words.within(promise.solution, language, always_open=always_open),
        update=words.within(promise.update, language, always_open=always_open) if promise.update else "",
    )


def _never(terms: Terms, language: str) -> tuple[str, ...]:
    """What people may think stops the clock, and does not."""
    others = [reason for reason in PauseReason if reason not in terms.agreement.pauses_on]
    return (
        *(
            say(language, _("venting på %(what)s"), what=say(language, words.PAUSES[reason]))
            for reason in others
        ),
        say(language, _("overlevering til en annen fagenhet")),
        say(language, _("sykdom og ferie hos den som har saken")),
    )


def _unit_title(key: str, catalogue: Catalogue, language: str) -> str:
    if key == OTHER_UNITS:
        return say(language, _("Alle andre fagenheter"))
    unit = catalogue.units.get(key)
    return unit.title.in_language(language) if unit else key


def _statute(key: str, published: Published, language: str) -> str:
    """«Skriftlig arbeidsavtale (arbeidsmiljøloven § 14-5)»."""
    statute = published.statutes.get(key)
    return f"{getattr(statute.title, language)} ({statute.paragraph})" if statute else key


def _special_days(calendar: CalendarSource, year: int, language: str) -> tuple[SpecialDay, ...]:
    """Days of the year that are not as the week says; a holiday on a day that is closed anyway is none."""
    named = calendar.public_holidays | calendar.closed
    ordinary = calendar.model_copy(update={"closed": {}, "overrides": {}, "holidays": None})
    found = []
    for day in sorted({*named, *calendar.overrides}):
        opened = calendar.windows_on(day)
        if day.year != year or opened == ordinary.windows_on(day):
            continue
        hours = words.windows_text(opened, language)
        is_named = day in named and day not in calendar.overrides
        what = f"{words.closed_name(named[day], language)}, {hours}" if is_named else hours
        found.append(SpecialDay(day, what))
    return tuple(found)
