"""Where scim2-server reads and writes: our tables, in the request's transaction. It does the protocol, we do the rows.

Source: scim2_server.storage.AsyncScimStorage, whose rules stand in its docstring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeAlias, cast

from scim2_models import (
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import AsyncScimStorage, SearchPage
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import IntegrityError

from app.scim.models import ScimEngagement, ScimGroup, ScimMember, ScimUser
from app.scim.narrowing import is_id, narrowed
from app.scim.pushing import Pushing
from app.scim.words import compared

Found: TypeAlias = Resource[Any]
Row: TypeAlias = ScimUser | ScimGroup | ScimEngagement
TABLES: dict[str | None, type[ScimUser] | type[ScimGroup] | type[ScimEngagement]] = {
    "User": ScimUser,
    "Group": ScimGroup,
    "Engagement": ScimEngagement,
}
ELSEWHERE = frozenset({"id", "meta", "groups", "members", "user"})
"""What stands in columns and rows, and not in the document."""
BATCH = 200
"""So many are looked at before other requests get their turn."""


class Storage(AsyncScimStorage):
    """Of one request."""

    def __init__(self, pushing: Pushing, provider: ScimProvider, *, reads: bool) -> None:
        self.pushing = pushing
        self.session = pushing.session
        self.provider = provider
        self.reads = reads

    def operation(self) -> AbstractAsyncContextManager[Any]:
        """A savepoint: one operation of a bulk request may fail alone. A request that reads has no transaction."""
        return nullcontext() if self.reads else self.session.begin_nested()

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Found:
        row = await self._row(resource_type, resource_id)
        return (await self._resources(resource_type, [row]))[0]

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        start, count = search_request.start_index_0 or 0, search_request.count
        if len(resource_types) == 1 and search_request.filter is None and search_request.sort_by is None:
            return await self._page(resource_types[0], start, count)
        found: list[Found] = []
        for resource_type in resource_types:
            found += await self._matching(resource_type, search_request)
        found = search_request.sort(found)
        return SearchPage(len(found), found[start : None if count is None else start + count])

    async def create(self, resource_type: ResourceType, resource: Found) -> Found:
        row = _table(resource_type)(version=0, created_at=func.clock_timestamp())
        await self._fill(row, resource)
        self.session.add(row)
        await self._flush()
        await self._follow(row, resource, None)
        return await self.get(resource_type, str(row.id))

    async def update(
        self, resource_type: ResourceType, resource: Found, *, expected_version: str | None = None
    ) -> Found:
        row = await self._row(resource_type, str(resource.id), lock=True)
        _check_version(row, expected_version)
        before, user_id = row.document, getattr(row, "user_id", None)
        await self._fill(row, resource)
        await self._flush()
        await self._follow(row, resource, before, user_id)
        return await self.get(resource_type, str(row.id))

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        row = await self._row(resource_type, resource_id, lock=True)
        _check_version(row, expected_version)
        members, names = set[int](), list[str]()
        if isinstance(row, ScimUser):
            await self.pushing.user_gone(row)
        elif isinstance(row, ScimGroup):
            members, names = await self.pushing.members_of(row.id), _names(row)
        await self.session.delete(row)
        await self.session.flush()
        if isinstance(row, ScimEngagement):
            await self.pushing.engagement_changed([row.user_id])
        await self.pushing.members_changed(members, gone=names)

    async def _row(self, resource_type: ResourceType, resource_id: str, *, lock: bool = False) -> Row:
        table = _table(resource_type)
        query = select(table).where(table.id == int(resource_id)) if is_id(resource_id) else None
        if query is not None and lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row: Row | None = None if query is None else (await self.session.scalars(query)).one_or_none()
        if row is None:
            raise NotFoundException(detail=f"{resource_type.name} {resource_id!r} not found")
        return row

    async def _page(self, resource_type: ResourceType, start: int, count: int | None) -> SearchPage:
        table = _table(resource_type)
        total = (await self.session.execute(select(func.count()).select_from(table))).scalar_one()
        rows = (await self.session.scalars(select(table).order_by(table.id).offset(start).limit(count))).all()
        return SearchPage(total, await self._resources(resource_type, rows))

    async def _matching(self, resource_type: ResourceType, search_request: SearchRequest[Any]) -> list[Found]:
        table, wanted = _table(resource_type), search_request.filter
        where: list[ColumnElement[bool]] = narrowed(wanted.ast if wanted is not None else None, table)
        found: list[Found] = []
        after = 0
        while True:
            query = select(table).where(*where, table.id > after).order_by(table.id).limit(BATCH)
            rows: Sequence[Row] = (await self.session.scalars(query)).all()
            resources = await self._resources(resource_type, rows)
            found += [each for each in resources if wanted is None or wanted.match(each)]
            if len(rows) < BATCH:
                return found
            after = rows[-1].id
            self.session.expunge_all()
            await asyncio.sleep(0)

    async def _resources(self, resource_type: ResourceType, rows: Sequence[Row]) -> list[Found]:
        """As scim2-server wants them; set-wise, with the groups of users and the members of groups."""
        model = self.provider.model_for(resource_type)
        assert model is not None
        linked = await self._linked(resource_type, [row.id for row in rows])
        found = []
        for row in rows:
            given = row.document | {"id": str(row.id)}
            given |= linked.get(row.id, {})
            resource = cast(Found, model.model_validate(given))
            resource.meta = Meta(
                resource_type=resource_type.name,
                created=row.created_at,
                last_modified=row.modified_at,
                version=_version(row),
            )
            found.append(resource)
        return found

    async def _linked(self, resource_type: ResourceType, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """By id: what stands in other rows. A user's groups, a group's members, the user of a job."""
        if not ids:
            return {}
        name = {"User": "groups", "Group": "members", "Engagement": "user"}[str(resource_type.id)]
        endpoint = "Groups" if name == "groups" else "Users"
        found: dict[int, dict[str, Any]] = {}
        for row in await self.session.execute(_links(name, ids)):
            link = {"value": str(row.other), "$ref": f"{endpoint}/{row.other}"}
            link |= {"display": row.display} if row.display else {}
            if name == "user":
                found[row.mine] = {name: link["$ref"]}
            else:
                found.setdefault(row.mine, {name: []})[name].append(link)
        return found

    async def _fill(self, row: Row, resource: Found) -> None:
        """Raises InvalidValueException for a job of nobody."""
        given = resource.model_dump()
        document = {name: value for name, value in given.items() if name not in ELSEWHERE}
        row.document = document
        row.external_id = document.get("externalId")
        row.version += 1
        row.modified_at = func.clock_timestamp()
        if isinstance(row, ScimUser):
            row.user_name = compared(document["userName"])
        elif isinstance(row, ScimGroup):
            row.display_name = compared(document["displayName"])
        else:
            (row.user_id,) = await self._known_users({str(given["user"]).rpartition("/")[2]})

    async def _flush(self) -> None:
        """Raises UniquenessException when somebody else has the name."""
        try:
            await self.session.flush()
        except IntegrityError as taken:
            raise UniquenessException from taken

    async def _follow(
        self, row: Row, resource: Found, before: dict[str, Any] | None, user_id: int | None = None
    ) -> None:
        """`user_id`: whose the job was until now."""
        if isinstance(row, ScimGroup):
            await self._set_members(row, resource, before)
            return
        try:
            if isinstance(row, ScimUser):
                await self.pushing.user_changed(row, before)
            else:
                await self.pushing.engagement_changed({row.user_id, user_id or row.user_id})
        except IntegrityError as taken:
            raise UniquenessException(detail="Another user is this person") from taken

    async def _known_users(self, wanted: set[str]) -> set[int]:
        """Raises InvalidValueException when one of them is no user here."""
        ids = {int(each) for each in wanted if is_id(each)}
        known = set(await self.session.scalars(select(ScimUser.id).where(ScimUser.id.in_(ids))))
        if len(known) < len(wanted):
            raise InvalidValueException(detail="There is no such user")
        return known

    async def _set_members(self, group: ScimGroup, resource: Found, before: dict[str, Any] | None) -> None:
        """Raises InvalidValueException for a member who is no user here."""
        wanted = {str(member.value) for member in getattr(resource, "members", None) or () if member.value}
        known = await self._known_users(wanted)
        old = await self.pushing.members_of(group.id)
        gone = (ScimMember.group_id == group.id, ScimMember.user_id.in_(old - known))
        await self.session.execute(delete(ScimMember).where(*gone))
        self.session.add_all(ScimMember(group_id=group.id, user_id=each) for each in sorted(known - old))
        await self.session.flush()
        names = {before.get("displayName"), before.get("externalId")} if before else set()
        renamed = {name for name in names if name} - set(_names(group))
        affected = old | known if renamed else old ^ known
        await self.pushing.members_changed(affected, gone=renamed)


def _table(resource_type: ResourceType) -> type[Any]:
    return TABLES[resource_type.id]


def _links(name: str, ids: Sequence[int]) -> Select[tuple[int, int, str | None]]:
    """(mine, other, display), in order."""
    if name == "user":
        mine, other = ScimEngagement.id, ScimEngagement.user_id
    elif name == "groups":
        mine, other = ScimMember.user_id, ScimMember.group_id
    else:
        mine, other = ScimMember.group_id, ScimMember.user_id
    table = ScimGroup if name == "groups" else ScimUser
    display = table.document["displayName"].astext.label("display")
    query = select(mine.label("mine"), other.label("other"), display).join(table, table.id == other)
    return query.where(mine.in_(ids)).order_by(mine, other)


def _names(group: ScimGroup) -> list[str]:
    return [name for name in (group.external_id, group.document.get("displayName")) if name]


def _version(row: Row) -> str:
    return f'W/"{row.version}"'


def _check_version(row: Row, expected: str | None) -> None:
    if expected is not None and expected != _version(row):
        raise PreconditionFailedException
