"""What the groups and app roles of the directory make people in Skranke. The directory decides where it is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.models import Membership


class Rule(BaseModel):
    """One line of SKRANKE_GROUPS_FILE: whoever is in the group is an agent of the unit, or its lead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str = Field(min_length=1)
    """A group's object id, or the value of an app role."""
    unit: str = Field(min_length=1)
    lead: bool = False


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
    decided = {rule.unit for rule in rules}
    if not decided:
        return []
    wanted: dict[str, bool] = {}
    for rule in rules:
        if rule.group in groups:
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
