"""A row's version as an ETag, and the If-Match that a change must carry."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from fastapi import Depends, Header

from app.errors import Problem, Stale


class VersionRequired(Problem):
    status: ClassVar[int] = 428


def etag(version: int) -> str:
    return f'"{version}"'


async def expected_version(
    if_match: Annotated[str | None, Header(description="The ETag you read, or `*` for any.")] = None,
) -> int | None:
    """The version the caller read; None for `*`. Raises 428 without the header, 412 for one that cannot match."""
    if if_match is None:
        raise VersionRequired("version_required")
    if if_match.strip() == "*":
        return None
    match = re.fullmatch(r'"([0-9]{1,18})"', if_match.strip())
    if match is None:
        # A weak or foreign tag never matches a strong comparison (RFC 9110, 13.1.1).
        raise Stale("stale", changed=())
    return int(match[1])


ExpectedVersion = Annotated[int | None, Depends(expected_version)]
