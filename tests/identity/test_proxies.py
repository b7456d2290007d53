"""Whose word is taken for where a request came from."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import ValidationError

from app.main import create_app
from app.settings import Settings

FORWARDED = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
}


async def heard(settings: Settings, caller: str, headers: dict[str, str]) -> dict[str, str]:
    app: FastAPI = create_app(settings)

    @app.get("/heard")
    async def tell(request: Request) -> dict[str, str]:
        assert request.client is not None
        return {
            "address": request.client.host,
            "scheme": request.url.scheme,
            "host": request.url.hostname or "",
        }

    transport = httpx.ASGITransport(app, client=(caller, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://skranke.example") as client:
        answer: dict[str, str] = (await client.get("/heard", headers=headers)).json()
        return answer


async def test_nobody_is_believed_unless_they_are_named(settings: Settings) -> None:
    told = await heard(settings, "10.0.0.1", FORWARDED)
    assert told == {"address": "10.0.0.1", "scheme": "http", "host": "skranke.example"}


@pytest.mark.parametrize("proxy", ["10.0.0.1", "10.7.0.3"])
async def test_a_named_proxy_tells_address_and_scheme_and_never_the_host(
    settings: Settings, proxy: str
) -> None:
    named = settings.model_copy(update={"trusted_proxies": "10.0.0.1, 10.7.0.0/16"})
    told = await heard(named, proxy, FORWARDED)
    assert told == {"address": "203.0.113.9", "scheme": "https", "host": "skranke.example"}


async def test_another_machine_is_not_believed_beside_a_named_proxy(settings: Settings) -> None:
    named = settings.model_copy(update={"trusted_proxies": "10.0.0.1"})
    assert (await heard(named, "10.0.0.2", FORWARDED))["address"] == "10.0.0.2"


async def test_what_the_caller_itself_wrote_before_the_proxy_is_not_believed(settings: Settings) -> None:
    named = settings.model_copy(update={"trusted_proxies": "10.0.0.1"})
    claimed = {"x-forwarded-for": "127.0.0.1, 203.0.113.9"}
    assert (await heard(named, "10.0.0.1", claimed))["address"] == "203.0.113.9"


@pytest.mark.parametrize("written", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.1,,x"])
def test_only_addresses_and_networks_are_proxies(written: str) -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies=written)
