"""429 for whoever asks too often where nobody is signed in yet. Signed in or not, `Somebody` counts the rest."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from fastapi import Depends, Request

from app.errors import TooMany
from app.identity.allowance import Allowances


async def limit_address(request: Request) -> None:
    """For routes that do something for a stranger and ask for no actor. Raises TooMany."""
    allowances: Allowances = request.app.state.allowances
    wait = allowances.spend(None, request.client.host if request.client else None)
    if wait:
        raise TooMany(retry_after_seconds=ceil(wait))


LimitedByAddress = Annotated[None, Depends(limit_address)]
