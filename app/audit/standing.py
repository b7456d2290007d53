"""How far the chain goes, for a page to show: reading all of it again is what `skranke audit verify` does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditHead
from app.audit.shortening import newest_checkpoint


@dataclass(frozen=True)
class Standing:
    """The newest seal, and where the log begins. `anchor` is what `verify --head` takes; nothing sealed yet is seal 0."""

    seq: int
    sealed_at: datetime | None
    anchor: str
    begins_after: int = 0
    """The last seal that was let go of by the retention rule; zero: none."""
    entries_gone: int = 0


async def standing(session: AsyncSession) -> Standing:
    checkpoint = await newest_checkpoint(session)
    begins = (checkpoint.seq, checkpoint.entries_gone) if checkpoint else (0, 0)
    head = (await session.scalars(select(AuditHead))).one_or_none()
    if head is None or head.seq == 0:
        return Standing(0, None, "", *begins)
    return Standing(head.seq, head.changed_at, f"{head.seq}:{head.hash.hex()}", *begins)
