"""What a program wants told of what it made (RFC 7240): the thing itself, or only where it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

APPLIED = {"Preference-Applied": "return=minimal"}


async def prefers_minimal(
    prefer: Annotated[
        list[str] | None,
        Header(description="`return=minimal`: an empty answer with `Location` and `ETag`, which is quicker."),
    ] = None,
) -> bool:
    """The first `return` of the preferences counts; others are not ours and may be ignored."""
    wishes = (wish.partition(";")[0] for line in prefer or () for wish in line.split(","))
    for name, _, value in (wish.strip().lower().partition("=") for wish in wishes):
        if name.strip() == "return":
            return value.strip().strip('"') == "minimal"
    return False


Minimal = Annotated[bool, Depends(prefers_minimal)]
