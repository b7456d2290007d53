"""How often the promises would have held, had they been made: each from what was known at that moment alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from sla.experience import WINDOW, Ended, Experience, Fact, Group, Opened, groups_of
from sla.forecast import EPOCH, MEDIAN, NINE_OF_TEN, Basis, Curve, Forecast, forecast, scale_of

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
HALFWAY = 0.5
"""Share of the promised working time at which a promise is looked at again, while the ticket is open."""


@dataclass(slots=True)
class Score:
    """Promises whose instant has come, and how many of them held."""

    medians: int = 0
    medians_held: int = 0
    nines: int = 0
    nines_held: int = 0

    def add(self, share: float, *, held: bool) -> None:
        if share == MEDIAN:
            self.medians, self.medians_held = self.medians + 1, self.medians_held + held
        else:
            self.nines, self.nines_held = self.nines + 1, self.nines_held + held

    @property
    def median_share(self) -> float:
        return self.medians_held / self.medians if self.medians else 0.0

    @property
    def nine_share(self) -> float:
        return self.nines_held / self.nines if self.nines else 0.0


@dataclass(slots=True)
class Calibration:
    """`halfway`: promises made anew for tickets still open when half of the agreed time was used."""

    overall: Score = field(default_factory=Score)
    halfway: Score = field(default_factory=Score)
    by_service: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    by_month: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    by_basis: dict[Basis, int] = field(default_factory=lambda: dict.fromkeys(Basis, 0))
    silent: int = 0
    """Tickets that nothing could be promised about."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """What was said about one ticket: by when, and the scores it counts in."""

    median_at: datetime
    nine_at: datetime
    scores: tuple[Score, ...]

    def settle(self, ended: Ended | None, *, until: datetime) -> None:
        """A promise counts when its instant has come by `until`, finished or not: slow ones are not left out.

        A ticket withdrawn before the instant says nothing about it.
        """
        withdrawn_at = ended.at if ended is not None and not ended.finished else None
        finished_at = ended.at if ended is not None and ended.finished else None
        for share, promised_at in ((MEDIAN, self.median_at), (NINE_OF_TEN, self.nine_at)):
            if promised_at <= until and not (withdrawn_at is not None and withdrawn_at <= promised_at):
                for score in self.scores:
                    score.add(share, held=finished_at is not None and finished_at <= promised_at)


class _Pages:
    """What pages would have shown: curves at most a day old, queues at most an hour."""

    def __init__(self, experience: Experience) -> None:
        self._experience = experience
        self._day = self._hour = EPOCH
        self._curves: dict[Group, Curve] = {}
        self._queues: dict[str, int] = {}

    def pass_time(self, at: datetime) -> None:
        self._experience.pass_time(at)
        if at - self._day >= A_DAY:
            self._day, self._curves = EPOCH + (at - EPOCH) // A_DAY * A_DAY, {}
        if at - self._hour >= AN_HOUR:
            self._hour, self._queues = EPOCH + (at - EPOCH) // AN_HOUR * AN_HOUR, self._experience.queues()

    def forecast(self, opened: Opened, used: timedelta) -> Forecast | None:
        groups = groups_of(opened.service, opened.priority, opened.unit, opened.agreement)
        scale = scale_of(opened.target, self._queues.get(opened.unit, 0))
        return forecast(((group[0], self._curve(group)) for group in groups), scale=scale, used=used)

    def _curve(self, group: Group) -> Curve:
        if group not in self._curves:
            self._curves[group] = self._experience.curve(group)
        return self._curves[group]


@dataclass(slots=True)
class Backtest:
    """A history that ends at `until`, as far as it has been followed; its facts are given in the order they happened.

    The first WINDOW only teaches. Then each ticket, opened at `since` or later, is promised a time when it is opened, and
    again when half of its agreed time is used, from what the pages would have known at that moment.
    """

    until: datetime
    since: datetime | None = None
    result: Calibration = field(default_factory=Calibration)
    experience: Experience = field(default_factory=Experience)
    pages: _Pages = field(init=False)
    begins: datetime | None = None
    pending: dict[int, list[_Promise]] = field(default_factory=dict)
    halfway: list[tuple[datetime, int, Opened]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pages = _Pages(self.experience)

    def follow(self, fact: Fact) -> None:
        if self.begins is None:
            taught_at = fact.at + WINDOW
            self.begins = taught_at if self.since is None else max(self.since, taught_at)
        while self.halfway and self.halfway[0][0] <= fact.at:
            self._look_again(*heappop(self.halfway))
        self.pages.pass_time(fact.at)
        if isinstance(fact, Opened):
            if fact.at >= self.begins:
                self._promise(fact)
        else:
            for promise in self.pending.pop(fact.ticket, ()):
                promise.settle(fact, until=self.until)
        self.experience.learn(fact)

    def finish(self) -> Calibration:
        for promises in self.pending.values():
            for promise in promises:
                promise.settle(None, until=self.until)
        return self.result

    def _promise(self, opened: Opened) -> None:
        found = self.pages.forecast(opened, timedelta())
        if found is None:
            self.result.silent += 1
            return
        self.result.by_basis[found.basis] += 1
        scores = (
            self.result.overall,
            self.result.by_service[opened.service],
            self.result.by_month[f"{opened.at:%Y-%m}"],
        )
        self.pending[opened.ticket] = [_promise_of(opened, found, scores)]
        half_used_at = opened.calendar.after(opened.at, opened.target * HALFWAY)
        heappush(self.halfway, (half_used_at, opened.ticket, opened))

    def _look_again(self, at: datetime, ticket: int, opened: Opened) -> None:
        if ticket not in self.pending:
            return
        self.pages.pass_time(at)
        found = self.pages.forecast(opened, opened.target * HALFWAY)
        if found is not None:
            self.pending[ticket].append(_promise_of(opened, found, (self.result.halfway,)))


def _promise_of(opened: Opened, found: Forecast, scores: tuple[Score, ...]) -> _Promise:
    after = opened.calendar.after
    return _Promise(after(opened.at, found.median), after(opened.at, found.nine_of_ten), scores)


def backtest(facts: Iterable[Fact], *, until: datetime, since: datetime | None = None) -> Calibration:
    history = Backtest(until, since)
    for fact in facts:
        history.follow(fact)
    return history.finish()
