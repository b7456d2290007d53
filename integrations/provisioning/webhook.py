"""Access by a signed call to any address: a door system, a small program of the municipality's own.

The signature is that of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over «id.timestamp.body», so that
nobody else can give access, and nobody can send what was once sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from integrations.provisioning.calling import call, read
from integrations.provisioning.target import Holder, Thing, Unanswered, Who

NAME = "webhook"


@dataclass(frozen=True)
class Receiver:
    """`asks`: it answers «has» and «holders» too, and is then read back; else it is told again under the same id."""

    url: str
    key: bytes
    asks: bool


class Webhook:
    """A `Provisioner`. The receiver knows people by what they are matched by, and needs no id of its own."""

    makes_accounts = False

    def __init__(self, receiver: Receiver, http: httpx.AsyncClient) -> None:
        self._receiver, self._http = receiver, http
        self.answers = receiver.asks

    async def close(self) -> None:
        await self._http.aclose()

    async def account_of(self, who: Who) -> str | None:
        return who.key

    async def has(self, who: Who, thing: Thing, *, at: datetime) -> bool:
        return (await self._tell("has", who, thing, f"ask:{at.timestamp()}:{who.key}", at)).get("has") is True

    async def give(self, who: Who, thing: Thing, *, key: str, at: datetime) -> str:
        await self._tell("give", who, thing, key, at)
        return who.key

    async def take(self, who: Who, thing: Thing, *, key: str, at: datetime) -> None:
        await self._tell("take", who, thing, key, at)

    async def holders(self, things: Collection[Thing], *, at: datetime) -> dict[Thing, list[Holder]]:
        found = {}
        for thing in things:
            answer = await self._tell("holders", None, thing, f"ask:{at.timestamp()}:{thing.ref}", at)
            people = answer.get("holders")
            if not isinstance(people, list):
                raise Unanswered("webhook body")
            found[thing] = [Holder(str(each), str(each).lower()) for each in people]
        return found

    async def _tell(self, do: str, who: Who | None, thing: Thing, key: str, at: datetime) -> dict[str, Any]:
        said: dict[str, Any] = {"do": do, "sort": thing.sort.value, "what": thing.ref}
        if who is not None:
            said["who"] = who.key
        body = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
        headers = signed(self._receiver.key, key, int(at.timestamp()), body) | {
            "Content-Type": "application/json"
        }
        response = await call(self._http, NAME, "POST", self._receiver.url, content=body, headers=headers)
        return read(NAME, response) if do in ("has", "holders") else {}


def signed(key: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. `timestamp` is in seconds; a receiver refuses what is more than five minutes off."""
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
