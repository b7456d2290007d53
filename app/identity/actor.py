"""The one who acts, as every policy and every event sees them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """A person or a named part of the system, with what their place in the organisation lets them see."""

    person_id: int | None
    name: str
    language: str = "nb"
    system: str | None = None
    acting_for_id: int | None = None
    units: frozenset[str] = frozenset()
    """Units (fagenheter) they are an agent of."""
    leads_units: frozenset[str] = frozenset()
    leads_org_units: frozenset[int] = frozenset()
    orders_for: frozenset[int] = frozenset()
    """Org units they are bestiller for."""
    authorities: frozenset[tuple[str, str]] = frozenset()
    """(authority, scope) pairs in force today."""
    first_line: bool = False
    scopes: frozenset[str] = field(default_factory=frozenset)
    """Of an API token; a browser session has `{"*"}`."""
    session_id: int | None = None

    def works_in(self, unit: str | None) -> bool:
        return unit in self.units

    @property
    def is_agent(self) -> bool:
        return bool(self.units)

    @property
    def is_leader(self) -> bool:
        return bool(self.leads_org_units or self.authorities)


def system_actor(name: str) -> Actor:
    """A recurring job or a delivery, by its name in the log."""
    return Actor(person_id=None, name=name, system=name)
