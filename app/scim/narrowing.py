"""The part of a filter that an index answers. What it lets through is looked at whole; what it leaves out cannot match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath
from sqlalchemy import ColumnElement, exists, false

from app.scim.models import ScimEngagement, ScimGroup, ScimMember, ScimUser
from app.scim.words import compared

Table: TypeAlias = type[ScimUser] | type[ScimGroup] | type[ScimEngagement]


def narrowed(node: FilterNode | None, table: Table) -> list[ColumnElement[bool]]:
    """Conditions that every match fulfils; none when nothing in the filter helps."""
    found: list[ColumnElement[bool]] = []
    for name, value in _equalities(node):
        found += _condition(name, value, table)
    return found


def _equalities(node: FilterNode | None) -> Iterator[tuple[str, str]]:
    """«userName eq "x"», and «members[value eq "7"]» as «members.value», joined by nothing but «and»."""
    match node:
        case LogicalExpr(op=LogicalOperator.and_, terms=terms):
            for term in terms:
                yield from _equalities(term)
        case Comparison(attr_path=path, op=CompareOperator.eq, value=str(value)):
            name = f"{path.attr}.{path.sub_attr}" if path.sub_attr else path.attr
            yield name.casefold(), value
        case ValuePath(attr_path=path, val_filter=inner):
            for name, value in _equalities(inner):
                yield f"{path.attr}.{name}".casefold(), value
        case _:
            return


def _condition(name: str, value: str, table: Table) -> list[ColumnElement[bool]]:
    if name == "id":
        return [table.id == int(value) if is_id(value) else false()]
    if name == "externalid":
        return [table.external_id == value]
    if table is ScimUser and name == "username":
        return [ScimUser.user_name == compared(value)]
    if table is ScimGroup and name == "displayname":
        return [ScimGroup.display_name == compared(value)]
    if table is ScimGroup and name in ("members", "members.value"):
        member = (
            ScimMember.group_id == ScimGroup.id,
            ScimMember.user_id == int(value) if is_id(value) else false(),
        )
        return [exists().where(*member)]
    if table is ScimEngagement and name == "user":
        user_id = value.rpartition("/")[2]
        return [ScimEngagement.user_id == int(user_id) if is_id(user_id) else false()]
    return []


def is_id(written: str) -> bool:
    """Whether it may be one of ours: a number that PostgreSQL can hold."""
    return written.isascii() and written.isdigit() and len(written) <= 18
