"""Every page of the officer and of those who keep the archive."""

from __future__ import annotations

from fastapi import APIRouter

from app.oversight import log_pages, retention_pages

router = APIRouter()
for room in (log_pages, retention_pages):
    router.include_router(room.router)
