"""Groups, licences and accounts in Entra ID, over Microsoft Graph v1.0, many calls in one `$batch`.

Source: learn.microsoft.com, Microsoft Graph REST API v1.0 (group: add and remove member, user: assignLicense,
checkMemberGroups, JSON batching, throttling guidance). Needs GroupMember.ReadWrite.All, User.Read.All,
LicenseAssignment.ReadWrite.All and User.EnableDisableAccount.All, as application permissions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from integrations.provisioning.calling import call, call_patiently, check, read
from integrations.provisioning.target import Denied, Holder, Sort, Thing, Unanswered, Who

GRAPH, LOGIN = "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
NAME = "graph"
BATCH = 20
"""The most Graph takes in one."""
GATHER_SECONDS = 0.02
"""How long the first call waits for others to go with."""
EARLY_SECONDS = 300
"""How long before it ends a token is renewed."""


@dataclass(frozen=True)
class GraphApp:
    """The registered application that Skranke is there. `attribute` is what people are matched by."""

    tenant: str
    client_id: str
    client_secret: str
    attribute: str
    url: str = GRAPH
    login_url: str = LOGIN


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


Waiting = tuple[dict[str, Any], asyncio.Future[Answer]]


class Graph:
    """A `Provisioner`. Calls that are made at the same time leave together, and each has its own outcome."""

    answers = True
    makes_accounts = False

    def __init__(self, app: GraphApp, http: httpx.AsyncClient) -> None:
        self._app, self._http = app, http
        self._token, self._token_until = "", 0.0
        self._token_lock = asyncio.Lock()
        self._waiting: list[Waiting] = []
        self._leaving: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await self._http.aclose()

    async def account_of(self, who: Who) -> str | None:
        named = who.key.replace("'", "''")
        where = quote(f"{self._app.attribute} eq '{named}'", safe="")
        found = await self._ask("GET", f"/users?$filter={where}&$select=id")
        users = _values(found)
        if len(users) > 1:
            # Two accounts with one number: whoever guesses gives somebody else's access away.
            raise Denied("graph ambiguous")
        return _id(users[0]) if users else None

    async def has(self, who: Who, thing: Thing, *, at: datetime) -> bool:
        if thing.sort is Sort.GROUP:
            asked = {"groupIds": [thing.ref]}
            found = await self._ask("POST", f"/users/{who.ref}/checkMemberGroups", asked)
            return thing.ref in _list(found.body.get("value"))
        if thing.sort is Sort.LICENCE:
            found = await self._ask("GET", f"/users/{who.ref}/licenseDetails?$select=skuId")
            return any(each.get("skuId") == thing.ref for each in _values(found))
        found = await self._ask("GET", f"/users/{who.ref}?$select=accountEnabled", quiet={404})
        return found.status != 404 and found.body.get("accountEnabled") is True

    async def give(self, who: Who, thing: Thing, *, key: str, at: datetime) -> str:
        if thing.sort is Sort.GROUP:
            member = {"@odata.id": f"{self._app.url}/directoryObjects/{who.ref}"}
            await self._ask("POST", f"/groups/{thing.ref}/members/$ref", member)
        elif thing.sort is Sort.LICENCE:
            await self._license(who, add=[{"skuId": thing.ref, "disabledPlans": []}], remove=[])
        else:
            await self._ask("PATCH", f"/users/{who.ref}", {"accountEnabled": True})
        return who.ref

    async def take(self, who: Who, thing: Thing, *, key: str, at: datetime) -> None:
        if thing.sort is Sort.GROUP:
            path = f"/groups/{thing.ref}/members/{who.ref}/$ref"
            answer = await self._ask("DELETE", path, quiet={404})
            # 404: not in it, or in it only through another group, from where it cannot be taken here.
            if answer.status == 404 and await self.has(who, thing, at=at):
                raise Denied("graph inherited")
        elif thing.sort is Sort.LICENCE:
            if await self.has(who, thing, at=at):
                await self._license(who, add=[], remove=[thing.ref])
        else:
            await self._ask("PATCH", f"/users/{who.ref}", {"accountEnabled": False}, quiet={404})
            await self._ask("POST", f"/users/{who.ref}/revokeSignInSessions", {}, quiet={404})

    async def _license(self, who: Who, *, add: list[dict[str, Any]], remove: list[str]) -> None:
        change = {"addLicenses": add, "removeLicenses": remove}
        await self._ask("POST", f"/users/{who.ref}/assignLicense", change)

    async def holders(self, things: Collection[Thing], *, at: datetime) -> dict[Thing, list[Holder]]:
        return {thing: await self._holders(thing) for thing in things}

    async def _holders(self, thing: Thing) -> list[Holder]:
        some = f"$select=id,{self._app.attribute}&$top=999"
        if thing.sort is Sort.GROUP:
            path = f"/groups/{thing.ref}/transitiveMembers/microsoft.graph.user?{some}"
        elif thing.sort is Sort.LICENCE:
            where = quote(f"assignedLicenses/any(s:s/skuId eq {thing.ref})", safe="")
            path = f"/users?$filter={where}&{some}"
        else:
            path = f"/users?$filter={quote('accountEnabled eq true', safe='')}&{some}"
        found: list[Holder] = []
        url: str | None = f"{self._app.url}{path}"
        while url is not None:
            response = await call_patiently(self._http, NAME, "GET", url, headers=await self._headers())
            page = read(NAME, response)
            for user in _list(page.get("value")):
                found.append(Holder(_id(user), str(user.get(self._app.attribute) or "").lower()))
            url = page.get("@odata.nextLink")
            if url is not None and not str(url).startswith(f"{self._app.url}/"):
                # The token goes to Graph and nowhere else.
                raise Denied("graph next_link")
        return found

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, quiet: Collection[int] = ()
    ) -> Answer:
        """One call, which leaves with those that are made at the same time."""
        request: dict[str, Any] = {"method": method, "url": path}
        if body is not None:
            request |= {"body": body, "headers": {"Content-Type": "application/json"}}
        ours: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, ours))
        if len(self._waiting) == 1:
            leaving = asyncio.create_task(self._leave())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        answer = await ours
        if answer.status not in quiet:
            check(NAME, answer.status, answer.headers)
        return answer

    async def _leave(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        waiting, self._waiting = self._waiting, []
        await asyncio.gather(
            *(self._send(waiting[first : first + BATCH]) for first in range(0, len(waiting), BATCH))
        )

    async def _send(self, together: list[Waiting]) -> None:
        requests = [{"id": str(number), **request} for number, (request, _) in enumerate(together)]
        try:
            batch = f"{self._app.url}/$batch"
            response = await call(
                self._http, NAME, "POST", batch, json={"requests": requests}, headers=await self._headers()
            )
            answers = {str(each.get("id")): each for each in _list(read(NAME, response).get("responses"))}
        except Exception as failure:  # noqa: BLE001 - told to each of those who wait, who answer for it
            for _, ours in together:
                if not ours.done():
                    ours.set_exception(failure)
            return
        for number, (_, ours) in enumerate(together):
            if not ours.done():
                _tell(ours, answers.get(str(number)))

    async def _headers(self) -> dict[str, str]:
        async with self._token_lock:
            if time.monotonic() >= self._token_until:
                await self._renew()
            return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        """Client credentials (RFC 6749, 4.4)."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self._app.login_url}/{quote(self._app.tenant, safe='')}/oauth2/v2.0/token"
        body = read("graph token", await call(self._http, "graph token", "POST", url, data=asked))
        try:
            self._token, seconds = str(body["access_token"]), float(body["expires_in"])
        except (KeyError, ValueError, TypeError) as odd:
            raise Unanswered("graph token body") from odd
        self._token_until = time.monotonic() + max(seconds - EARLY_SECONDS, 0)


def _tell(ours: asyncio.Future[Answer], answer: Any) -> None:
    """One that the batch does not answer for may have been done all the same."""
    try:
        headers = {str(key): str(value) for key, value in (answer.get("headers") or {}).items()}
        body = answer.get("body")
        ours.set_result(Answer(int(answer["status"]), headers, body if isinstance(body, dict) else {}))
    except (KeyError, ValueError, TypeError, AttributeError):
        ours.set_exception(Unanswered("graph batch"))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unanswered("graph body")
    return value


def _values(answer: Answer) -> list[dict[str, Any]]:
    return [each for each in _list(answer.body.get("value")) if isinstance(each, dict)]


def _id(user: Any) -> str:
    if not isinstance(user, dict) or not isinstance(user.get("id"), str):
        raise Unanswered("graph body")
    return str(user["id"])
