"""A call with a JSON body to an address that was configured or chosen, as a channel of the deliveries."""

from __future__ import annotations

from collections.abc import Mapping

from app.deliveries.effect import Refused, Send, TargetAway
from integrations.provisioning.calling import call, open_http
from integrations.provisioning.target import Away, Denied, Throttled, Unanswered


def by_post(
    name: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    is_one_of_many: bool = False,
) -> Send:
    """The sending of one body, as an effect's `prepare` answers it. `name` stands in the codes of what went wrong, and
    the address in nothing: it may be a secret.

    `is_one_of_many`: the target has many addresses, and that this one is away says nothing about the others.
    """

    async def send() -> None:
        async with open_http() as http:
            try:
                said = {"Content-Type": "application/json"} | dict(headers or {})
                await call(http, name, "POST", url, content=body, headers=said)
            except (Throttled, Away) as away:
                if is_one_of_many:
                    raise Refused(str(away)) from away
                raise TargetAway(str(away), wait=getattr(away, "wait", None)) from away
            except (Unanswered, Denied) as refused:
                raise Refused(str(refused)) from refused

    return send
