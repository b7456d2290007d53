"""One agreement as its page, its PDF and the API show it: a version, how it came to be, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.content import Terms
from app.agreements.difference import Change, changes
from app.agreements.models import State
from app.agreements.queries import Version, versions_of
from app.agreements.reading import Reading, read_agreement
from app.agreements.words import validity_text
from app.catalogue.published import Published, local_day
from app.errors import NotFound


@dataclass(frozen=True)
class VersionLine:
    """One line of the history."""

    number: int
    state: State
    is_in_force: bool
    is_shown: bool
    valid: str
    how: Version | None
    """None for what was in force before proposals were recorded."""


@dataclass(frozen=True)
class AgreementPage:
    reading: Reading
    terms: Terms
    state: State
    is_in_force: bool
    in_force: int
    """The version in force now."""
    shown: Version | None
    """How the shown version came to be."""
    changes: tuple[Change, ...]
    """Against the version before it; nothing for the first."""
    before: int | None
    history: tuple[VersionLine, ...]
    at: datetime


async def agreement_page(
    session: AsyncSession,
    published: Published,
    name: str,
    version: int | None,
    *,
    language: str,
    at: datetime,
    sees_proposals: bool,
) -> AgreementPage:
    """The version in force unless another is named. NotFound for what does not exist, or is a mere proposal."""
    if name not in published.versions and not sees_proposals:
        raise NotFound
    known = {each.number: each for each in reversed(await versions_of(session, name))}
    if not sees_proposals:
        known = {number: each for number, each in known.items() if each.state is State.ADOPTED}
    terms = {number: each.terms for number, each in known.items()}
    adopted = {number for number, each in known.items() if each.state is State.ADOPTED}
    for agreement in published.versions.get(name, ()):
        terms[agreement.version] = Terms(agreement, published.calendar_sources[agreement.calendar])
        adopted.add(agreement.version)
    if not terms:
        raise NotFound
    in_force = published.agreement_at(name, at).version if name in published.versions else 0
    number = version or in_force or max(terms)
    if number not in terms:
        raise NotFound
    earlier = [each for each in adopted if each < number]
    today = local_day(terms[number].calendar, at)

    def reading(which: int) -> Reading:
        return read_agreement(terms[which], published, language, today=today)

    shown = reading(number)
    before = max(earlier, default=None)
    return AgreementPage(
        reading=shown,
        terms=terms[number],
        state=State.ADOPTED if number in adopted else known[number].state,
        is_in_force=number == in_force,
        in_force=in_force,
        shown=known.get(number),
        changes=changes(reading(before), shown, language) if before is not None else (),
        before=before,
        history=tuple(
            VersionLine(
                number=each,
                state=State.ADOPTED if each in adopted else known[each].state,
                is_in_force=each == in_force,
                is_shown=each == number,
                valid=validity_text(terms[each].agreement, language),
                how=known.get(each),
            )
            for each in sorted(terms, reverse=True)
        ),
        at=at,
    )
