"""Whatever the other system does with each call, the grant ends as the system has it, and nothing is done twice in the dark."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import product

from app.access.checking import Objection
from app.access.models import Outcome, Way
from app.access.provisioning import Call, _ask_and_do
from integrations.provisioning.target import (
    Away,
    Denied,
    Holder,
    Sort,
    Thing,
    Throttled,
    Unanswered,
    Who,
)

AT = datetime(2026, 11, 22, tzinfo=UTC)


class Mood(Enum):
    """What one call meets."""

    ANSWERS = auto()
    SILENT = auto()
    """It is done, and nobody is told."""
    DEAF = auto()
    """It is not done, and nobody is told."""
    AWAY = auto()
    BUSY = auto()
    REFUSES = auto()


@dataclass
class System:
    """One account and one thing; strict about what is there already when it is `strict`."""

    moods: list[Mood]
    answers: bool
    makes_accounts: bool
    strict: bool
    has_account: bool
    there: bool
    writes: list[str] = field(default_factory=list)

    def meet(self) -> Mood:
        mood = self.moods.pop(0) if self.moods else Mood.ANSWERS
        if mood is Mood.AWAY:
            raise Away("x connection")
        if mood is Mood.BUSY:
            raise Throttled("x 429", timedelta(seconds=1))
        if mood is Mood.DEAF:
            raise Unanswered("x timeout")
        if mood is Mood.REFUSES:
            raise Denied("x 403")
        return mood

    async def account_of(self, who: Who) -> str | None:
        self.meet()
        return "ref" if self.has_account else None

    async def has(self, who: Who, thing: Thing, *, at: datetime) -> bool:
        self.meet()
        return self.there

    async def give(self, who: Who, thing: Thing, *, key: str, at: datetime) -> str:
        return self._write(True, key)

    async def take(self, who: Who, thing: Thing, *, key: str, at: datetime) -> None:
        self._write(False, key)

    def _write(self, there: bool, key: str) -> str:
        mood = self.meet()
        if self.strict and self.there is there:
            raise Denied("x 400")
        self.writes.append(key)
        self.there, self.has_account = there, True
        if mood is Mood.SILENT:
            raise Unanswered("x timeout")
        return "ref"

    async def holders(self, things: Collection[Thing], *, at: datetime) -> dict[Thing, list[Holder]]:
        return {thing: [Holder("ref")] if self.there else [] for thing in things}

    async def close(self) -> None: ...


CALLS = 4
"""The first so many calls meet every mood, in every order; those after them are answered."""


async def test_the_outcome_is_what_the_system_has() -> None:
    """Every order of moods, of a system that can be asked and one that cannot, with the yes withdrawn and without."""
    tried = 0
    for moods in product(Mood, repeat=CALLS):
        for way, answers, has_account, withdrawn_at in product(Way, (True, False), (True, False), (0, 2, 3)):
            if way is Way.TAKE and (withdrawn_at or not has_account):
                continue
            there = way is Way.TAKE
            system = System(list(moods), answers, not has_account, answers, has_account, there)
            await _try_until_settled(system, way, withdrawn_at)
            tried += 1
    assert tried == len(Mood) ** CALLS * (2 * 2 * 3 + 2)


async def _try_until_settled(system: System, way: Way, withdrawn_at: int) -> None:
    """As the loop does it: what is not settled is begun, and asked about. Raises AssertionError for a wrong outcome."""
    began, moods = system.there, tuple(system.moods)
    thing = Thing(Sort.GROUP, "g")
    call = Call(1, 1, "x", way, Who("", "100001"), thing, "access:1", AT, is_doubtful=False, objection=None)
    outcome = None
    for number in range(1, 12):
        if withdrawn_at == number:
            call = replace(call, objection=Objection.APPROVER)
        before = system.there
        try:
            outcome, _reason, _ref = await _ask_and_do(system, call)
            break
        except (Away, Throttled, Unanswered):
            call = replace(call, is_doubtful=True)
        except Denied:
            call = replace(call, is_doubtful=True)
            if way is Way.GIVE:
                outcome = Outcome.FAILED
                break
        assert call.objection is None or system.there <= before, f"{moods}: given when it may not be"
    wanted = {Outcome.DONE: way is Way.GIVE, Outcome.FAILED: began, Outcome.VOID: began}
    assert outcome is not None, f"{moods}: never settled"
    assert system.there is wanted[outcome], f"{moods}: {way} {outcome}, and there: {system.there}"
    if system.answers:
        assert system.writes.count("access:1") <= 1, f"{moods}: asked first, done once"
