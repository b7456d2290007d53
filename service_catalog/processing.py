"""Why and how personal data is used: by which law, how long, and what may go wrong."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field as Described
from pydantic import StringConstraints, model_validator

from service_catalog.values import Confidentiality, Key, Line, Text, Value


class LawKind(StrEnum):
    """What a provision is used for: a basis by the GDPR, a national one that goes with it, archives, and holding back:
    from the public (`withholding`) or from the person themselves (`insight`)."""

    GDPR_6 = "gdpr_6"
    GDPR_9 = "gdpr_9"
    NATIONAL = "national"
    ARCHIVE = "archive"
    WITHHOLDING = "withholding"
    INSIGHT = "insight"


class Law(Value):
    """One provision in our own words, with its source, and who last held the two together."""

    key: Key
    kind: LawKind
    paragraph: Line
    says: Text
    source: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    checked_on: date
    checked_by: Line


class ArchiveDuty(StrEnum):
    """Arkivlova: not an archive at all, kept for a time, or kept for posterity."""

    NONE = "none"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class CountedFrom(StrEnum):
    """From when the retention runs. `year_end`: 31 December of the year in which the ticket was closed."""

    CLOSED = "closed"
    YEAR_END = "year_end"
    EMPLOYMENT_ENDED = "employment_ended"
    RECORDED = "recorded"
    """Of a log: from when each entry was written. No ticket has it."""


class Disposal(StrEnum):
    """What happens to the ticket when its time is over."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    TRANSFER = "transfer"


def _moved(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Retention(Value):
    """How long a ticket is kept, in whole calendar months and years together."""

    years: Annotated[int, Described(ge=0, le=100)] = 0
    months: Annotated[int, Described(ge=0, le=11)] = 0
    counted_from: CountedFrom = CountedFrom.CLOSED
    then: Disposal

    def due_on(self, closed_on: date) -> date | None:
        """The first day it may be destroyed; None when that cannot be told from the closing alone.

        Months end where they end: six months from 31 August is 28 February.
        """
        if self.counted_from in (CountedFrom.EMPLOYMENT_ENDED, CountedFrom.RECORDED):
            return None
        by_year = self.counted_from is CountedFrom.YEAR_END
        start = date(closed_on.year + 1, 1, 1) if by_year else closed_on
        return _moved(start, self.lasts)

    def began_by(self, today: date) -> date:
        """What began before this day has had its time today."""
        return _moved(today, -self.lasts)

    @property
    def lasts(self) -> int:
        """In months."""
        return self.years * 12 + self.months

    @model_validator(mode="after")
    def _lasts_some_time(self) -> Self:
        if self.years == self.months == 0:
            raise ValueError("oppbevaringstiden må være minst en måned")
        return self


SECURITY_LOG = "sikkerhetslogg"
"""The processing of the product's own log."""
TASKS = "oppgaver"
"""Of everybody's tasks, of who is away and who does them meanwhile."""
FRESH_EYES = "friske-oyne"
"""Of what those who are new, and those who leave, answer."""
CONTACTS = "kontaktopplysninger"
"""Of how to reach those who have left, and what the directory told of them."""
LEAVERS = "sluttet"
"""Of the names of those who have left."""
OF_THE_HOUSE = frozenset({SECURITY_LOG, TASKS, FRESH_EYES, CONTACTS, LEAVERS})
"""What the product keeps beside the tickets; no service has it."""


class Processing(Value):
    """Why and how personal data is used (behandling, GDPR article 30); every service belongs to one."""

    key: Key
    title: Text
    purpose: Text
    people: Text
    data: Text
    recipients: Text
    special: bool = False
    """Also special categories (GDPR article 9)."""
    legal_basis: tuple[Key, ...] = Described(min_length=1)
    archive: ArchiveDuty
    archive_basis: tuple[Key, ...] = ()
    retention: Retention

    @property
    def rule(self) -> str:
        """The retention by its own keys, for what is left of what was destroyed by it: «varsling: 2 år; aml-2a»."""
        kept = self.retention
        parts = [f"{kept.years} år" if kept.years else "", f"{kept.months} md" if kept.months else ""]
        laws = ", ".join((*self.archive_basis, *self.legal_basis))
        return f"{self.key}: {' '.join(filter(None, parts))} ({kept.counted_from}); {laws}"

    @model_validator(mode="after")
    def _archive_and_disposal_agree(self) -> Self:
        if (self.archive is ArchiveDuty.PERMANENT) != (self.retention.then is Disposal.TRANSFER):
            raise ValueError("det som skal bevares («permanent»), skal overføres («transfer»), og bare det")
        if (self.archive is ArchiveDuty.NONE) == bool(self.archive_basis):
            raise ValueError("«archive_basis» hører til arkivplikt, og må finnes der")
        return self


class Risk(Value):
    """Something that may go wrong for the people concerned. Likelihood and consequence from 1 to 4."""

    key: Key
    what: Line
    concerns: tuple[Confidentiality, ...] = Described(min_length=1)
    likelihood: Annotated[int, Described(ge=1, le=4)]
    consequence: Annotated[int, Described(ge=1, le=4)]
    likelihood_after: Annotated[int, Described(ge=1, le=4)]
    consequence_after: Annotated[int, Described(ge=1, le=4)]
    measures: tuple[Line, ...] = Described(min_length=1)

    @property
    def before(self) -> int:
        return self.likelihood * self.consequence

    @property
    def after(self) -> int:
        return self.likelihood_after * self.consequence_after
