"""What waits for somebody in Microsoft Planner and To Do, read over Graph by an application.

Source: learn.microsoft.com, Microsoft Graph REST API v1.0 (plannerUser: list tasks; todo: list lists, list tasks; client
credentials). Needs Tasks.Read.All as application permission.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from integrations.provisioning.calling import call, read
from integrations.provisioning.target import Unanswered

GRAPH, LOGIN = "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
NAME = "graph"
MOST_PAGES = 20
FINISHED = 100
"""percentComplete of a task in Planner."""


@dataclass(frozen=True)
class ReadingApp:
    """The registered application that reads."""

    tenant: str
    client_id: str
    client_secret: str
    url: str = GRAPH
    login_url: str = LOGIN


@dataclass(frozen=True)
class OpenTask:
    """One that is not finished. `key` is its own for as long as it lives."""

    key: str
    title: str
    url: str
    due_at: datetime | None
    is_memo: bool
    """Of To Do, which is one's own; a task of Planner is shared with those in its plan."""


class TaskReader:
    """One token for as long as it reads. Raises Away, Unanswered, Throttled or Denied, as `calling.call` does."""

    def __init__(self, app: ReadingApp, http: httpx.AsyncClient) -> None:
        self._app, self._http, self._headers = app, http, {"Prefer": 'outlook.timezone="UTC"'}

    async def sign_in(self) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self._app.login_url}/{self._app.tenant}/oauth2/v2.0/token"
        told = read(NAME, await call(self._http, NAME, "POST", url, data=asked))
        token = told.get("access_token")
        if not isinstance(token, str):
            raise Unanswered("graph token")
        self._headers["Authorization"] = f"Bearer {token}"

    async def tasks_of(self, user: str) -> list[OpenTask]:
        """`user`: their address as they sign in. None of them when Graph does not know the user."""
        who = quote(user, safe="")
        planned = await self._pages(f"/users/{who}/planner/tasks")
        found = [
            _planned(each, self._app.tenant) for each in planned if each.get("percentComplete") != FINISHED
        ]
        for each in await self._pages(f"/users/{who}/todo/lists"):
            of_list = quote(str(each.get("id")), safe="")
            todo = await self._pages(
                f"/users/{who}/todo/lists/{of_list}/tasks?$filter=status%20ne%20'completed'"
            )
            found += [_todo(one) for one in todo]
        return found

    async def _pages(self, path: str) -> list[dict[str, Any]]:
        url, found = f"{self._app.url}{path}", list[dict[str, Any]]()
        for _ in range(MOST_PAGES):
            response = await call(self._http, NAME, "GET", url, headers=self._headers, quiet={404: None})
            if response.status_code == httpx.codes.NOT_FOUND:
                return []
            page = read(NAME, response)
            values = page.get("value")
            if not isinstance(values, list):
                raise Unanswered("graph body")
            found += [each for each in values if isinstance(each, dict)]
            following = page.get("@odata.nextLink")
            if following is None:
                return found
            if not str(following).startswith(self._app.url):
                # The token goes to Graph and nowhere else.
                raise Unanswered("graph next_link")
            url = str(following)
        return found


def _planned(task: dict[str, Any], tenant: str) -> OpenTask:
    key = str(task.get("id"))
    due = task.get("dueDateTime")
    url = f"https://tasks.office.com/{tenant}/Home/Task/{quote(key, safe='')}"
    return OpenTask(f"planner:{key}", str(task.get("title") or ""), url, _instant(due), is_memo=False)


def _todo(task: dict[str, Any]) -> OpenTask:
    key, due = str(task.get("id")), task.get("dueDateTime")
    written = due.get("dateTime") if isinstance(due, dict) else None
    url = f"https://to-do.office.com/tasks/id/{quote(key, safe='')}/details"
    return OpenTask(f"todo:{key}", str(task.get("title") or ""), url, _instant(written), is_memo=True)


def _instant(written: Any) -> datetime | None:
    """Graph writes UTC, with seven decimals in To Do and with Z in Planner."""
    if not isinstance(written, str):
        return None
    try:
        found = datetime.fromisoformat(written.split(".")[0].removesuffix("Z"))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)
