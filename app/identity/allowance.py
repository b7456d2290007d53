"""How often one may ask: so much a minute, counted in this process, for each person and for each address.

In memory and not in PostgreSQL, because it guards PostgreSQL: a count there would cost every request a write, and a
flood would reach the very thing it is to be kept from. What that gives up: with n processes the limit is between one
and n times what is set. Nothing else rests on it; every secret that could be guessed has 256 bits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

MOST_KEYS = 50_000
AT_ONCE = 0.25
"""The part of a minute's requests that may come at once: a page with its lists, a script's first burst."""


class Allowance:
    """The generic cell rate algorithm: one number for each key, the instant at which it is fully rested."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS
    ) -> None:
        """0 per minute: no limit."""
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self._at_once = max(1.0, per_minute * AT_ONCE) * self._seconds_each
        self._clock = clock
        self._most_keys = most_keys
        self._rested: dict[str, float] = {}

    def spend(self, key: str) -> float:
        """0 when it may; otherwise how many seconds until it may. A refusal costs nothing."""
        if not self._seconds_each:
            return 0.0
        now = self._clock()
        rested = max(now, self._rested.get(key, now)) + self._seconds_each
        if rested - now > self._at_once + 1e-9:
            return rested - now - self._at_once
        if len(self._rested) >= self._most_keys:
            self._forget(now)
        self._rested[key] = rested
        return 0.0

    def _forget(self, now: float) -> None:
        """Those at rest; if nobody is, those who have asked least."""
        awake = {key: rested for key, rested in self._rested.items() if rested > now}
        if len(awake) >= self._most_keys:
            awake = dict(sorted(awake.items(), key=lambda each: each[1])[self._most_keys // 2 :])
        self._rested = awake


@dataclass(frozen=True)
class Allowances:
    """The process's own, one for those who are known and one for those who are not."""

    per_person: Allowance = field(default_factory=lambda: Allowance(0))
    per_address: Allowance = field(default_factory=lambda: Allowance(0))

    @classmethod
    def of(cls, person_per_minute: int, address_per_minute: int) -> Allowances:
        return cls(Allowance(person_per_minute), Allowance(address_per_minute))

    def spend(self, person_id: int | None, address: str | None) -> float:
        """Seconds to wait; 0 when the request may go on."""
        if person_id is not None:
            return self.per_person.spend(str(person_id))
        return self.per_address.spend(network_of(address))


def network_of(address: str | None) -> str:
    """An IPv4 address, or the /64 an IPv6 address lies in: one household or machine has the whole of that."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else str(parsed)
