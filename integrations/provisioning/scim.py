"""Users and groups of any SCIM 2.0 server (RFC 7643, 7644), with as little of the protocol as servers agree on.

Plain httpx and no client library: five calls, of servers that each leave something out. `scim2-client` checks every
answer against discovered schemas and refuses what is not whole, and takes its models with it into memory.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from integrations.provisioning.calling import call, call_patiently, read
from integrations.provisioning.target import Denied, Holder, Sort, Thing, Unanswered, Who

NAME = "scim"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PER_PAGE = 200
NOT_FOUND = {404: None}


@dataclass(frozen=True)
class ScimServer:
    """`attribute` is what people are matched by: userName or externalId."""

    url: str
    token: str
    attribute: str


class Scim:
    """A `Provisioner`. An account that is not there is made when something is first given."""

    answers = True
    makes_accounts = True

    def __init__(self, server: ScimServer, http: httpx.AsyncClient) -> None:
        self._server, self._http = server, http

    async def close(self) -> None:
        await self._http.aclose()

    async def account_of(self, who: Who) -> str | None:
        named = who.key.replace("\\", "\\\\").replace('"', '\\"')
        where = quote(f'{self._server.attribute} eq "{named}"', safe="")
        found = _resources(await self._get(f"/Users?filter={where}"))
        if len(found) > 1:
            raise Denied("scim ambiguous")
        return _id(found[0]) if found else None

    async def has(self, who: Who, thing: Thing, *, at: datetime) -> bool:
        if thing.sort is Sort.GROUP:
            group = await self._get(f"/Groups/{quote(thing.ref, safe='')}")
            return who.ref in {holder.ref for holder in _members(group)}
        response = await self._send("GET", f"/Users/{quote(who.ref, safe='')}", quiet=NOT_FOUND)
        return response.status_code != 404 and read(NAME, response).get("active", True) is True

    async def give(self, who: Who, thing: Thing, *, key: str, at: datetime) -> str:
        ref = who.ref or await self._make(who)
        if thing.sort is Sort.GROUP:
            await self._patch(f"/Groups/{quote(thing.ref, safe='')}", "add", "members", [{"value": ref}])
        elif who.ref:
            await self._patch(f"/Users/{quote(ref, safe='')}", "replace", "active", True)
        return ref

    async def take(self, who: Who, thing: Thing, *, key: str, at: datetime) -> None:
        if thing.sort is Sort.GROUP:
            named = who.ref.replace("\\", "\\\\").replace('"', '\\"')
            path = f'members[value eq "{named}"]'
            await self._patch(f"/Groups/{quote(thing.ref, safe='')}", "remove", path)
        elif await self.has(who, thing, at=at):
            await self._patch(f"/Users/{quote(who.ref, safe='')}", "replace", "active", False)

    async def holders(self, things: Collection[Thing], *, at: datetime) -> dict[Thing, list[Holder]]:
        """Groups tell ids only; what they are matched by is read from the list of users, once."""
        users = await self._users()
        keys = {holder.ref: holder.key for holder, _ in users}
        found: dict[Thing, list[Holder]] = {}
        for thing in things:
            if thing.sort is Sort.GROUP:
                group = await self._page(f"/Groups/{quote(thing.ref, safe='')}")
                found[thing] = [Holder(each.ref, keys.get(each.ref, "")) for each in _members(group)]
            else:
                found[thing] = [holder for holder, is_active in users if is_active]
        return found

    async def _users(self) -> list[tuple[Holder, bool]]:
        found: dict[str, tuple[Holder, bool]] = {}
        start = 1
        while True:
            page = await self._page(f"/Users?startIndex={start}&count={PER_PAGE}")
            resources = _resources(page)
            for user in resources:
                key = str(user.get(self._server.attribute) or "").lower()
                found[_id(user)] = Holder(_id(user), key), user.get("active", True) is True
            start += len(resources)
            total = page.get("totalResults")
            if not isinstance(total, int):
                raise Unanswered("scim body")
            if start > total:
                return list(found.values())
            if not resources:
                # Fewer than it says there are: whoever is missing would look as if they had lost everything.
                raise Unanswered("scim pages")

    async def _make(self, who: Who) -> str:
        """Raises Denied (409) when somebody else made it just now; then it is found at the next try."""
        given, _, family = who.name.rpartition(" ")
        user: dict[str, Any] = {
            "schemas": [USER],
            "userName": who.key if self._server.attribute == "userName" else who.email or who.key,
            "displayName": who.name,
            "name": {"givenName": given or family, "familyName": family},
            "active": True,
        }
        if who.employee_number:
            user["externalId"] = who.employee_number
        if who.email:
            user["emails"] = [{"value": who.email, "type": "work", "primary": True}]
        return _id(read(NAME, await self._send("POST", "/Users", user)))

    async def _patch(self, path: str, op: str, where: str, value: Any = None) -> None:
        operation: dict[str, Any] = {"op": op, "path": where}
        if value is not None:
            operation["value"] = value
        await self._send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})

    async def _get(self, path: str) -> dict[str, Any]:
        return read(NAME, await self._send("GET", path))

    async def _page(self, path: str) -> dict[str, Any]:
        return read(NAME, await self._send("GET", path, patient=True))

    async def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        quiet: dict[int, None] | None = None,
        patient: bool = False,
    ) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._server.token}",
            "Accept": "application/scim+json",
            "Content-Type": "application/scim+json",
        }
        asked = call_patiently if patient else call
        return await asked(
            self._http, NAME, method, f"{self._server.url}{path}", quiet=quiet, headers=headers, json=body
        )


def _resources(page: dict[str, Any]) -> list[dict[str, Any]]:
    found = page.get("Resources", [])
    if not isinstance(found, list):
        raise Unanswered("scim body")
    return found


def _members(group: dict[str, Any]) -> list[Holder]:
    members = group.get("members") or []
    if not isinstance(members, list):
        raise Unanswered("scim body")
    return [Holder(str(each.get("value"))) for each in members if isinstance(each, dict)]


def _id(user: Any) -> str:
    if not isinstance(user, dict) or not isinstance(user.get("id"), str):
        raise Unanswered("scim body")
    return str(user["id"])
