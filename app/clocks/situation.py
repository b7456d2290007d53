"""The log as promises read it: after each event, who holds the subject, whether it waits, and what was agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from sla.statute import LegalDates


class Fact(Protocol):
    """An event as the clocks read it."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


class BrokenLog(ValueError):
    """Events that no subject can have had; nothing is computed from them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which promise was given: an agreement as it stood in a published catalogue."""

    catalogue_version: int
    agreement: str
    agreement_version: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What the events so far say about one subject, as far as promises care."""

    terms: Terms
    priority: str
    holder: str
    """The unit whose time it is. A handover that is not accepted is still the giver's."""
    legal: tuple[tuple[str, LegalDates], ...] = ()
    """By the name of the statute."""
    is_open: bool = True
    waiting: str | None = None
    answered: bool = False
    """The unit has answered, or has ended it without."""
    news: int = 0
    """How often the requester was told something: by a public answer, or by an ending that was then reopened."""
    asked: int = 0
    """How often it has begun to wait for the requester."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The situation from `at` on, and the kind of event that made it."""

    at: datetime
    kind: str
    now: Situation


def _opened(payload: Mapping[str, Any]) -> Situation:
    return Situation(_terms(payload), str(payload["priority"]), str(payload["unit"]), _legal(payload))


def _terms(payload: Mapping[str, Any]) -> Terms:
    return Terms(
        int(payload["catalogue_version"]), str(payload["agreement"]), int(payload["agreement_version"])
    )


def _legal(payload: Mapping[str, Any]) -> tuple[tuple[str, LegalDates], ...]:
    """Source: `legal_payload`."""
    return tuple(
        (name, LegalDates(*(date.fromisoformat(day) for day in days)))
        for name, days in sorted(payload.get("legal", {}).items())
    )


def legal_payload(dates: Mapping[str, LegalDates]) -> dict[str, list[str]]:
    """The dates as the opening event keeps them: «aml-14-5» → first and perhaps last day, ISO 8601.

    In the log and not only in the answers: a legal clock must be computable when the answers are long erased.
    """
    return {
        name: [day.isoformat() for day in (each.starts_on, each.ends_on) if day is not None]
        for name, each in dates.items()
    }


def _replied(now: Situation, payload: Mapping[str, Any]) -> Situation:
    return replace(now, answered=True, news=now.news + 1) if payload.get("answer") else now


def _waiting(now: Situation, payload: Mapping[str, Any]) -> Situation:
    reason = str(payload["reason"])
    return replace(now, waiting=reason, asked=now.asked + (reason == "requester"))


def _moved(now: Situation, payload: Mapping[str, Any]) -> Situation:
    return replace(now, holder=str(payload["to_unit"]))


def _reagreed(now: Situation, payload: Mapping[str, Any]) -> Situation:
    """Another service, or a newer agreement that somebody asked for: everything counts under it, from the opening."""
    priority = str(payload.get("priority", now.priority))
    legal = _legal(payload) if "legal" in payload else now.legal
    return replace(now, terms=_terms(payload), priority=priority, legal=legal)


OPENED = "ticket.opened"
TURNS: dict[str, Callable[[Situation, Mapping[str, Any]], Situation]] = {
    "ticket.waiting": _waiting,
    "ticket.resumed": lambda now, _: replace(now, waiting=None),
    "ticket.replied": _replied,
    "ticket.resolved": lambda now, _: replace(now, is_open=False, waiting=None, answered=True),
    "ticket.reopened": lambda now, _: replace(now, is_open=True, news=now.news + 1),
    "ticket.priority_changed": lambda now, payload: replace(now, priority=str(payload["priority"])),
    "ticket.handover_accepted": _moved,
    "ticket.rerouted": _moved,
    "ticket.agreement_changed": _reagreed,
    "ticket.service_changed": _reagreed,
}
"""Every other kind leaves the clocks alone."""
TURNING = (OPENED, *TURNS)


def moments_of(facts: Iterable[Fact]) -> list[Moment]:
    """The situations in order. BrokenLog when the log does not begin with the opening, or goes back in time."""
    moments: list[Moment] = []
    for fact in facts:
        turn = TURNS.get(fact.kind)
        if fact.kind == OPENED:
            if moments:
                raise BrokenLog(f"{OPENED} twice, the second time at {fact.at}")
            moments.append(Moment(fact.at, fact.kind, _opened(fact.payload)))
        elif turn is not None:
            if not moments:
                raise BrokenLog(f"{fact.kind} at {fact.at} before the opening")
            last = moments[-1]
            if fact.at < last.at:
                raise BrokenLog(f"{fact.kind} at {fact.at} after {last.kind} at {last.at}")
            moments.append(Moment(fact.at, fact.kind, turn(last.now, fact.payload)))
    if not moments:
        raise BrokenLog(f"no {OPENED}")
    return moments
