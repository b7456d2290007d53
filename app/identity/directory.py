"""What the groups and app roles of the directory make people in Skranke. The directory decides where it is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Office, system_actor
from app.people.models import Membership
from app.people.offices import SCOPED, appoint, dismiss

DIRECTORY = system_actor("directory")


class Rule(BaseModel):
    """One line of SKRANKE_GROUPS_FILE: whoever is in the group is an agent of the unit, its lead, or holds the office."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str = Field(min_length=1)
    """A group's object id, or the value of an app role."""
    unit: str = ""
    lead: bool = False
    office: Office | None = None
    over: str = ""
    """The service's key, for process owners."""

    @model_validator(mode="after")
    def _gives_one_thing(self) -> Self:
        if bool(self.unit) == (self.office is not None):
            raise ValueError("a line gives either a unit or an office")
        if bool(self.over) != (self.office in SCOPED):
            raise ValueError("«over» is the service of a process owner, and of nobody else")
        if self.lead and not self.unit:
            raise ValueError("one leads a unit")
        return self


@dataclass(frozen=True)
class Change:
    verb: Literal["given", "taken"]
    unit: str
    lead: bool


class UnreadableRules(ValueError):
    """The file is not a list of rules; the message says where."""


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Raises UnreadableRules, and OSError when there is no such file."""
    try:
        return tuple(
            TypeAdapter(list[Rule]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
        )
    except (ValidationError, yaml.YAMLError) as wrong:
        raise UnreadableRules(f"{path}: {wrong}") from wrong


async def follow_directory(
    session: AsyncSession, person_id: int, groups: Collection[str], rules: Collection[Rule]
) -> list[Change]:
    """Make the person a member of exactly what their groups say, among the units that any rule names.

    Units that no rule names are left to the register of people.
    """
    decided = {rule.unit for rule in rules if rule.unit}
    if not decided:
        return []
    wanted: dict[str, bool] = {}
    for rule in rules:
        if rule.unit and rule.group in groups:
            wanted[rule.unit] = wanted.get(rule.unit, False) or rule.lead
    mine = (Membership.person_id == person_id, Membership.unit.in_(decided))
    has = {
        row.unit: row.lead
        for row in await session.execute(select(Membership.unit, Membership.lead).where(*mine))
    }
    gone = sorted(has.keys() - wanted.keys())
    new = {unit: lead for unit, lead in sorted(wanted.items()) if has.get(unit) is not lead}
    if gone:
        await session.execute(delete(Membership).where(*mine, Membership.unit.in_(gone)))
    for unit, lead in new.items():
        row = insert(Membership).values(person_id=person_id, unit=unit, lead=lead)
        await session.execute(
            row.on_conflict_do_update(index_elements=["person_id", "unit"], set_={"lead": lead})
        )
    return [
        *(Change("taken", unit, has[unit]) for unit in gone),
        *(Change("given", unit, lead) for unit, lead in new.items()),
    ]


async def follow_offices(
    session: AsyncSession, person_id: int, groups: Collection[str], rules: Collection[Rule]
) -> None:
    """The same for offices: exactly what their groups say, among those that any rule names. In the log, as given by the
    directory. Whoever leaves the group holds the office until they next sign in, or their session ends.
    """
    decided = {(rule.office, rule.over) for rule in rules if rule.office is not None}
    wanted = {(rule.office, rule.over) for rule in rules if rule.group in groups}
    for office, over in sorted(decided, key=str):
        assert office is not None
        if (office, over) in wanted:
            await appoint(session, person_id, office, over, by=DIRECTORY)
        else:
            await dismiss(session, person_id, office, over, by=DIRECTORY)
