"""The one who acts, as every policy and every event sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Office(StrEnum):
    """What somebody is named to, apart from where they work. None of them opens a ticket by itself but the process owner's."""

    PROCESS_OWNER = "process_owner"
    """Over a service, by its key."""
    CATALOGUE_EDITOR = "catalogue_editor"
    PRIVACY_OFFICER = "privacy_officer"
    """Personvernombud and security officer: sees who looked at what, and no case."""
    TECHNICAL_ADMINISTRATOR = "technical_administrator"
    """Keeps it running; sees no content."""
    WHISTLEBLOWING_RECIPIENT = "whistleblowing_recipient"
    """The named mottak (arbeidsmiljøloven kap. 2 A)."""


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
    stands_in: frozenset[tuple[str, str, int]] = frozenset()
    """(authority, scope, who is away): held as somebody's deputy today; `authorities` has the first two as well."""
    stands_in_for: frozenset[int] = frozenset()
    """Everybody they are deputy for today."""
    acts_as: frozenset[int] = frozenset()
    """Those of them in whose office they are konstituert."""
    first_line: bool = False
    offices: frozenset[tuple[Office, str]] = frozenset()
    """(office, scope) pairs; the scope is empty for an office over the whole municipality."""
    kin: frozenset[int] = frozenset()
    """Persons with whom a near tie is recorded, by either of the two."""
    leaders: frozenset[int] = frozenset()
    """Their own nearest leader in each engagement in force."""
    glass: frozenset[int] = frozenset()
    """Tickets they have broken the glass to, while that lasts."""
    scopes: frozenset[str] = field(default_factory=frozenset)
    """Of an API token; a browser session has `{"*"}`."""
    session_id: int | None = None
    only_oneself: bool = False
    """Came in by the second way: reaches what is one's own, and nothing that a place at work gives."""
    signed_in_at: datetime | None = field(default=None, compare=False)
    """When they last proved who they are; None for keys, systems, and where the issuer did not say."""
    signed_in_recently: bool = field(default=False, compare=False)
    """As the request began. No part of who they are: what is made ready for an actor is not made anew for it."""

    def works_in(self, unit: str | None) -> bool:
        return unit in self.units

    def holds(self, office: Office, scope: str = "") -> bool:
        return (office, scope) in self.offices

    def scopes_of(self, office: Office) -> frozenset[str]:
        return frozenset(scope for held, scope in self.offices if held is office)

    def holdings(self) -> Iterator[tuple[int | None, list[tuple[str, str]]]]:
        """The authorities by whose right they are held: None for one's own, then each person one is deputy for."""
        as_deputy = {(authority, scope) for authority, scope, _who in self.stands_in}
        if own := sorted(self.authorities - as_deputy):
            yield None, own
        for who in sorted({who for *_, who in self.stands_in}):
            yield who, sorted((held, scope) for held, scope, whose in self.stands_in if whose == who)

    def away_for(self, authority: str, scope: str) -> frozenset[int]:
        """Whose place they take when they use the authority; nobody's when it is their own too."""
        return frozenset(who for held, over, who in self.stands_in if (held, over) == (authority, scope))

    @property
    def at_work_id(self) -> int:
        """For rows that name whoever leads, answers for or is asked: the person's id, or 0, which is nobody's."""
        return 0 if self.person_id is None or self.only_oneself else self.person_id

    @property
    def is_agent(self) -> bool:
        return bool(self.units)

    @property
    def leads(self) -> bool:
        """A place or a unit, whatever authorities they hold."""
        return bool(self.leads_org_units or self.leads_units)

    @property
    def is_leader(self) -> bool:
        return bool(self.leads_org_units or self.authorities or self.stands_in_for)


def system_actor(name: str) -> Actor:
    """A recurring job or a delivery, by its name in the log."""
    return Actor(person_id=None, name=name, system=name)
