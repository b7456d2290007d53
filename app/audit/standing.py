"""How far the chain goes, for a page to show: reading all of it again is what `skranke audit verify` does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditHead


@dataclass(frozen=True)
class Standing:
    """The newest seal. `anchor` is what `verify --head` takes; nothing sealed yet is seal 0."""

    seq: int
    sealed_at: datetime | None
    anchor: str


async def standing(session: AsyncSession) -> Standing:
    head = (await session.scalars(select(AuditHead))).one_or_none()
    if head is None or head.seq == 0:
        return Standing(0, None, "")
    return Standing(head.seq, head.changed_at, f"{head.seq}:{head.hash.hex()}")
