"""Every page of the technical administrator."""

from __future__ import annotations

from fastapi import APIRouter

from app.operations import delivery_pages

router = APIRouter()
router.include_router(delivery_pages.router)
