"""Every page of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from app.portal import (
    deadlines,
    existing,
    files,
    home,
    information,
    lookups,
    my_tickets,
    order,
    services,
    sign_in,
    ticket,
)

router = APIRouter()
for room in (
    home,
    services,
    existing,
    order,
    files,
    lookups,
    my_tickets,
    ticket,
    deadlines,
    information,
    sign_in,
):
    router.include_router(room.router)
