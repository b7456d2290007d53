"""Asking Graph for the groups that had no room in the token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integrations.graph.client import GRAPH, GraphRefused, groups_of_me


def graph(*answers: httpx.Response) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return left.pop(0)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer)), asked


async def test_every_page_of_groups_is_read_with_the_persons_own_token() -> None:
    more = f"{GRAPH}/me/getMemberGroups?$skiptoken=2"
    http, asked = graph(
        httpx.Response(200, json={"value": ["a", "b"], "@odata.nextLink": more}),
        httpx.Response(200, json={"value": ["c"]}),
    )
    assert await groups_of_me(http, "token") == {"a", "b", "c"}
    assert [str(request.url) for request in asked] == [f"{GRAPH}/me/getMemberGroups", more]
    assert {request.headers["authorization"] for request in asked} == {"Bearer token"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, json={"error": {"code": "Authorization_RequestDenied"}}),
        httpx.Response(429, headers={"retry-after": "30"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"value": None}),
        httpx.Response(200, json={"value": [], "@odata.nextLink": "https://evil.example/steal"}),
    ],
)
async def test_an_odd_answer_is_no_groups_at_all(answer: httpx.Response) -> None:
    http, asked = graph(answer)
    with pytest.raises(GraphRefused):
        await groups_of_me(http, "token")
    assert len(asked) == 1


async def test_an_answer_without_end_is_given_up() -> None:
    def for_ever(request: httpx.Request) -> httpx.Response:
        body: dict[str, Any] = {"value": ["a"], "@odata.nextLink": f"{GRAPH}/more"}
        return httpx.Response(200, json=body)

    with pytest.raises(GraphRefused, match="too_many_pages"):
        await groups_of_me(httpx.AsyncClient(transport=httpx.MockTransport(for_ever)), "token")
