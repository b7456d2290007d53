"""Ours and the limit in turns, so that a busy moment of the machine falls on both."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import quantiles

from bench.client import Sample, Target, load
from bench.processes import cpu_seconds

ROUNDS = 5
WARM_SECONDS = 0.5


@dataclass
class Side:
    """One of the two: how to ask it, and what it used."""

    target: Target
    server: int
    sample: Sample = field(default_factory=Sample)
    server_cpu: float = 0.0
    database_cpu: float = 0.0
    asked: int = 0

    @property
    def per_second(self) -> float:
        return len(self.sample.latencies) / self.sample.seconds

    @property
    def cpu_ms(self) -> float:
        """Of the server and the database together, per request."""
        return 1000 * (self.server_cpu + self.database_cpu) / len(self.sample.latencies)

    @property
    def database_cpu_ms(self) -> float:
        return 1000 * self.database_cpu / len(self.sample.latencies)

    def percentile_ms(self, percent: int) -> float:
        return 1000 * quantiles(self.sample.latencies, n=100, method="inclusive")[percent - 1]


@dataclass
class Pair:
    """The same thing asked of ours and of the limit."""

    name: str
    concurrency: int
    ours: Side
    limit: Side

    @property
    def ratio(self) -> float:
        return self.ours.per_second / self.limit.per_second


async def side_by_side(pair: Pair, *, database: int, seconds: float) -> Pair:
    """Both sides for `seconds` each, in turns; which one begins changes every round."""
    for side in (pair.ours, pair.limit):
        warm = await load(
            side.target,
            concurrency=pair.concurrency,
            seconds=min(WARM_SECONDS, seconds / 2),
            first=side.asked,
        )
        side.asked += len(warm.latencies) + pair.concurrency
    for number in range(ROUNDS):
        both = (pair.ours, pair.limit) if number % 2 == 0 else (pair.limit, pair.ours)
        for side in both:
            await _turn(side, database, pair.concurrency, seconds / ROUNDS)
    return pair


async def _turn(side: Side, database: int, concurrency: int, seconds: float) -> None:
    server, postgres = cpu_seconds(side.server), cpu_seconds(database)
    sample = await load(side.target, concurrency=concurrency, seconds=seconds, first=side.asked)
    side.server_cpu += cpu_seconds(side.server) - server
    side.database_cpu += cpu_seconds(database) - postgres
    side.asked += len(sample.latencies) + concurrency
    side.sample.add(sample)


async def alone(target: Target, *, seconds: float, first: int = 0) -> Sample:
    """One side only, one request at a time: latencies of ours at two sizes, or over many words."""
    await load(target, concurrency=1, seconds=min(WARM_SECONDS, seconds / 2), first=first)
    return await load(target, concurrency=1, seconds=seconds, first=first)


def percentile_ms(latencies: list[float], percent: int) -> float:
    return 1000 * quantiles(latencies, n=100, method="inclusive")[percent - 1]
