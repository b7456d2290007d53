"""What somebody should have: the union of what their jobs give. No database, no «now»; days are arguments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service_catalog.access_schema import Access, Profile

LONG_LEAVE = timedelta(days=28)
"""A shorter one pauses nothing: taking and giving back would cost more than it is worth."""
READY_AGAIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Job:
    """One engagement as access sees it. It is in force on its first and its last day too."""

    id: int
    code: str
    title: str
    kind: str
    place: str
    """As people call it."""
    places: frozenset[str]
    """The keys of the place and of all above it."""
    function: str
    """The place's KOSTRA function."""
    starts_on: date
    ends_on: date | None = None
    """The last day on which it gives something: the day after its own while the last shift goes on."""

    leaves: tuple[tuple[date, date | None], ...] = ()
    """First and last days of leave; None: until further notice."""

    def in_force(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)

    def is_away(self, on: date) -> bool:
        """On a long leave, and not back within days: what is paused then is made ready before they are."""
        return any(
            first <= on and (last is None or (last >= on + READY_AGAIN and last - first >= LONG_LEAVE))
            for first, last in self.leaves
        )


@dataclass(frozen=True, slots=True)
class Given:
    """That one job gives one entitlement, by one profile: the «fordi» of a line."""

    job: Job
    profile: str


Gives = Mapping[str, tuple[Given, ...]]
"""By entitlement: every job and profile that gives it. Never an empty one."""


def fits(profile: Profile, job: Job) -> bool:
    """Whether the job has everything that the profile says; what it does not say fits all."""
    return (
        (not profile.codes or job.code in profile.codes)
        and (not profile.functions or job.function in profile.functions)
        and (not profile.places or not job.places.isdisjoint(profile.places))
        and (not profile.kinds or job.kind in profile.kinds)
    )


def given_by(access: Access, jobs: Iterable[Job]) -> Gives:
    """What these jobs give together, whenever they are."""
    found: dict[str, list[Given]] = defaultdict(list)
    for job in jobs:
        for profile in access.profiles.values():
            if fits(profile, job):
                for key in profile.gives:
                    found[key].append(Given(job, profile.key))
    return {key: tuple(given) for key, given in found.items()}
