"""Whether the process lives, and whether it can serve: the first never touches the database."""

from __future__ import annotations

from sqlalchemy import text

from app.catalogue.published import Current
from app.database.session import Db
from app.web.rooms import Room

router = Room(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/ready")
async def ready(session: Db, published: Current) -> dict[str, str | int]:
    """503 while the database is away or nothing is published."""
    await session.execute(text("SELECT 1"))
    return {"status": "ready", "catalogue_version": published.version}
