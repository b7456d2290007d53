"""Every page of getting in and out, and of one's own sessions and keys."""

from __future__ import annotations

from fastapi import APIRouter

from app.account import demo_chooser, own, sign_in, sign_out

router = APIRouter()
for room in (sign_in, demo_chooser, sign_out, own):
    router.include_router(room.router)
