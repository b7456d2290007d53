"""Told − known = what has happened to somebody's jobs, as a pure function. Told the same again, nothing has.

A source tells how things are; joiner, mover and leaver are what must have happened since. What is past is not
rewritten because a source has forgotten it: of what has begun, only the line that is in force now is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from app.people.engaging import DAY, Content, Span


@dataclass(frozen=True, slots=True)
class Known:
    """One period as it stands here. Withdrawn ones are not among them."""

    id: int
    key: str
    content: Content
    span: Span
    leaves: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One period as the source has it."""

    key: str
    content: Content
    span: Span
    leaves: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    told: Told


@dataclass(frozen=True, slots=True)
class Moved:
    """From `before`, to what is told; `told.span.starts_on` is the day."""

    before: Known
    told: Told


@dataclass(frozen=True, slots=True)
class Corrected:
    """It is, and was, as is said now; its days too."""

    before: Known
    content: Content
    span: Span


@dataclass(frozen=True, slots=True)
class EndSet:
    """Ended, prolonged, or (None) without an end again; nothing else."""

    before: Known
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    before: Known


@dataclass(frozen=True, slots=True)
class LeavesSet:
    before: Known
    leaves: tuple[Span, ...]


Change: TypeAlias = Joined | Moved | Corrected | EndSet | Withdrawn | LeavesSet


def differences(
    known: Sequence[Known], told: Sequence[Told], on: date, *, unreadable: Collection[str] = ()
) -> tuple[Change, ...]:
    """Everything that happened, told on the day `on`. Of jobs whose lines were `unreadable` nothing is concluded."""
    keys = dict.fromkeys([*(each.key for each in known), *(each.key for each in told)])
    found: list[Change] = []
    for key in keys:
        if key not in unreadable:
            ours = sorted((each for each in known if each.key == key), key=lambda each: each.span.starts_on)
            theirs = sorted((each for each in told if each.key == key), key=lambda each: each.span.starts_on)
            found += _of_one(ours, theirs, on) if theirs else _gone(ours, on)
    return tuple(found)


def _gone(ours: Sequence[Known], on: date) -> list[Change]:
    """The source no longer knows of it: what has not begun is withdrawn, what is in force ends today."""
    found: list[Change] = []
    for each in ours:
        if each.span.starts_on > on:
            found.append(Withdrawn(each))
        elif each.span.ends_on is None or each.span.ends_on > on:
            found.append(EndSet(each, on))
    return found


def _of_one(ours: list[Known], theirs: list[Told], on: date) -> list[Change]:
    begun = [each for each in ours if each.span.starts_on <= on]
    ahead = [each for each in ours if each.span.starts_on > on]
    told_begun = [each for each in theirs if each.span.starts_on <= on]
    told_ahead = [each for each in theirs if each.span.starts_on > on]
    found: list[Change] = []
    if told_begun and begun:
        found += _now(begun, told_begun[-1], None if ahead or not told_ahead else told_ahead[0], on)
    elif told_begun and ahead:
        found += _same(ahead.pop(0), told_begun[-1])
    elif told_begun:
        found.append(Joined(told_begun[-1]))
    elif (
        begun
        and not ahead
        and _is_in_force(begun[-1], on)
        and told_ahead[0].content.job == begun[-1].content.job
    ):
        # It was said to have begun, and is now said to begin later.
        found += _same(begun[-1], told_ahead.pop(0))
    elif begun and ahead and _is_in_force(begun[-1], told_ahead[0].span.starts_on):
        # What is to come, which is known, now comes sooner.
        found.append(EndSet(begun[-1], told_ahead[0].span.starts_on - DAY))
    return found + _ahead(begun[-1] if begun else None, ahead, told_ahead)


def _now(begun: Sequence[Known], told: Told, next_move: Told | None, on: date) -> list[Change]:
    """What is in force (or was, last), against what the source says is. `next_move` is to come, and not known yet."""
    here = begun[-1]
    if not _goes_on(here, told):
        return [Joined(told)]
    if told.content.job != here.content.job:
        day = told.span.starts_on if told.span.starts_on > here.span.starts_on else on
        if told.span.ends_on is not None and told.span.ends_on < day:
            # It is over; what it was meanwhile makes no difference to anything.
            told = replace(told, content=here.content)
        elif day > here.span.starts_on:
            return [Moved(here, replace(told, span=Span(day, told.span.ends_on)))]
    # With a history, the source may name the first day of all, or of this period: both are true.
    starts_on = told.span.starts_on if len(begun) == 1 else here.span.starts_on
    ends_on = told.span.ends_on
    if next_move is not None and here.span.ends_on is None and ends_on == next_move.span.starts_on - DAY:
        # The move ends it.
        ends_on = None
    if ends_on is not None:
        ends_on = max(ends_on, starts_on)
    return _same(here, replace(told, span=Span(starts_on, ends_on)))


def _is_in_force(known: Known, on: date) -> bool:
    return known.span.ends_on is None or known.span.ends_on >= on


def _ahead(here: Known | None, ours: list[Known], theirs: Sequence[Told]) -> list[Change]:
    """What is to come: the same day is the same period; then in order; what is left over is new, or withdrawn."""
    found: list[Change] = []
    by_day = {each.span.starts_on: each for each in ours}
    unpaired = [each for each in theirs if each.span.starts_on not in by_day]
    for told in theirs:
        if told.span.starts_on in by_day:
            known = by_day[told.span.starts_on]
            ours.remove(known)
            found += _same(known, told)
    for told in unpaired:
        if ours:
            found += _same(ours.pop(0), told)
        elif here is not None and told is unpaired[0] and _goes_on(here, told):
            found.append(Moved(here, told))
        else:
            found.append(Joined(told))
    return [*map(Withdrawn, ours), *found]


def _goes_on(here: Known, told: Told) -> bool:
    """Nothing lies between: whoever is back after a while has joined anew."""
    return here.span.ends_on is None or here.span.ends_on >= told.span.starts_on - DAY


def _same(known: Known, told: Told) -> list[Change]:
    """The same period, perhaps told otherwise. A source that does not know the rota leaves what the leader has said."""
    found: list[Change] = []
    if told.content.last_shift_ends_at is None and told.span.ends_on == known.span.ends_on:
        content = replace(told.content, last_shift_ends_at=known.content.last_shift_ends_at)
        told = replace(told, content=content)
    if known.content != told.content or known.span.starts_on != told.span.starts_on:
        found.append(Corrected(known, told.content, told.span))
    elif known.span.ends_on != told.span.ends_on:
        found.append(EndSet(known, told.span.ends_on))
    if told.leaves is not None and known.leaves != told.leaves:
        found.append(LeavesSet(known, told.leaves))
    return found


def without_a_job_after(known: Sequence[Known], changes: Sequence[Change], on: date) -> bool:
    """Whether somebody who has a job on the day, or is to have one, has none when the changes are made."""

    def left(span: Span) -> bool:
        return span.ends_on is None or span.ends_on > on

    if not any(left(each.span) for each in known):
        return False
    spans = {each.id: each.span for each in known}
    for change in changes:
        match change:
            case Joined(told):
                spans[-len(spans) - 1] = told.span
            case Moved(before, told):
                spans[before.id] = Span(before.span.starts_on, told.span.starts_on - DAY)
                spans[-len(spans) - 1] = told.span
            case Corrected(before, _, span):
                spans[before.id] = span
            case EndSet(before, ends_on):
                spans[before.id] = Span(before.span.starts_on, ends_on)
            case Withdrawn(before):
                del spans[before.id]
            case LeavesSet():
                pass
    return not any(left(span) for span in spans.values())
