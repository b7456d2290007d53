"""How much work a ticket took, from who had it when: whoever has several at once shares the time between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple


class Holding(NamedTuple):
    """One agent had one ticket in progress from `start` until `end`, in microseconds of open time."""

    agent: int
    start: int
    end: int


def attention(holdings: Sequence[Holding]) -> list[int]:
    """The open time each holding got: while an agent has k tickets in progress, each gets a k-th of the time.

    So nobody ever works more than one hour an hour. What else the agent did meanwhile (the phone, a meeting, lunch) is
    counted as work on what lay before them: the same will be needed around tickets to come. In the order given.
    """
    by_agent: dict[int, list[int]] = defaultdict(list)
    for place, holding in enumerate(holdings):
        by_agent[holding.agent].append(place)
    shares = [0] * len(holdings)
    for places in by_agent.values():
        _share(holdings, places, shares)
    return shares


def _share(holdings: Sequence[Holding], places: Sequence[int], shares: list[int]) -> None:
    """Of one agent: `given` is what a ticket in progress since the beginning would have got."""
    changes = sorted(
        change
        for place in places
        for change in ((holdings[place].start, 1, place), (holdings[place].end, -1, place))
        if holdings[place].start < holdings[place].end
    )
    given, before, at_once = 0.0, 0, 0
    given_at_start: dict[int, float] = {}
    for at, change, place in changes:
        if at_once:
            given += (at - before) / at_once
        before = at
        at_once += change
        if change > 0:
            given_at_start[place] = given
        else:
            shares[place] = int(given - given_at_start[place])


def staff_of(holdings: Sequence[Holding], period: int) -> int:
    """How many agents there were: of each `period` of open time, how many had something; the median of those."""
    present: dict[int, set[int]] = defaultdict(set)
    for agent, start, end in holdings:
        for number in range(start // period, end // period + 1):
            present[number].add(agent)
    if not present:
        return 0
    counts = sorted(map(len, present.values()))
    return counts[len(counts) // 2]
