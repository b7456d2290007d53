"""The groups of whoever has just signed in, when they are too many for the token to name (group overage)."""

from __future__ import annotations

import httpx

GRAPH = "https://graph.microsoft.com/v1.0"
MOST_PAGES = 50


class GraphRefused(Exception):
    """Graph did not answer, or not with groups. Source: learn.microsoft.com, directoryObject: getMemberGroups."""


async def groups_of_me(http: httpx.AsyncClient, access_token: str, *, url: str = GRAPH) -> frozenset[str]:
    """Object ids of every group the person is in, also through other groups.

    Needs User.Read and GroupMember.Read.All, delegated. Raises GraphRefused.
    """
    headers = {"Authorization": f"Bearer {access_token}"}
    found: set[str] = set()
    try:
        response = await http.post(
            f"{url}/me/getMemberGroups", json={"securityEnabledOnly": False}, headers=headers
        )
        for _ in range(MOST_PAGES):
            response.raise_for_status()
            page = response.json()
            found.update(str(group) for group in page["value"])
            following = page.get("@odata.nextLink")
            if following is None:
                return frozenset(found)
            if not str(following).startswith(url):
                # The person's token goes to Graph and nowhere else.
                raise GraphRefused("next_link")
            response = await http.get(str(following), headers=headers)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as odd:
        raise GraphRefused(type(odd).__name__) from odd
    raise GraphRefused("too_many_pages")
